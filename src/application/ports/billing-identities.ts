import type { CustomerId, InvoiceId } from '../../domain/shared/ids.js';

/** Whom an invoice is addressed to. Personal data: it is kept apart from the events, which hold its digest only. */
export type BillingIdentity = {
  readonly name: string | null;
  readonly email: string | null;
  readonly address: {
    readonly line1: string | null;
    readonly line2: string | null;
    readonly city: string | null;
    readonly state: string | null;
    readonly postalCode: string | null;
    /** ISO 3166-1, two letters */
    readonly country: string;
  } | null;
  readonly taxIds: readonly { readonly type: string; readonly value: string }[];
  /** BCP 47 */
  readonly locale: string | null;
};

export type NamedIdentity = { readonly identity: BillingIdentity | null; readonly version: string };

export interface BillingIdentities {
  /** The customer's identity as it is now; undefined for a customer that is not known here. */
  current(customerId: CustomerId): Promise<BillingIdentity | undefined>;
  /** The same with a name for this version of it, which tells nothing of the person. */
  named(customerId: CustomerId): Promise<NamedIdentity>;
}

/** Identities as they were when their invoices were issued: written once, so that no later change reaches an invoice. */
export interface IssuedIdentities {
  /** Keeps the document, durably before it answers, unless the invoice has one; answers the one that counts. */
  keep(invoiceId: InvoiceId, document: string): Promise<string>;
  /** Undefined where there is none, or it was erased. */
  find(invoiceId: InvoiceId): Promise<string | undefined>;
}
