import { createHash } from 'node:crypto';
import type { CustomerId, InvoiceId } from '../../domain/shared/ids.js';
import type { BillingIdentities, BillingIdentity, IssuedIdentities } from '../ports/billing-identities.js';

/** Keeps whom an invoice is addressed to, as it is at the issue; answers the digest of it, null where nobody is known. */
export type KeepIssuedIdentity = (invoiceId: InvoiceId, customerId: CustomerId) => Promise<string | null>;

export function createKeepIssuedIdentity(parts: {
  readonly identities: Pick<BillingIdentities, 'current'>;
  readonly issued: IssuedIdentities;
}): KeepIssuedIdentity {
  const { identities, issued } = parts;
  return async (invoiceId, customerId) => {
    // An earlier run may have kept it and died: its version counts, though the customer has moved since.
    const kept = await issued.find(invoiceId);
    if (kept !== undefined) return sha256(kept);
    const identity = await identities.current(customerId);
    return identity === undefined ? null : sha256(await issued.keep(invoiceId, documentOf(identity)));
  };
}

/** The identity as it is hashed and kept: one text for one content. */
function documentOf({ name, email, address, taxIds, locale }: BillingIdentity): string {
  const { line1, line2, city, state, postalCode, country } = address ?? {};
  return JSON.stringify({
    name,
    email,
    address: address === null ? null : { line1, line2, city, state, postalCode, country },
    taxIds: taxIds.map(({ type, value }) => ({ type, value })),
    locale,
  });
}

/** What a kept document says; undefined when its digest is not the one in the invoice's stream: it was tampered with. */
export function readIssuedIdentity(document: string, digest: string | null): BillingIdentity | undefined {
  return sha256(document) === digest ? (JSON.parse(document) as BillingIdentity) : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
