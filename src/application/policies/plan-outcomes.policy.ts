import { methodToCharge } from '../../domain/customer/payment-methods.js';
import { isIssued, payableOf } from '../../domain/invoice/state.js';
import { isApproved } from '../../domain/order/state.js';
import type { PlanEvent, PlanEventOf } from '../../domain/plan/events.js';
import type { ExistingPlan } from '../../domain/plan/state.js';
import { openParts, outstandingOf } from '../../domain/plan/state.js';
import { parsePlanId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import { add, isPositive } from '../../domain/shared/money.js';
import { collectionIdOf } from '../collection/collection-ids.js';
import type { StartCollection } from '../collection/start-collection.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { CustomerHandler } from '../customer/customer-effects.js';
import type { KeepProfiles } from '../customer/keep-profiles.js';
import type { Exposures } from '../exposure/exposures.js';
import { creditNoteIdOf, invoiceIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { MarkWhenCovered } from '../order/order-coverage.js';
import type { OrderHandler } from '../order/order-handler.js';
import { invoiceIdOfOrder, invoiceIdsOfOrder } from '../order/order-ids.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import { unheardOf } from '../plan/asked-now.js';
import { planCodec } from '../plan/plan.codec.js';
import { planIdOf } from '../plan/plan-ids.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { civilDateIn, knownZone } from '../shared/zones.js';
import { later } from '../webhook/retry-schedule.js';
import { issueInvoice } from './issue-invoice.js';
import { createLowerInvoices } from './lower-invoices.js';
import { idOfStream, mustBeAccepted, wasOvertaken } from './policy-steps.js';
import { noteOfDiscount } from './taken-back.js';

const name = 'plan_outcomes';
/** What an invoice tells its plan comes sooner, unless it cannot be told at all. */
const hearsWithinMs = 10 * 60_000;

/** What a plan leads to elsewhere: parts are collected, orders go on, fees and discounts become documents. */
export function createPlanOutcomes(parts: {
  readonly plans: PlanHandler;
  readonly orders: Pick<OrderHandler, 'load'>;
  readonly invoices: InvoiceOperations;
  readonly customers: CustomerHandler;
  readonly profiles: Pick<KeepProfiles, 'read'>;
  readonly startCollection: StartCollection;
  readonly payments: Pick<PaymentHandler, 'handle'>;
  readonly credits: Pick<CreditHandler, 'handle'>;
  readonly manualPayments: Pick<ManualPaymentHandler, 'handle'>;
  readonly exposures: Exposures;
  readonly markWhenCovered: MarkWhenCovered;
  readonly clock: Clock;
}): Policy {
  const { plans, orders, invoices, customers, profiles, startCollection } = parts;
  const { exposures, markWhenCovered, clock } = parts;
  const lowerInvoices = createLowerInvoices(parts);

  async function planOf(recorded: RecordedEvent): Promise<ExistingPlan> {
    const { state } = await plans.load(idOfStream(recorded.stream, parsePlanId));
    if (state.status === 'absent') throw new Error(`${recorded.stream} has no plan`);
    return state;
  }

  /** Credit first, then the customer's default method, without the customer. */
  async function collect(
    { part: number, at: since }: { readonly part: number; readonly at: Instant },
    recorded: RecordedEvent,
  ): Promise<void> {
    const plan = await planOf(recorded);
    const { planId, invoiceId, customerId } = plan.details;
    const part = plan.parts.find((each) => each.part === number);
    if (part === undefined || part.collect !== 'automatic') return;
    const metadata = becauseOf(recorded, name, 'collect');
    const collectionId = collectionIdOf(metadata.commandId);
    const at = clock.now();
    if (!isPositive(outstandingOf(part))) {
      // The customer paid it while this one waited for the invoice.
      const command = { type: 'RecordCollectionConcluded', at, part: number, collectionId } as const;
      const today = civilDateIn(knownZone(plan.details.zone), at);
      const told = await plans.handle(
        planId,
        { ...command, today },
        becauseOf(recorded, name, 'paid already'),
      );
      return mustBeAccepted(told, `tell ${planId} that part ${number} is paid`);
    }
    const { state: invoice } = await invoices.load(invoiceId);
    // What was paid a moment ago may be this very part.
    const unheard = isIssued(invoice) ? unheardOf(plan, invoice) : null;
    const isBehind = unheard !== null && isPositive(unheard);
    const isStuck = part.collection === collectionId && later(since, hearsWithinMs) < at;
    if (isBehind && !isStuck) {
      throw new Error(`${planId} has not heard of all that was paid`);
    }
    const begun = await plans.handle(
      planId,
      { type: 'RecordCollectionStarted', at, part: number, collectionId },
      becauseOf(recorded, name, 'collection started'),
    );
    // Somebody collects it already, or it was paid or canceled meanwhile.
    if (begun.outcome !== 'accepted') return;
    const { state: customer } = await customers.load(customerId);
    const method =
      customer.status === 'absent'
        ? null
        : methodToCharge(customer, (await profiles.read(customer)).methodOrder);
    const started = await startCollection(
      {
        invoiceId,
        planPart: { planId, part: number },
        amount: outstandingOf(part).minor,
        // As the plan knows it. It may hear of nothing more while it takes the part for being collected: a collection that it was
        // told of, by a process that ended then, goes on where it was begun, and is given up where it was not.
        ...(isIssued(invoice) && unheard !== null ? { due: add(payableOf(invoice), unheard) } : {}),
        mode: 'all_or_nothing',
        tenders: [
          { kind: 'credit', amount: null },
          ...(method === null
            ? []
            : [{ kind: 'card' as const, paymentMethod: method, offSession: true, amount: null }]),
        ],
      },
      metadata,
    );
    if (started.outcome === 'started') return;
    // Another collection holds the invoice for now: this one is tried again when it has let go.
    if (started.outcome === 'invoice_already_being_collected') {
      throw new Error(`${started.collectionId} holds ${invoiceId}`);
    }
    if (started.outcome === 'invoice_due_changed' && !isBehind) {
      throw new Error(`${invoiceId} was paid just now`);
    }
    const refusal = started.outcome === 'card_amount_refused' ? started.code : started.outcome;
    const failure = method === null ? 'no_payment_method' : refusal;
    const told = await plans.handle(
      planId,
      { type: 'RecordCollectionFailed', at, part: number, collectionId, failure },
      becauseOf(recorded, name, 'collection failed'),
    );
    mustBeAccepted(told, `tell ${planId} that part ${number} was not collected`);
  }

  /** What is left is looked at again; where the other payment is still under way, until it has ended. */
  async function collectionFailed(
    event: PlanEventOf<'PlanPartCollectionFailed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    if (wasOvertaken(event.failure)) await collect(event, recorded);
  }

  /** Where the order goes on with its first part; where its total counts, that is seen at its invoices. */
  async function release(
    { orderId, required }: PlanEventOf<'PlanReleasedOrder'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { details } = await planOf(recorded);
    if (details.terms.releasesOrder !== 'first_part_settled') return;
    await markWhenCovered(orderId, required, becauseOf(recorded, name, 'paid'));
  }

  async function ended(recorded: RecordedEvent): Promise<void> {
    const { planId, customerId } = (await planOf(recorded)).details;
    await exposures.release(customerId, planId, becauseOf(recorded, name, 'release'));
    await detach(recorded);
  }

  /** What had been paid is owed again. */
  async function reopened(recorded: RecordedEvent): Promise<void> {
    const plan = await planOf(recorded);
    if (plan.status !== 'active' && plan.status !== 'defaulted') return;
    const { planId, customerId } = plan.details;
    const owing = { planId, amount: plan.total, limit: null };
    await exposures.take(customerId, owing, becauseOf(recorded, name, 'owing'));
    await attach(recorded);
  }

  /** What a change order asked for more waits for the same milestones. */
  async function milestone(
    { name: reached }: PlanEventOf<'PlanMilestoneReached'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { orderId, planId } = (await planOf(recorded)).details;
    if (orderId === null || planId !== planIdOf(invoiceIdOfOrder(orderId))) return;
    const { state: order } = await orders.load(orderId);
    if (order.status === 'absent' || !isApproved(order)) return;
    const at = clock.now();
    for (const invoiceId of invoiceIdsOfOrder(orderId, order.changes)) {
      const other = planIdOf(invoiceId);
      const { state } = await plans.load(other);
      if (other === planId || state.status === 'absent') continue;
      const today = civilDateIn(knownZone(state.details.zone), at);
      await plans.handle(
        other,
        { type: 'ReachMilestone', at, name: reached, today },
        becauseOf(recorded, name, `milestone ${other}`),
      );
    }
  }

  /** While a plan collects by itself, its customer keeps a payment method. */
  async function attach(recorded: RecordedEvent): Promise<void> {
    const plan = await planOf(recorded);
    const { planId, customerId } = plan.details;
    const goesOn = plan.status === 'active' || plan.status === 'defaulted';
    if (!goesOn || !openParts(plan).some(({ collect: mode }) => mode === 'automatic')) return;
    const attached = await customers.handle(
      customerId,
      { type: 'AttachPlan', at: clock.now(), planId },
      becauseOf(recorded, name, 'attach'),
    );
    mustBeAccepted(attached, `attach ${planId}`);
  }

  async function detach(recorded: RecordedEvent): Promise<void> {
    const { planId, customerId } = (await planOf(recorded)).details;
    const detached = await customers.handle(
      customerId,
      { type: 'DetachPlan', at: clock.now(), planId },
      becauseOf(recorded, name, 'detach'),
    );
    mustBeAccepted(detached, `detach ${planId}`);
  }

  async function discount(
    { amount }: PlanEventOf<'EarlyDiscountEarned'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { details, settlements } = await planOf(recorded);
    const creditNoteId = noteOfDiscount(recorded.id);
    // What the plan does not know of was paid while the discount was under way.
    const isExtra = (applicationId: string) =>
      !settlements.some((known) => known.applicationId === applicationId);
    await lowerInvoices.creditForgiven(details.invoiceId, { creditNoteId, amount }, isExtra, {
      ...{ cause: recorded.id, creditReason: 'early_payment_discount' },
      metadataOf: (step) => becauseOf(recorded, name, step),
    });
  }

  /** The credit note of a discount is taken back to the unit, with its taxes. */
  async function takeDiscountBack(
    _event: PlanEventOf<'EarlyDiscountLost'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { invoiceId } = (await planOf(recorded)).details;
    const { state: invoice } = await invoices.load(invoiceId);
    // What nobody will pay is not asked for again.
    if (!isIssued(invoice) || invoice.status === 'uncollectible') return;
    const creditNoteId = creditNoteIdOf(commandIdOf('early discount lost', recorded.id));
    const { creditNotes } = invoice;
    const isTakenBack = (id: string) =>
      creditNotes.some((note) => note.reverses === id && note.creditNoteId !== creditNoteId);
    const note = creditNotes.find(
      ({ creditReason, reverses, creditNoteId: id }) =>
        creditReason === 'early_payment_discount' && reverses === null && !isTakenBack(id),
    );
    // A change order had taken back already what the discount was for.
    if (note === undefined) return;
    const reversed = await invoices.reverseCredit(
      invoiceId,
      { creditNoteId, reverses: note.creditNoteId },
      becauseOf(recorded, name, 'discount lost'),
    );
    mustBeAccepted(reversed, `take the early discount of ${invoiceId} back`);
  }

  async function chargeFee(
    { amount, part, number }: PlanEventOf<'LateFeeFellDue'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { customerId, planId } = (await planOf(recorded)).details;
    const invoiceId = invoiceIdOf(commandIdOf('late fee', recorded.id));
    await issueInvoice(invoices, clock, {
      details: { invoiceId, customerId, orderId: null, currency: amount.currency, purpose: 'late_fee' },
      description: `Late fee ${number} of part ${part} of ${planId}`,
      amount,
      metadataOf: (step) => becauseOf(recorded, name, step),
    });
  }

  return createPolicy<PlanEvent>({
    name,
    category: 'paymentPlan',
    codec: planCodec,
    reactions: {
      PlanStarted: (_event, recorded) => attach(recorded),
      PlanReplanned: (_event, recorded) => attach(recorded),
      PlanPartDue: collect,
      PlanPartCollectionFailed: collectionFailed,
      PlanReleasedOrder: release,
      PlanCompleted: (_event, recorded) => ended(recorded),
      PlanCanceled: (_event, recorded) => ended(recorded),
      PlanPartUnsettled: (_event, recorded) => reopened(recorded),
      PlanMilestoneReached: milestone,
      EarlyDiscountEarned: discount,
      EarlyDiscountLost: takeDiscountBack,
      LateFeeFellDue: chargeFee,
    },
  });
}
