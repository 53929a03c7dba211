import { isIssued } from '../../domain/invoice/state.js';
import type { PlanEvent, PlanEventOf } from '../../domain/plan/events.js';
import type { ExistingPlan } from '../../domain/plan/state.js';
import { outstandingOf } from '../../domain/plan/state.js';
import { parsePlanId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { equals, format, isPositive, isZero } from '../../domain/shared/money.js';
import { collectionIdOf } from '../collection/collection-ids.js';
import type { StartCollection } from '../collection/start-collection.js';
import type { CustomerHandler } from '../customer/customer-effects.js';
import { creditNoteIdOf, invoiceIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { OrderHandler } from '../order/order-handler.js';
import { planCodec } from '../plan/plan.codec.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { issueInvoice } from './issue-invoice.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'plan_outcomes';

/** What a plan leads to elsewhere: parts are collected, orders go on, fees and discounts become documents. */
export function createPlanOutcomes(parts: {
  readonly plans: PlanHandler;
  readonly orders: OrderHandler;
  readonly invoices: InvoiceOperations;
  readonly customers: CustomerHandler;
  readonly startCollection: StartCollection;
  readonly clock: Clock;
}): Policy {
  const { plans, orders, invoices, customers, startCollection, clock } = parts;

  async function planOf(recorded: RecordedEvent): Promise<ExistingPlan> {
    const { state } = await plans.load(idOfStream(recorded.stream, parsePlanId));
    if (state.status === 'absent') throw new Error(`${recorded.stream} has no plan`);
    return state;
  }

  /** Credit first, then the customer's default method, without the customer. */
  async function collect(
    { part: number }: PlanEventOf<'PlanPartDue'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const plan = await planOf(recorded);
    const { planId, invoiceId, customerId } = plan.details;
    const part = plan.parts.find((each) => each.part === number);
    if (part === undefined || part.collect !== 'automatic' || !isPositive(outstandingOf(part))) return;
    const metadata = becauseOf(recorded, name, 'collect');
    const collectionId = collectionIdOf(metadata.commandId);
    const at = clock.now();
    const begun = await plans.handle(
      planId,
      { type: 'RecordCollectionStarted', at, part: number, collectionId },
      becauseOf(recorded, name, 'collection started'),
    );
    // Somebody collects it already, or it was paid or canceled meanwhile.
    if (begun.outcome !== 'accepted') return;
    const { state: customer } = await customers.load(customerId);
    const method = customer.status === 'absent' ? null : customer.defaultMethodId;
    const started = await startCollection(
      {
        invoiceId,
        planPart: { planId, part: number },
        amount: outstandingOf(part).minor,
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
    const failure = method === null ? 'no_payment_method' : started.outcome;
    const told = await plans.handle(
      planId,
      { type: 'RecordCollectionFailed', at, part: number, collectionId, failure },
      becauseOf(recorded, name, 'collection failed'),
    );
    mustBeAccepted(told, `tell ${planId} that part ${number} was not collected`);
  }

  async function release(
    { orderId, settled, required }: PlanEventOf<'PlanReleasedOrder'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    // Where approval was enough the order goes on by itself, and is paid when its total is.
    if (isZero(required)) return;
    await markPaid(orderId, settled, required, recorded);
  }

  async function completed(
    { settled, discounted }: PlanEventOf<'PlanCompleted'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { details, total } = await planOf(recorded);
    await detach(recorded);
    if (details.orderId === null || details.terms.releasesOrder !== 'approved') return;
    const required = { ...total, minor: total.minor - discounted.minor };
    await markPaid(details.orderId, settled, required, recorded);
  }

  async function markPaid(
    orderId: string,
    settled: Money,
    required: Money,
    recorded: RecordedEvent,
  ): Promise<void> {
    const marked = await orders.handle(
      orderId,
      { type: 'MarkOrderPaid', at: clock.now(), settled, required },
      becauseOf(recorded, name, 'paid'),
    );
    mustBeAccepted(marked, `mark ${orderId} paid`);
  }

  /** While a plan collects by itself, its customer keeps a payment method. */
  async function attach(event: PlanEventOf<'PlanStarted'>, recorded: RecordedEvent): Promise<void> {
    const { planId, customerId } = event;
    if (!event.parts.some(({ collect: mode }) => mode === 'automatic')) return;
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
    const { invoiceId } = (await planOf(recorded)).details;
    const credited = await invoices.credit(
      invoiceId,
      {
        creditNoteId: creditNoteIdOf(commandIdOf('early discount', recorded.id)),
        scope: { by: 'total', amount },
        creditReason: 'early_payment_discount',
      },
      becauseOf(recorded, name, 'discount'),
    );
    mustBeAccepted(credited, `credit the early discount of ${invoiceId}`);
  }

  /** The credit note of a discount is taken back to the unit, with its taxes. */
  async function takeDiscountBack(
    { amount }: PlanEventOf<'EarlyDiscountLost'>,
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
    if (note === undefined || !equals(note.total, amount)) {
      throw new Error(`${invoiceId} has no discount of ${format(amount)}`);
    }
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
      PlanStarted: attach,
      PlanPartDue: collect,
      PlanReleasedOrder: release,
      PlanCompleted: completed,
      PlanCanceled: (_event, recorded) => detach(recorded),
      EarlyDiscountEarned: discount,
      EarlyDiscountLost: takeDiscountBack,
      LateFeeFellDue: chargeFee,
    },
  });
}
