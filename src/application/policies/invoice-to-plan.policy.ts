import type { InvoiceEvent, InvoiceEventOf } from '../../domain/invoice/events.js';
import type { IssuedInvoice } from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import type { ApprovedOrder } from '../../domain/order/state.js';
import { isApproved } from '../../domain/order/state.js';
import type { PlanDetails } from '../../domain/plan/events.js';
import type { ExistingPlan } from '../../domain/plan/state.js';
import { outstanding } from '../../domain/plan/state.js';
import { termsOfChange } from '../../domain/plan/terms.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { CreditNoteId, InvoiceId, PlanId } from '../../domain/shared/ids.js';
import { parseCollectionId, parseInvoiceId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { add, isPositive, isZero, smaller, subtract, sum } from '../../domain/shared/money.js';
import type { CollectionHandler } from '../collection/collection-runner.js';
import { invoiceCodec } from '../invoice/invoice.codec.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { OrderHandler } from '../order/order-handler.js';
import { invoiceIdOfOrder, invoiceIdsOfOrder } from '../order/order-ids.js';
import { planIdOf } from '../plan/plan-ids.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { StartPlan } from '../plan/start-plan.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn, knownZone } from '../shared/zones.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';
import { noteOfRefund } from './taken-back.js';

const name = 'invoice_to_plan';

/** The invoice of an approved order is paid by the order's terms; what is set against an invoice settles its plan's parts. */
export function createInvoiceToPlan(parts: {
  readonly orders: Pick<OrderHandler, 'load'>;
  readonly plans: PlanHandler;
  readonly startPlan: StartPlan;
  readonly invoices: Pick<InvoiceOperations, 'load'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly zone: Zone;
  readonly clock: Clock;
}): Policy {
  const { orders, plans, startPlan, invoices, collections, zone, clock } = parts;
  const today = () => civilDateIn(zone, clock.now());

  async function start(event: InvoiceEventOf<'InvoiceFinalized'>, recorded: RecordedEvent): Promise<void> {
    const { invoiceId, orderId, customerId, total, issuedOn } = event;
    if (orderId === null) return;
    const { state: order } = await orders.load(orderId);
    if (order.status === 'absent' || !isApproved(order)) return;
    const agreed = await termsOf(invoiceId, order, issuedOn);
    if (agreed === undefined) return;
    const planId = planIdOf(invoiceId);
    const started = await startPlan(
      {
        type: 'StartPlan',
        at: clock.now(),
        details: { planId, invoiceId, orderId, customerId, zone: order.zone, ...agreed },
        total,
      },
      // The order was approved, or changed, within the limit.
      null,
      becauseOf(recorded, name, 'start'),
    );
    mustBeAccepted(started, `start ${planId}`);
    await tellMilestones(planId, order, recorded);
    // It may have been canceled while the plan was started, by somebody who found none.
    if ((await orders.load(orderId)).state.status !== 'canceled') return;
    const command = { type: 'CancelPlan', at: clock.now() } as const;
    await plans.handle(planId, command, becauseOf(recorded, name, 'cancel'));
  }

  /** One may have been reached between looking at the terms and the start, when there was no plan yet to tell it to. */
  async function tellMilestones(
    planId: PlanId,
    order: ApprovedOrder,
    recorded: RecordedEvent,
  ): Promise<void> {
    const first = planIdOf(invoiceIdOfOrder(order.details.orderId));
    const { state } = await plans.load(first);
    if (planId === first || state.status === 'absent') return;
    for (const reached of state.milestones) {
      const at = clock.now();
      await plans.handle(
        planId,
        { type: 'ReachMilestone', at, name: reached, today: civilDateIn(knownZone(order.zone), at) },
        becauseOf(recorded, name, `milestone ${reached}`),
      );
    }
  }

  /** The order's own terms, or those of a change; undefined for an invoice that is of neither. */
  async function termsOf(
    invoiceId: InvoiceId,
    order: ApprovedOrder,
    issuedOn: CivilDate,
  ): Promise<Pick<PlanDetails, 'terms' | 'approvedOn'> | undefined> {
    const { terms, approvedOn, changes } = order;
    const { orderId } = order.details;
    const first = invoiceIdOfOrder(orderId);
    if (invoiceId === first) return { terms, approvedOn };
    if (!invoiceIdsOfOrder(orderId, changes).includes(invoiceId)) return undefined;
    const { state } = await plans.load(planIdOf(first));
    const reached = state.status === 'absent' ? [] : state.milestones;
    return { terms: termsOfChange(order, issuedOn, reached), approvedOn: issuedOn };
  }

  async function settle(
    { applicationId, amount }: InvoiceEventOf<'InvoicePaymentApplied'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const planId = planIdOf(idOfStream(recorded.stream, parseInvoiceId));
    const { state: plan } = await plans.load(planId);
    // One that is over asks for nothing more; the invoice may be paid all the same.
    if (plan.status !== 'active' && plan.status !== 'defaulted') return;
    if (isCountedIn(plan, recorded)) return;
    // What is due outside the plan is none of its parts.
    const inPlan = smaller(amount, outstanding(plan));
    const part = await partOf(applicationId);
    const settled = await plans.handle(
      planId,
      { type: 'SettleParts', at: clock.now(), applicationId, amount: inPlan, part, today: today() },
      becauseOf(recorded, name, 'settle'),
    );
    mustBeAccepted(settled, `settle ${planId}`);
  }

  /** The part that the money was collected for; null where somebody paid out of turn. */
  async function partOf(applicationId: string): Promise<number | null> {
    const collectionId = parseCollectionId(applicationId.split('/')[0] ?? '');
    if (collectionId === undefined) return null;
    const { state } = await collections.load(collectionId);
    return state.status === 'absent' ? null : (state.details.planPart?.part ?? null);
  }

  async function unsettle(
    event: InvoiceEventOf<'InvoicePaymentReversed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const planId = planIdOf(idOfStream(recorded.stream, parseInvoiceId));
    const { applicationId, reversalId, amount } = event;
    const { state: plan } = await plans.load(planId);
    if (plan.status === 'absent') return;
    const opens = smaller(amount, openableBy(plan, { applicationId, reversalId }));
    if (isPositive(opens)) {
      const unsettled = await plans.handle(
        planId,
        {
          ...{ type: 'UnsettleParts', at: clock.now(), applicationId, reversalId, amount: opens },
          ...{ takenBack: isTakenBack(event), today: today() },
        },
        becauseOf(recorded, name, 'unsettle'),
      );
      mustBeAccepted(unsettled, `unsettle ${planId}`);
    }
    if (isTakenBack(event)) await askForMore(planId, subtract(amount, opens), recorded);
  }

  /**
   * What had been paid before the plan began is asked for by it as well, once that money is gone: a plan that goes on asks
   * for all that is due of its invoice. One that is over does not, and its invoice is due by itself.
   */
  async function askForMore(planId: PlanId, amount: Money, recorded: RecordedEvent): Promise<void> {
    const { state: plan } = await plans.load(planId);
    if (plan.status !== 'active' && plan.status !== 'defaulted') return;
    if (isZero(amount) || isCountedIn(plan, recorded)) return;
    const amended = await plans.handle(
      planId,
      { type: 'AmendTotal', at: clock.now(), total: add(plan.total, amount), today: today() },
      becauseOf(recorded, name, 'ask for more'),
    );
    mustBeAccepted(amended, `ask for more by ${planId}`);
  }

  /** A plan shares out what the invoice still asks for, so a credit note that takes some of it back amends the plan. */
  async function credited(
    { creditNoteId, creditReason, total }: InvoiceEventOf<'InvoiceCredited'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    if (creditReason === 'early_payment_discount') return;
    await askForLess(recorded, (plan, invoice) =>
      smaller(total, openedFor(creditNoteId, plan, invoice) ?? total),
    );
  }

  /** What a manual payment was short by is no part of the plan any more, or is again. */
  async function writtenOff(
    { amount }: InvoiceEventOf<'InvoiceDifferenceWrittenOff'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    await askForLess(recorded, () => amount);
  }

  async function askForLess(
    recorded: RecordedEvent,
    amountIn: (plan: ExistingPlan, invoice: IssuedInvoice) => Money,
  ): Promise<void> {
    const invoiceId = idOfStream(recorded.stream, parseInvoiceId);
    const planId = planIdOf(invoiceId);
    const { state: plan } = await plans.load(planId);
    const { state: invoice } = await invoices.load(invoiceId);
    if (plan.status === 'absent' || !isIssued(invoice)) return;
    if (plan.status !== 'active' && plan.status !== 'defaulted') return;
    if (isCountedIn(plan, recorded)) return;
    const at = clock.now();
    const amount = smaller(amountIn(plan, invoice), outstanding(plan));
    if (isZero(amount)) return;
    const left = subtract(plan.total, amount);
    const amended = await plans.handle(
      planId,
      isZero(left) ? { type: 'CancelPlan', at } : { type: 'AmendTotal', at, total: left, today: today() },
      becauseOf(recorded, name, 'amend'),
    );
    mustBeAccepted(amended, `amend ${planId}`);
  }

  return createPolicy<InvoiceEvent>({
    name,
    category: 'invoice',
    codec: invoiceCodec,
    reactions: {
      InvoiceFinalized: start,
      InvoicePaymentApplied: settle,
      InvoicePaymentReversed: unsettle,
      InvoiceCredited: credited,
      InvoiceDifferenceWrittenOff: writtenOff,
    },
  });
}

