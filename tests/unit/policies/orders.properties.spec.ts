import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import { orderCodec } from '../../../src/application/order/order.codec.js';
import { invoiceIdsOfOrder } from '../../../src/application/order/order-ids.js';
import { refundIdOf } from '../../../src/application/payment/payment-ids.js';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import { invoice } from '../../../src/domain/invoice/invoice.js';
import type { InvoiceState } from '../../../src/domain/invoice/state.js';
import { dueOf, isIssued, paidOf } from '../../../src/domain/invoice/state.js';
import { order } from '../../../src/domain/order/order.js';
import type { OrderState } from '../../../src/domain/order/state.js';
import { isApproved } from '../../../src/domain/order/state.js';
import { refunded } from '../../../src/domain/payment/state.js';
import { deposit, installments, manual, netTerms, standard } from '../../../src/domain/plan/terms.js';
import type { Currency } from '../../../src/domain/shared/currency.js';
import { subtract } from '../../../src/domain/shared/money.js';
import type { RefundReason } from '../../../src/domain/shared/refund-reason.js';
import { holdsAsync } from '../../support/corpus.js';
import { currency } from '../../support/plan-arbitraries.js';
import { percent } from '../../support/plan-examples.js';
import { bounce, cheque } from './cheques.js';
import { createMoneyFlows } from './money-flows.js';
import { comesBack, refundedAtProvider } from './refunding.js';

const runs = { numRuns: Number(process.env['ORDER_STORIES'] ?? 60) };

const early = { earlyDiscount: { percentage: percent('2'), days: 10 } };
const terms = fc.constantFrom(
  ...[standard(), manual(), netTerms(30, false), netTerms(30, false, early), installments(3)],
  deposit({ kind: 'percentage', percentage: percent('50') }, { kind: 'days_after', days: 20 }),
);
/** Which of the order's invoices, payments or cheques something is about, counted from the newest. */
const which = fc.nat({ max: 2 });
const cents = fc.constantFrom(100, 1000, 2500, 4900, 5000, 9800, 10_000, 12_000);
const act = <T extends string>(type: T) => fc.constant(type);
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: act('amend'), cents }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: act('pay'),
      which,
      cents,
      method: fc.constantFrom('pm_ok', 'pm_ok', 'pm_declined'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: act('cheque'), which, cents }) },
  { weight: 2, arbitrary: fc.record({ act: act('credit'), which, cents }) },
  { weight: 2, arbitrary: fc.record({ act: act('bounce'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ act: act('refund'), which, cents },
      reason: fc.constantFrom<RefundReason | null>(null, 'requested_by_customer', 'fraudulent'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ act: act('refund invoice'), which, cents },
      reason: fc.constantFrom<RefundReason | null>(null, 'fraudulent'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: act('refund at provider'), which, cents }) },
  { weight: 2, arbitrary: fc.record({ act: act('comes back') }) },
  { weight: 1, arbitrary: fc.record({ act: act('cancel') }) },
  { weight: 2, arbitrary: fc.record({ act: act('advance'), days: fc.constantFrom(1, 15, 40) }) },
  { weight: 5, arbitrary: fc.record({ act: act('settle') }) },
);
const stories = fc.array(action, { minLength: 3, maxLength: 12 });
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Plays a story, and answers the world after everything that follows from it. */
async function play(
  given: Parameters<ReturnType<typeof createMoneyFlows>['approvedOrder']>[2],
  actions: readonly Action[],
  code: Currency,
) {
  const flows = createMoneyFlows(() => null, 0, 0n, code);
  const customerId = await flows.customer();
  const { orderId } = await flows.approvedOrder(customerId, 10_000, given);
  const [cheques, refunds]: [Awaited<ReturnType<typeof cheque>>[], { payment: string; refund: string }[]] = [
    [],
    [],
  ];

  async function invoiceAt(place: number) {
    const { state } = await flows.orders.load(orderId);
    const ids = invoiceIdsOfOrder(
      orderId,
      state.status !== 'absent' && isApproved(state) ? state.changes : 0,
    );
    const there = [];
    for (const id of ids) if ((await flows.invoices.load(id)).state.status !== 'absent') there.push(id);
    return there[place % Math.max(there.length, 1)];
  }

  async function perform(one: Action): Promise<void> {
    const at = flows.clock.now();
    switch (one.act) {
      case 'amend':
        await flows.orderOperations.run(
          orderId,
          { type: 'SetOrderTotal', at, total: flows.amountOf(one.cents) },
          flows.metadata(),
        );
        return;
      case 'pay':
      case 'credit': {
        const invoiceId = await invoiceAt(one.which);
        if (invoiceId === undefined) return;
        const tender =
          one.act === 'credit'
            ? ({ kind: 'credit', amount: null } as const)
            : ({ kind: 'card', paymentMethod: one.method, offSession: false, amount: null } as const);
        const amount = BigInt(one.cents);
        const request = { invoiceId, planPart: null, amount, mode: 'accumulate', tenders: [tender] } as const;
        await flows.startCollection(request, flows.metadata());
        return;
      }
      case 'cheque': {
        const invoiceId = await invoiceAt(one.which);
        if (invoiceId !== undefined) cheques.push(await cheque(flows, customerId, invoiceId, one.cents));
        return;
      }
      case 'bounce': {
        const [id] = cheques.splice(one.which % Math.max(cheques.length, 1), 1);
        if (id !== undefined) await bounce(flows, id);
        return;
      }
      case 'refund invoice': {
        const invoiceId = await invoiceAt(one.which);
        if (invoiceId === undefined) return;
        const by = { actor: 'key_1', holder: null };
        const asked = { invoiceId, amount: BigInt(one.cents), refundReason: one.reason, by };
        const given = await flows.refundInvoice(asked, flows.metadata());
        for (const part of given.outcome === 'given_back' ? given.parts : []) {
          if (part.kind !== 'card' || part.refund === null) continue;
          refunds.push({ payment: part.payment.details.paymentId, refund: part.refund.refundId });
        }
        return;
      }
      case 'refund': {
        const created = await flows.facts('PaymentCaptured');
        const payment = created[one.which % Math.max(created.length, 1)]?.stream.slice('payment-'.length);
        if (payment === undefined) return;
        const refundId = refundIdOf(randomUUID());
        const amount = flows.amountOf(one.cents);
        const refund = { refundId, amount, refundReason: one.reason, secondPerson: null };
        const command = { type: 'RequestRefund', at, ...refund } as const;
        const asked = await flows.payments.handle(payment, command, flows.metadata());
        if (asked.outcome === 'accepted') refunds.push({ payment, refund: refundId });
        return;
      }
      case 'refund at provider': {
        const created = await flows.facts('PaymentCaptured');
        const payment = created[one.which % Math.max(created.length, 1)]?.stream.slice('payment-'.length);
        if (payment === undefined) return;
        // The provider refunds no more than it has, and has carried out what it was asked for before.
        await flows.settle();
        const { state } = await flows.payments.load(payment);
        if (state.status !== 'captured') return;
        const left = Number(subtract(state.captured, refunded(state)).minor);
        if (left > 0) await refundedAtProvider(flows, payment, Math.min(left, one.cents));
        return;
      }
      case 'comes back': {
        const [one] = refunds.splice(0, 1);
        if (one === undefined) return;
        await flows.settle();
        await comesBack(flows, one.payment, one.refund);
        return;
      }
      case 'cancel':
        await flows.orderOperations.run(orderId, { type: 'CancelOrder', at }, flows.metadata());
        return;
      case 'advance':
        await flows.advance(one.days);
        return;
      case 'settle':
        await flows.settle();
    }
  }

  for (const one of actions) await perform(one);
  const problems = await flows.settle();
  return { flows, orderId, problems };
}

