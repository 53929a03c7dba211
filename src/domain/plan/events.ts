import type { CivilDate } from '../shared/civil-date.js';
import type { CollectionId, CustomerId, InvoiceId, OrderId, PlanId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { ScheduledPart } from '../shared/plan-schedule.js';
import type { PlanTerms } from '../shared/plan-terms.js';

/** What is true of a plan from its start on. */
export type PlanDetails = {
  readonly planId: PlanId;
  readonly invoiceId: InvoiceId;
  readonly orderId: OrderId | null;
  readonly customerId: CustomerId;
  readonly terms: PlanTerms;
  readonly approvedOn: CivilDate;
  /** IANA name of the zone whose calendar the dates are of. */
  readonly zone: string;
  /** Where the total is what could still be paid of the invoice: at which revision of it. Absent where it is all of it. */
  readonly invoiceRevision?: bigint;
};

/** When something is to be looked at next: a date of the zone's calendar. */
type NextDate = { readonly on: CivilDate; readonly zone: string };

/** Why a part became due. */
export type DueCause = 'date' | 'milestone' | 'prepayment';

/** What made a new version: parts were moved, arranged anew, or the total changed. */
export type ReplanCause = 'skipped' | 'replanned' | 'amended';

/** What an open part waits for after a pause. */
export type MovedPart = {
  readonly part: number;
  readonly step: 'due' | 'missed' | 'late_fee';
  readonly on: CivilDate;
  /** From when it counts as missed, where it fell due before. */
  readonly missedOn: CivilDate | null;
};

/**
 * Facts of one plan, which says when which part of an invoice's total falls due. `at` is when the fact was decided. The
 * amounts of a version's parts sum to its total.
 */
export type PlanEvent = { readonly at: Instant } & (
  | ({
      readonly type: 'PlanStarted';
      readonly version: 1;
      readonly total: Money;
      readonly parts: readonly ScheduledPart[];
    } & PlanDetails)
  /** The customer is to be told that the part falls due soon. */
  | {
      readonly type: 'PlanPartAnnounced';
      readonly part: number;
      readonly amount: Money;
      readonly on: CivilDate;
    }
  | {
      readonly type: 'PlanPartDue';
      readonly part: number;
      /** Still open of it. */
      readonly amount: Money;
      readonly cause: DueCause;
      readonly on: CivilDate;
      /** From this day on it is missed, unless it is settled. */
      readonly missed: NextDate;
    }
  /** Dates do not count from this day on, as while the invoice is disputed. */
  | { readonly type: 'PlanPaused'; readonly on: CivilDate }
  | {
      /** They count again, each so many days later. */
      readonly type: 'PlanResumed';
      readonly on: CivilDate;
      readonly days: number;
      readonly moved: readonly MovedPart[];
      readonly zone: string;
      readonly noticeDays: number;
    }
  /** `missedParts` are all that are missed and open now, this one included. */
  | { readonly type: 'PlanPartMissed'; readonly part: number; readonly missedParts: number }
  | {
      readonly type: 'LateFeeFellDue';
      readonly part: number;
      /** Counts the fees of the part from 1. */
      readonly number: number;
      readonly amount: Money;
      /** When the next one falls due; null after the last. */
      readonly next: NextDate | null;
    }
  | { readonly type: 'PlanMilestoneReached'; readonly name: string; readonly on: CivilDate }
  | {
      readonly type: 'PlanPartCollectionStarted';
      readonly part: number;
      readonly collectionId: CollectionId;
    }
  | {
      readonly type: 'PlanPartCollectionFailed';
      readonly part: number;
      readonly collectionId: CollectionId;
      readonly failure: string;
      /** Failed attempts at this part so far, this one included. */
      readonly attempts: number;
    }
  /** The collection is over and brought money, which settles the part as far as it goes. */
  | {
      readonly type: 'PlanPartCollectionConcluded';
      readonly part: number;
      readonly collectionId: CollectionId;
    }
  | {
      readonly type: 'PlanPartSettled';
      readonly part: number;
      readonly amount: Money;
      readonly applicationId: string;
      /** Left open of the part. */
      readonly outstanding: Money;
    }
  | {
      /** Money that had settled a part is gone again, such as with a bounced cheque. */
      readonly type: 'PlanPartUnsettled';
      readonly part: number;
      readonly amount: Money;
      readonly applicationId: string;
      readonly reversalId: string;
      readonly outstanding: Money;
      /** What a part that was closed waits for again. */
      readonly next: (NextDate & { readonly step: 'due' | 'missed' }) | null;
    }
  | {
      readonly type: 'EarlyDiscountEarned';
      readonly amount: Money;
      /** The parts that it closes, each with what was open of it. */
      readonly closed: readonly { readonly part: number; readonly amount: Money }[];
    }
  | {
      /** The money that had earned the discount is gone: all of it is asked for again. */
      readonly type: 'EarlyDiscountLost';
      readonly amount: Money;
      readonly reopened: readonly {
        readonly part: number;
        readonly amount: Money;
        /** What a part waits for again that the discount had closed. */
        readonly next: (NextDate & { readonly step: 'due' | 'missed' }) | null;
      }[];
    }
  /** `closed` parts need nothing any more, `added` ones are new. */
  | {
      readonly type: 'PlanReplanned';
      readonly version: number;
      readonly cause: ReplanCause;
      readonly total: Money;
      readonly parts: readonly ScheduledPart[];
      readonly closed: readonly number[];
      readonly added: readonly number[];
      readonly zone: string;
      readonly noticeDays: number;
    }
  /** Too many parts were missed: all that is open is due now. */
  | {
      readonly type: 'PlanDefaulted';
      readonly accelerated: readonly number[];
      readonly missedParts: number;
      readonly outstanding: Money;
    }
  /** The order may go on; told once. `required` is what had to be settled for it, zero where approval is enough. */
  | {
      readonly type: 'PlanReleasedOrder';
      readonly orderId: OrderId;
      readonly settled: Money;
      readonly required: Money;
    }
  | { readonly type: 'PlanCompleted'; readonly settled: Money; readonly discounted: Money }
  | {
      readonly type: 'PlanCanceled';
      /** Parts that will not be asked for any more. */
      readonly open: readonly number[];
      readonly refundable: Money;
      /** A deposit that does not go back. */
      readonly retained: Money;
    }
);

export type PlanEventOf<T extends PlanEvent['type']> = Extract<PlanEvent, { type: T }>;
