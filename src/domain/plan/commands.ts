import type { CivilDate } from '../shared/civil-date.js';
import type { CollectionId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { PartTerms } from '../shared/plan-terms.js';
import type { PlanDetails } from './events.js';

/** `today` is the date in the plan's zone at `at`: the calendar is not asked while deciding. */
export type PlanCommand = { readonly at: Instant } & (
  | {
      readonly type: 'StartPlan';
      readonly details: PlanDetails;
      readonly total: Money;
    }
  | { readonly type: 'AnnouncePart'; readonly part: number; readonly today: CivilDate }
  | { readonly type: 'MarkPartDue'; readonly part: number; readonly today: CivilDate }
  | { readonly type: 'MarkPartMissed'; readonly part: number; readonly today: CivilDate }
  /** The second and later fees; the first one falls due with the missed date. */
  | { readonly type: 'ChargeLateFee'; readonly part: number; readonly today: CivilDate }
  | { readonly type: 'ReachMilestone'; readonly name: string; readonly today: CivilDate }
  /** Makes the next parts due now; null all of them. */
  | { readonly type: 'PrepayParts'; readonly count: number | null; readonly today: CivilDate }
  | { readonly type: 'RecordCollectionStarted'; readonly part: number; readonly collectionId: CollectionId }
  | {
      readonly type: 'RecordCollectionFailed';
      readonly part: number;
      readonly collectionId: CollectionId;
      readonly failure: string;
    }
  | {
      readonly type: 'RecordCollectionConcluded';
      readonly part: number;
      readonly collectionId: CollectionId;
      readonly today: CivilDate;
    }
  /** Money was set against the invoice: `part` first where it is named, then what is due, then the others in their order. */
  | {
      readonly type: 'SettleParts';
      readonly applicationId: string;
      readonly amount: Money;
      readonly part: number | null;
      readonly today: CivilDate;
    }
  /** That money is gone again, all of it or some. */
  | {
      readonly type: 'UnsettleParts';
      readonly applicationId: string;
      readonly reversalId: string;
      readonly amount: Money;
      /** Whoever had sent it took it back, so that it was never paid in time; else it was given back to them. */
      readonly takenBack: boolean;
      readonly today: CivilDate;
    }
  /** `to` null moves the part behind the last one by a month of the plan's own calendar. */
  | {
      readonly type: 'SkipPart';
      readonly part: number;
      readonly to: CivilDate | null;
      readonly today: CivilDate;
    }
  /** Arranges all that is open anew. */
  | { readonly type: 'Replan'; readonly parts: readonly PartTerms[]; readonly today: CivilDate }
  | { readonly type: 'AmendTotal'; readonly total: Money; readonly today: CivilDate }
  /** Nothing happens by date from now on, as while the invoice is disputed. */
  | { readonly type: 'PausePlan'; readonly today: CivilDate }
  | { readonly type: 'ResumePlan'; readonly today: CivilDate }
  | { readonly type: 'CancelPlan' }
);

export type PlanCommandOf<T extends PlanCommand['type']> = Extract<PlanCommand, { type: T }>;