/** What an order and its invoices were after these events, folded here a second time. */
function standing(log: readonly RecordedEvent[], orderId: string) {
  let state: OrderState = order.initialState;
  const invoices = new Map<string, InvoiceState>();
  for (const recorded of log) {
    if (recorded.stream === `order-${orderId}`) state = order.evolve(state, orderCodec.decode(recorded));
    if (!recorded.stream.startsWith('invoice-')) continue;
    const before = invoices.get(recorded.stream) ?? invoice.initialState;
    invoices.set(recorded.stream, invoice.evolve(before, invoiceCodec.decode(recorded)));
  }
  const issued = [...invoices.values()].filter(isIssued);
  const own = issued.filter(({ details }) => details.orderId === orderId);
  const paid = own.reduce((sum, one) => sum + paidOf(one).minor, 0n);
  const notes = own.flatMap(({ creditNotes }) => creditNotes.filter(({ number }) => number !== null));
  const forgiven = notes
    .filter(({ creditReason }) => creditReason !== 'order_change')
    .reduce((sum, { total }) => sum + total.minor, 0n);
  const asked = own.reduce((sum, one) => sum + one.priced.total.minor, 0n);
  const changed = notes
    .filter(({ creditReason }) => creditReason === 'order_change')
    .reduce((sum, { total }) => sum + total.minor, 0n);
  const due = issued.reduce((sum, one) => sum + dueOf(one).minor, 0n);
  return { state, paid, forgiven, due, invoiced: asked - changed };
}

describe('whatever becomes of an order, in whatever order', () => {
  it('it is paid once at most, and exactly when what is settled covers its total; the books say the same', async () => {
    const seen = { paid: 0, amended: 0, kept: 0 };
    await holdsAsync(
      'order-stories',
      fc.asyncProperty(terms, stories, currency, async (given, actions, code) => {
        const { flows, orderId, problems } = await play(given, actions, code);
        expect(problems).toEqual([]);
        const log = await flows.facts();
        const after = standing(log, orderId);
        const paidAt = log.filter(({ type }) => type === 'OrderPaid').map(({ position }) => position);
        expect(paidAt.length).toBeLessThanOrEqual(1);
        for (const position of paidAt) {
          const then = standing(
            log.filter((one) => one.position < position),
            orderId,
          );
          if (then.state.status === 'absent' || !isApproved(then.state)) throw new Error('paid unapproved');
          seen.paid += 1;
          expect(then.paid > 0n).toBe(true);
          if (given.releasesOrder !== 'first_part_settled') {
            expect(then.paid + then.forgiven >= then.state.total.minor).toBe(true);
          }
        }
        const { state } = after;
        if (state.status !== 'absent' && isApproved(state)) {
          seen.amended += state.changes;
          // Invoices and credit notes come to the total of the order, and to no less than was forgiven of it before.
          const { total } = state;
          expect([total.minor, after.forgiven]).toContain(after.invoiced);
          expect(after.invoiced >= total.minor && after.invoiced >= after.forgiven).toBe(true);
          const covered = after.paid > 0n && after.paid + after.forgiven >= state.total.minor;
          if (covered) expect(state.settled).not.toBe(null);
        }
        const ledger = await flows.ledger();
        expect(Object.values(ledger).reduce((sum, balance) => sum + balance, 0)).toBe(0);
        expect(BigInt(ledger['accounts_receivable'] ?? 0)).toBe(after.due);
        expect(ledger['unapplied_payments'] ?? 0).toBe(0);
        expect(ledger['customer_credit'] ?? 0).toBeLessThanOrEqual(0);
        seen.kept += log.filter(({ type }) => type.endsWith('KeptAsCredit')).length;
      }),
      runs,
    );
    // The property would hold of little if nothing of this ever happened.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});