/** A plan that somebody started by hand begins with what could still be paid then. */
function isCountedIn({ details }: ExistingPlan, { revision }: RecordedEvent): boolean {
  return details.invoiceRevision !== undefined && revision <= details.invoiceRevision;
}

/** How much a reversal opens of what a payment had settled in the plan; the same when it is told again. */
function openableBy(
  { settlements, reversals, total }: ExistingPlan,
  of: { readonly applicationId: string; readonly reversalId: string },
): Money {
  const told = reversals.filter(({ reversalId }) => reversalId === of.reversalId);
  const standing = settlements
    .filter(({ applicationId }) => applicationId === of.applicationId)
    .map(({ amount, reversed }) => subtract(amount, reversed));
  return sum(total.currency, [...standing, ...told.map(({ amount }) => amount)]);
}

/**
 * What a refund opened in the plan that this is the credit note of; undefined for any other note. A plan that began with what
 * was left had asked for nothing of what was paid before, and asks for no less when that goes back.
 */
function openedFor(
  creditNoteId: CreditNoteId,
  { reversals, total }: ExistingPlan,
  { applications }: IssuedInvoice,
): Money | undefined {
  const refunded = applications
    .flatMap((application) => application.reversals)
    .find(({ reversalId }) => noteOfRefund(reversalId) === creditNoteId);
  if (refunded === undefined) return undefined;
  const opened = reversals.filter(({ reversalId }) => reversalId === refunded.reversalId);
  return sum(
    total.currency,
    opened.map(({ amount }) => amount),
  );
}

/** Before the cause was told, only what people had recorded could be gone against our will. */
function isTakenBack({ cause, tender }: InvoiceEventOf<'InvoicePaymentReversed'>): boolean {
  return cause === undefined ? tender.kind === 'manual' : cause === 'payment_returned';
}
