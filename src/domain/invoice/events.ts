import type { CivilDate } from '../shared/civil-date.js';
import type { Currency } from '../shared/currency.js';
import type {
  CollectionId,
  CreditNoteId,
  CustomerId,
  InvoiceId,
  InvoiceRefundId,
  OrderId,
} from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { IssuedLook } from '../shared/issued-look.js';
import type { Money } from '../shared/money.js';
import type { RefundReason } from '../shared/refund-reason.js';
import type { Tender } from '../shared/tender.js';
import type { InvoiceContent } from './content.js';
import type { CreditedLine, CreditScope } from './credit-note.js';
import type { PricedInvoice } from './price-invoice.js';

/** `returned_payment` asks for what was spent of a payment that is gone. */
export const invoicePurposes = ['sale', 'late_fee', 'returned_payment'] as const;
export type InvoicePurpose = (typeof invoicePurposes)[number];

/** What is true of an invoice from its first draft on. */
export type InvoiceDetails = {
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  readonly orderId: OrderId | null;
  readonly currency: Currency;
  /** What is sold: it decides the account of the income. */
  readonly purpose: InvoicePurpose;
};

/** A series of numbers and how far it was when a number was asked for; -1n where it had none. */
export type SeriesPlace = { readonly series: string; readonly seen: bigint };

export type CreditReason =
  | 'returned'
  | 'duplicate'
  | 'order_change'
  | 'goodwill'
  | 'early_payment_discount'
  | 'other';

/**
 * Why a payment counts no more: we gave the money back, whoever sent it took it back, or the invoice asks for less than it
 * had been paid.
 */
export const reversalCauses = ['refunded', 'payment_returned', 'less_due'] as const;
export type ReversalCause = (typeof reversalCauses)[number];

/** What goes back to one tender by a refund of an invoice. */
export type RefundedPart = {
  readonly applicationId: string;
  /** Names the reversal that takes it off the invoice; of a card, the refund of its payment as well. */
  readonly reversalId: string;
  readonly tender: Tender;
  readonly amount: Money;
};

/** What a credit note takes back, worked out when it is asked for. */
export type CreditedParts = {
  readonly lines: readonly CreditedLine[];
  readonly net: Money;
  readonly tax: Money;
  readonly total: Money;
};

/**
 * Facts of one invoice, its payments and its credit notes. `...Requested` is recorded before a number is taken; the fact
 * that follows carries the number. `at` is when the fact was decided here.
 */
