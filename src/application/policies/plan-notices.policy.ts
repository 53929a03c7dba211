import type { PlanEvent, PlanEventOf } from '../../domain/plan/events.js';
import type { ExistingPlan, Part } from '../../domain/plan/state.js';
import { outstandingOf } from '../../domain/plan/state.js';
import type { CollectionId } from '../../domain/shared/ids.js';
import { parsePlanId } from '../../domain/shared/ids.js';
import type { CollectionHandler } from '../collection/collection-runner.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { NoticeFact, NoticeFacts, NoticeKind } from '../notification/notice-kinds.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import { planCodec } from '../plan/plan.codec.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Notifications } from '../ports/notifications.js';
import type { Policy } from '../shared/policy.js';
import { createPolicy } from '../shared/policy.js';
import { idOfStream, wasOvertaken } from './policy-steps.js';
import { invoiceFacts, moneyFact, textFact } from './tell-customers.js';

/** Tells customers of the parts of their plans: what falls due soon, what was missed, what could not be collected. */
export function createPlanNotices(parts: {
  readonly plans: Pick<PlanHandler, 'load'>;
  readonly invoices: Pick<InvoiceOperations, 'load'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly payments: Pick<PaymentHandler, 'load'>;
  readonly notifications: Pick<Notifications, 'queue'>;
}): Policy {
  const { plans, invoices, collections, payments, notifications } = parts;

  async function tell(
    kind: NoticeKind,
    recorded: RecordedEvent,
    number: number,
    what: (part: Part) => { readonly state: string; readonly facts: NoticeFacts },
  ): Promise<void> {
    const { plan, part } = await partOf(recorded, number);
    // A new version of the plan may have taken the part's place: that one has notices of its own.
    if (part === undefined) return;
    const { planId, customerId, invoiceId } = plan.details;
    const { state, facts } = what(part);
    const { state: invoice } = await invoices.load(invoiceId);
    await notifications.queue({
      kind,
      subject: `${planId}/${number}`,
      state,
      customer: customerId,
      facts: {
        ...invoiceFacts(invoiceId, invoice),
        part: textFact(String(number)),
        amount: moneyFact(outstandingOf(part)),
        ...facts,
      },
      eventId: recorded.id,
    });
  }

  async function partOf(recorded: RecordedEvent, number: number) {
    const { state: plan } = await plans.load(idOfStream(recorded.stream, parsePlanId));
    if (plan.status === 'absent') throw new Error(`${recorded.stream} has facts and is absent`);
    const part = (plan satisfies ExistingPlan).parts.find((each) => each.part === number);
    return { plan, part };
  }

  async function failed(
    { part, collectionId, failure, attempts }: PlanEventOf<'PlanPartCollectionFailed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    if (wasOvertaken(failure)) return;
    const reason: NoticeFact = { declined: (await declineOf(collectionId)) ?? failure };
    await tell('installment_failed', recorded, part, () => ({
      state: `attempt ${attempts}`,
      facts: { reason },
    }));
  }

  /** The bank's own reason, where a card was declined. */
  async function declineOf(collectionId: CollectionId): Promise<string | undefined> {
    const { state } = await collections.load(collectionId);
    if (state.status === 'absent') return undefined;
    for (const { tender } of state.legs) {
      if (tender.kind !== 'card') continue;
      const { state: payment } = await payments.load(tender.paymentId);
      const decline = payment.status === 'absent' ? null : payment.attempts.lastDecline;
      if (decline !== null) return decline.declineCode ?? decline.code;
    }
    return undefined;
  }

  return createPolicy<PlanEvent>({
    name: 'plan_notices',
    category: 'paymentPlan',
    codec: planCodec,
    reactions: {
      PlanPartAnnounced: ({ part, on }, recorded) =>
        tell('due_soon', recorded, part, () => ({ state: `due ${on}`, facts: { due_on: { date: on } } })),
      PlanPartMissed: ({ part }, recorded) =>
        tell('overdue', recorded, part, ({ due }) => ({
          state: 'missed',
          facts: { due_on: due.kind === 'date' ? { date: due.on } : { instant: recorded.recordedAt } },
        })),
      PlanPartCollectionFailed: failed,
    },
  });
}
