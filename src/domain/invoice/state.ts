import type { CivilDate } from '../shared/civil-date.js';
import type { CollectionId, CreditNoteId, InvoiceRefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { IssuedLook } from '../shared/issued-look.js';
import type { Money } from '../shared/money.js';
import { add, subtract, sum } from '../shared/money.js';
import type { RefundReason } from '../shared/refund-reason.js';
import type { Tender } from '../shared/tender.js';
import type { InvoiceContent } from './content.js';
import type { CreditScope } from './credit-note.js';
import type {
  CreditedParts,
  CreditReason,
  InvoiceDetails,
  RefundedPart,
  ReversalCause,
  SeriesPlace,
} from './events.js';
import type { PricedInvoice } from './price-invoice.js';

type Existing = {
  readonly details: InvoiceDetails;
  readonly content: InvoiceContent;
  readonly createdAt: Instant;
};

type Draft = Existing & { readonly status: 'draft' };
/** Waits for its number; nothing of it changes any more. */
type Finalizing = Existing & {
  readonly status: 'finalizing';
  readonly place: SeriesPlace;
  readonly issuedOn: CivilDate;
  readonly dueOn: CivilDate;
};

type Issued = Existing & {
  readonly priced: PricedInvoice;
  readonly number: string;
  readonly issuedOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly finalizedAt: Instant;
  readonly billingIdentitySha256: string | null;
  /** Null for what documents look like until somebody says otherwise. */
  readonly look: IssuedLook | null;
  readonly sentAt: Instant | null;
  readonly collections: readonly Collection[];
  readonly applications: readonly Application[];
  readonly creditNotes: readonly CreditNote[];
  readonly refunds: readonly InvoiceRefund[];
  readonly writtenOff: Money;
  /** Small amounts that were not paid and are not asked for; they are in `writtenOff`. */
  readonly differences: readonly Difference[];
  /** Nothing where tax falls due at the issue. */
  readonly taxFallenDue: Money;
  /** What of `writtenOff` took its tax with it, which then never falls due. */
  readonly givenUp: { readonly tax: Money; readonly total: Money };
};

/** What one payment was short by. */
export type Difference = {
  readonly applicationId: string;
  readonly amount: Money;
  /** Null where tax falls due at the issue, and where it was not told yet when this was stored. */
  readonly taxGivenUp: Money | null;
  readonly writtenOffBy: string;
};

/** A claim on the right to collect; one at a time is not released. */
type Collection = {
  readonly collectionId: CollectionId;
  readonly amount: Money;
  readonly status: 'claimed' | 'released';
};

export type Application = {
  readonly applicationId: string;
  readonly tender: Tender;
  readonly amount: Money;
  readonly appliedAt: Instant;
  readonly reversals: readonly Reversal[];
};

export type Reversal = {
  readonly reversalId: string;
  readonly amount: Money;
  /** Null where it was not told yet when this was stored. */
  readonly cause: ReversalCause | null;
  /** How many payments had been applied by then. */
  readonly appliedBefore: number;
};

/** One request to give back what the invoice was paid with. */
export type InvoiceRefund = {
  readonly invoiceRefundId: InvoiceRefundId;
  readonly refundReason: RefundReason | null;
  /** Set where another person has to approve what goes back to cards. */
  readonly requestedBy: string | null;
  readonly amount: Money;
  readonly parts: readonly RefundPart[];
};

export type RefundPart = RefundedPart & {
  /** Why it does not go back; null where nobody has refused it. */
  readonly refusedAs: string | null;
};

export type CreditNote = CreditedParts & {
  readonly creditNoteId: CreditNoteId;
  readonly creditReason: CreditReason;
  readonly issuedOn: CivilDate;
  readonly scope: CreditScope;
  /** Null where it takes no other credit note back. */
  readonly reverses: CreditNoteId | null;
  readonly place: SeriesPlace;
  readonly requestedAt: Instant;
  /** Null while it waits for it. */
  readonly number: string | null;
};

type Open = Issued & { readonly status: 'open' };
type Paid = Issued & { readonly status: 'paid'; readonly paidAt: Instant };
type Void = Issued & { readonly status: 'void'; readonly voidedAt: Instant };
type Uncollectible = Issued & { readonly status: 'uncollectible'; readonly markedAt: Instant };

export type IssuedInvoice = Open | Paid | Void | Uncollectible;
export type ExistingInvoice = Draft | Finalizing | IssuedInvoice;
export type InvoiceState = { readonly status: 'absent' } | ExistingInvoice;

export function isIssued(state: InvoiceState): state is IssuedInvoice {
  switch (state.status) {
    case 'absent':
    case 'draft':
    case 'finalizing':
      return false;
    case 'open':
    case 'paid':
    case 'void':
    case 'uncollectible':
      return true;
  }
}

/** Applied and not reversed. */
export function paidOf(invoice: IssuedInvoice): Money {
  return sum(invoice.details.currency, invoice.applications.map(leftOf));
}

/** What can still be taken back of an application. */
export function leftOf({ amount, reversals }: Application): Money {
  return reversals.reduce((left, reversal) => subtract(left, reversal.amount), amount);
}

/** The part of a refund of the invoice that a reversal is named after. */
export function refundPartOf(
  { refunds }: IssuedInvoice,
  reversalId: string,
): { readonly refund: InvoiceRefund; readonly part: RefundPart } | undefined {
  for (const refund of refunds) {
    const part = refund.parts.find((one) => one.reversalId === reversalId);
    if (part !== undefined) return { refund, part };
  }
  return undefined;
}

/** Refunds of an application that were asked for, and neither refused nor taken off the invoice yet. */
export function refundsUnderWay(
  { refunds }: IssuedInvoice,
  { applicationId, reversals }: Application,
): readonly (RefundPart & Pick<InvoiceRefund, 'invoiceRefundId'>)[] {
  return refunds.flatMap(({ invoiceRefundId, parts }) =>
    parts
      .filter((part) => part.applicationId === applicationId && part.refusedAs === null)
      .filter(({ reversalId }) => !reversals.some((reversal) => reversal.reversalId === reversalId))
      .map((part) => ({ ...part, invoiceRefundId })),
  );
}

/** By credit notes that have their number. */
export function creditedOf({ details, creditNotes }: IssuedInvoice): Money {
  const issued = creditNotes.filter(({ number }) => number !== null);
  return sum(
    details.currency,
    issued.map(({ total }) => total),
  );
}

/** total - paid - credited - written off; nothing on a void invoice. Never below zero. */
export function dueOf(invoice: IssuedInvoice): Money {
  if (invoice.status === 'void') return { ...invoice.priced.total, minor: 0n };
  const settled = add(add(paidOf(invoice), creditedOf(invoice)), invoice.writtenOff);
  return subtract(invoice.priced.total, settled);
}

/** What is due and not about to be taken back by a credit note that waits for its number. */
export function payableOf(invoice: IssuedInvoice): Money {
  const waiting = invoice.creditNotes.filter(({ number, reverses }) => number === null && reverses === null);
  return waiting.reduce((left, { total }) => subtract(left, total), dueOf(invoice));
}

export function claimOn({ collections }: IssuedInvoice): Collection | undefined {
  return collections.find(({ status }) => status === 'claimed');
}

/** The invoice without its credit notes, those included that wait for their number. */
export function uncredited({ priced, creditNotes }: IssuedInvoice): Omit<CreditedParts, 'lines'> {
  const less = (of: 'net' | 'tax' | 'total') =>
    creditNotes.reduce((left, note) => subtract(left, note[of]), priced[of]);
  return { net: less('net'), tax: less('tax'), total: less('total') };
}