export type InvoiceEvent = { readonly at: Instant } & (
  | ({ readonly type: 'InvoiceDrafted'; readonly content: InvoiceContent } & InvoiceDetails)
  | {
      readonly type: 'InvoiceDraftRevised';
      readonly currency: Currency;
      readonly content: InvoiceContent;
    }
  | ({
      readonly type: 'InvoiceFinalizationRequested';
      readonly issuedOn: CivilDate;
      readonly dueOn: CivilDate;
    } & SeriesPlace)
  | ({
      readonly type: 'InvoiceFinalized';
      readonly number: string;
      readonly issuedOn: CivilDate;
      readonly dueOn: CivilDate;
      /** Of the billing identity as it was at the issue, kept apart; null where the customer had none. */
      readonly billingIdentitySha256: string | null;
      /** What it looks like; absent where nobody had said so yet. */
      readonly look?: IssuedLook;
      readonly content: InvoiceContent;
    } & InvoiceDetails &
      PricedInvoice)
  | { readonly type: 'InvoiceSent' }
  | {
      readonly type: 'InvoiceCollectionClaimed';
      readonly collectionId: CollectionId;
      readonly amount: Money;
    }
  | { readonly type: 'InvoiceCollectionReleased'; readonly collectionId: CollectionId }
  | {
      readonly type: 'InvoicePaymentApplied';
      readonly applicationId: string;
      readonly tender: Tender;
      readonly amount: Money;
    }
  | {
      readonly type: 'InvoicePaymentReversed';
      readonly applicationId: string;
      readonly reversalId: string;
      readonly tender: Tender;
      readonly amount: Money;
      /** Absent in what was stored before it was told. */
      readonly cause?: ReversalCause;
      /** The refund of the invoice that this is a part of; absent where it has another cause. */
      readonly invoiceRefundId?: InvoiceRefundId;
    }
  | {
      /** The whole of it, shared out over the tenders, before any part is carried out. */
      readonly type: 'InvoiceRefundRequested';
      readonly invoiceRefundId: InvoiceRefundId;
      readonly refundReason: RefundReason | null;
      /** The sum of the parts. */
      readonly amount: Money;
      /** The tender that was applied last is the first. */
      readonly parts: readonly RefundedPart[];
      /** Who asked, where another person has to approve what goes back to cards; absent where nobody has. */
      readonly requestedBy?: string;
    }
  | {
      /** It will not go back, and stays on the invoice. */
      readonly type: 'InvoiceRefundPartRefused';
      readonly invoiceRefundId: InvoiceRefundId;
      readonly applicationId: string;
      readonly reversalId: string;
      readonly amount: Money;
      /** The provider's, or why the payment had no more to give. */
      readonly code: string;
    }
  | ({
      readonly type: 'InvoiceCreditRequested';
      readonly creditNoteId: CreditNoteId;
      readonly customerId: CustomerId;
      readonly creditReason: CreditReason;
      readonly issuedOn: CivilDate;
      readonly scope: CreditScope;
      /** The credit note that this one takes back: its amounts are that one's, below zero. */
      readonly reverses?: CreditNoteId;
    } & CreditedParts &
      SeriesPlace)
  | ({
      readonly type: 'InvoiceCredited';
      readonly creditNoteId: CreditNoteId;
      readonly number: string;
      readonly creditReason: CreditReason;
      readonly issuedOn: CivilDate;
      readonly customerId: CustomerId;
      readonly purpose: InvoicePurpose;
      readonly reverses?: CreditNoteId;
      /** As on the invoice. */
      readonly taxPoint?: 'payment';
    } & CreditedParts)
  /** Nothing is due any more. */
  | { readonly type: 'InvoicePaid'; readonly paid: Money; readonly credited: Money }
  /** Something is due again, since a payment went back. */
  | { readonly type: 'InvoiceReopened'; readonly due: Money }
  /** The amounts are what was left of the invoice. */
  | {
      readonly type: 'InvoiceVoided';
      readonly purpose: InvoicePurpose;
      /** As on the invoice. */
      readonly taxPoint?: 'payment';
      readonly net: Money;
      readonly tax: Money;
      readonly total: Money;
    }
  | {
      readonly type: 'InvoiceMarkedUncollectible';
      readonly amount: Money;
      /** What of the amount is tax that had not fallen due, and never will. Absent where tax falls due at the issue. */
      readonly taxGivenUp?: Money;
    }
  | {
      /** Money that people recorded was short by so little that the rest is not asked for. */
      readonly type: 'InvoiceDifferenceWrittenOff';
      /** Of the money that was short. */
      readonly applicationId: string;
      /** Below zero where it is asked for again, since that money is gone. */
      readonly amount: Money;
      /** What of the amount is tax that had not fallen due; as above. */
      readonly taxGivenUp?: Money;
      /** Who verified the money. */
      readonly writtenOffBy: string;
      readonly reason: 'short_payment' | 'payment_returned';
    }
  | {
      /** Of an invoice whose tax falls due as it is paid. */
      readonly type: 'InvoiceTaxFellDue';
      /** Below zero where a payment went back, or a credit note took tax off. */
      readonly amount: Money;
      /** All that has fallen due by now. */
      readonly fallenDue: Money;
    }
);

export type InvoiceEventOf<T extends InvoiceEvent['type']> = Extract<InvoiceEvent, { type: T }>;
