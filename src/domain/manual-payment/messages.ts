import type { CivilDate } from '../shared/civil-date.js';
import type { CreditId, CustomerId, InvoiceId, ManualPaymentId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { Person } from '../shared/person.js';

export const methods = ['cheque', 'wire', 'cash', 'barter'] as const;
type Method = (typeof methods)[number];

/** Why verified money is gone again: the bank sent a cheque back, the payer recalled it, or it was never there. */
export const reversalCauses = ['bounced', 'recalled', 'recorded_in_error'] as const;
export type ReversalCause = (typeof reversalCauses)[number];

/** What is true of a manual payment from its recording on. */
export type ManualPaymentDetails = {
  readonly manualPaymentId: ManualPaymentId;
  readonly customerId: CustomerId;
  /** Null where the money is not of one invoice. */
  readonly invoiceId: InvoiceId | null;
  readonly method: Method;
  readonly amount: Money;
  /** A cheque's number, a wire's reference, ...: whatever finds it again. */
  readonly reference: string;
  readonly receivedOn: CivilDate;
  readonly recordedOn: CivilDate;
  /** From this day on the money is ours to use. */
  readonly valueOn: CivilDate;
  /** SHA-256 of a scan or statement, in hex; the file itself is kept elsewhere. */
  readonly evidenceSha256: string | null;
};

/** Commands carry the instant, dates, ids and who acts: nothing is fetched while deciding. */
export type ManualPaymentCommand = { readonly at: Instant } & (
  | {
      readonly type: 'RecordManualPayment';
      readonly details: ManualPaymentDetails;
      readonly by: Person;
      /** From this amount on a second person verifies. */
      readonly secondPersonFrom: Money;
      /** Verifies at once, which one person may do below that amount. */
      readonly verify: boolean;
    }
  | { readonly type: 'VerifyManualPayment'; readonly by: Person }
  | { readonly type: 'RejectManualPayment'; readonly by: Person }
  | {
      readonly type: 'ReverseManualPayment';
      readonly by: Person;
      readonly cause: ReversalCause;
      /** What the bank takes for it. */
      readonly fee: Money | null;
    }
  | {
      readonly type: 'RecordManualPaymentApplied';
      readonly applicationId: string;
      readonly invoiceId: InvoiceId;
      readonly amount: Money;
    }
  | {
      readonly type: 'RecordManualPaymentUnapplied';
      readonly applicationId: string;
      readonly reversalId: string;
      readonly amount: Money;
    }
  /** No invoice takes it: it becomes the customer's credit, under that id. Null keeps all that is left. */
  | {
      readonly type: 'KeepManualPaymentAsCredit';
      readonly creditId: CreditId;
      readonly amount: Money | null;
    }
);

export type ManualPaymentCommandOf<T extends ManualPaymentCommand['type']> = Extract<
  ManualPaymentCommand,
  { type: T }
>;

/** Facts of one cheque, wire, amount of cash or barter. `at` is when the fact was decided. */
export type ManualPaymentEvent = { readonly at: Instant } & (
  | ({
      readonly type: 'ManualPaymentRecorded';
      /** The recorder's holder, or the API key where nobody is known to hold it. */
      readonly recordedBy: string;
      /** Whether somebody else has to verify. */
      readonly needsSecondPerson: boolean;
    } & ManualPaymentDetails)
  /** The money is ours. */
  | { readonly type: 'ManualPaymentVerified'; readonly amount: Money; readonly verifiedBy: string }
  /** It was not there after all; no money moved. */
  | { readonly type: 'ManualPaymentRejected'; readonly rejectedBy: string }
  | {
      /** The money was there and is gone again. */
      readonly type: 'ManualPaymentReversed';
      readonly amount: Money;
      readonly cause: ReversalCause;
      readonly fee: Money | null;
      readonly reversedBy: string;
      /** What it had been set against and still is. */
      readonly applications: readonly {
        readonly applicationId: string;
        readonly invoiceId: InvoiceId;
        readonly amount: Money;
      }[];
    }
  | {
      readonly type: 'ManualPaymentApplied';
      readonly applicationId: string;
      readonly invoiceId: InvoiceId;
      readonly amount: Money;
    }
  | {
      readonly type: 'ManualPaymentUnapplied';
      readonly applicationId: string;
      readonly reversalId: string;
      readonly amount: Money;
    }
  /** More than any invoice takes: the grant of that credit follows. */
  | { readonly type: 'ManualPaymentKeptAsCredit'; readonly creditId: CreditId; readonly amount: Money }
);

export type ManualPaymentEventOf<T extends ManualPaymentEvent['type']> = Extract<
  ManualPaymentEvent,
  { type: T }
>;
