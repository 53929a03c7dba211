import type { CivilDate } from '../shared/civil-date.js';
import type { CollectionId, CreditNoteId, InvoiceRefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { IssuedLook } from '../shared/issued-look.js';
import type { Money } from '../shared/money.js';
import type { RefundOrder } from '../shared/plan-terms.js';
import type { RefundReason } from '../shared/refund-reason.js';
import type { Tender } from '../shared/tender.js';
import type { InvoiceContent } from './content.js';
import type { CreditScope } from './credit-note.js';
import type { CreditReason, InvoiceDetails, ReversalCause, SeriesPlace } from './events.js';

/** Commands carry the instant, the day of the business and every id that they mint: nothing is fetched while deciding. */
export type InvoiceCommand = { readonly at: Instant } & (
  | { readonly type: 'DraftInvoice'; readonly details: InvoiceDetails; readonly content: InvoiceContent }
  | { readonly type: 'ReviseDraft'; readonly content: InvoiceContent }
  | { readonly type: 'FinalizeInvoice'; readonly issuedOn: CivilDate; readonly place: SeriesPlace }
  | {
      readonly type: 'RecordFinalized';
      readonly number: string;
      readonly billingIdentitySha256: string | null;
      readonly look: IssuedLook | null;
    }
  | { readonly type: 'SendInvoice' }
  /** `due` is what could still be paid when the amount was chosen; null where the amount does not follow from it. */
  | {
      readonly type: 'ClaimCollection';
      readonly collectionId: CollectionId;
      readonly amount: Money;
      readonly due: Money | null;
    }
  | { readonly type: 'ReleaseCollection'; readonly collectionId: CollectionId }
  | {
      readonly type: 'ApplyPayment';
      readonly applicationId: string;
      /** The collection that brought the money; null for money that came by itself. */
      readonly collectionId: CollectionId | null;
      readonly tender: Tender;
      readonly amount: Money;
    }
  | {
      readonly type: 'ReversePayment';
      readonly applicationId: string;
      readonly reversalId: string;
      /** Null takes back all that is left of the application. */
      readonly amount: Money | null;
      readonly cause: ReversalCause;
    }
  | {
      readonly type: 'RequestInvoiceRefund';
      readonly invoiceRefundId: InvoiceRefundId;
      /** Null gives back all that was paid and has not gone back. */
      readonly amount: Money | null;
      readonly refundReason: RefundReason | null;
      /** Who asks, where another person has to approve what goes back to cards; null where nobody has. */
      readonly requestedBy: string | null;
      readonly sources: readonly RefundSource[];
      /** How it is shared out over the tenders. */
      readonly order: RefundOrder;
    }
  /** A part of a card that is not going back, by the name of its reversal. */
  | { readonly type: 'RecordRefundPartRefused'; readonly reversalId: string; readonly code: string }
  /** Asks for nothing more where what is due after a manual payment is at most so much. */
  | {
      readonly type: 'WriteOffDifference';
      readonly applicationId: string;
      readonly atMost: Money;
      readonly writtenOffBy: string;
    }
  | { readonly type: 'VoidInvoice' }
  | { readonly type: 'MarkUncollectible' }
  | {
      readonly type: 'RequestCreditNote';
      readonly creditNoteId: CreditNoteId;
      readonly scope: CreditScope;
      readonly creditReason: CreditReason;
      readonly issuedOn: CivilDate;
      readonly place: SeriesPlace;
    }
  /** Takes a credit note back, to the unit, by one of its negative amounts. */
  | {
      readonly type: 'ReverseCreditNote';
      readonly creditNoteId: CreditNoteId;
      readonly reverses: CreditNoteId;
      readonly issuedOn: CivilDate;
      readonly place: SeriesPlace;
    }
  | { readonly type: 'RecordCreditNote'; readonly creditNoteId: CreditNoteId; readonly number: string }
);

/** What an application could give back, looked up where its money is. */
export type RefundSource = {
  readonly applicationId: string;
  /** The name of the part that it would give, in the one stream and in the other. */
  readonly reversalId: string;
  /** What the card's payment still has; null where the invoice itself knows. */
  readonly atMost: Money | null;
  /** It gives back whole multiples of so many minor units. */
  readonly step: bigint;
};

export type InvoiceCommandOf<T extends InvoiceCommand['type']> = Extract<InvoiceCommand, { type: T }>;
