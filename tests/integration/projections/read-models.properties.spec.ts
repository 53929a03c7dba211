import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import type { DisputeRow } from '../../../src/application/ports/dispute-queries.js';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import type { PaymentRow } from '../../../src/application/ports/read-models.js';
import { anyTime, firstPage } from '../../../src/application/ports/read-models.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { disputeStatuses } from '../../../src/domain/payment/intent.js';
import type { ExistingPayment, PaymentState, Refund } from '../../../src/domain/payment/state.js';
import { refunded } from '../../../src/domain/payment/state.js';
import type { PaymentId, RefundId } from '../../../src/domain/shared/ids.js';
import { parseCustomerId } from '../../../src/domain/shared/ids.js';
import {
  disputesProjection,
  PostgresDisputeQueries,
} from '../../../src/infrastructure/read-models/disputes.js';
import { PostgresLedgerQueries, positionsPerSum } from '../../../src/infrastructure/read-models/ledger.js';
import { paymentsProjection } from '../../../src/infrastructure/read-models/payments.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { disputeRowsOf } from '../../support/dispute-rows.js';
import { foldPayment, paymentCommands, play } from '../../support/payment-arbitraries.js';
import { at, details, disputeNews, intent, observe, required, usd } from '../../support/payment-examples.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recordedPayment } from './support.js';

type History = {
  readonly id: string;
  readonly events: readonly PaymentEvent[];
  readonly state: PaymentState;
};

/** The same history for another payment: random ones are all of the one payment of the examples. */
function retold(events: readonly PaymentEvent[], n: number): History {
  const named = <I extends string>(prefix: string, id: string) =>
    `${prefix}_${v5(`${id} ${n}`, v5.URL)}` as I;
  const id = named<PaymentId>('pay', 'payment');
  const own = events.map((event): PaymentEvent => {
    if (event.type === 'PaymentCreated') return { ...event, paymentId: id };
    return 'refundId' in event ? { ...event, refundId: named<RefundId>('re', event.refundId) } : event;
  });
  return { id, events: own, state: foldPayment(own) };
}

const histories = fc
  .array(
    paymentCommands.map((commands) => play(commands).events),
    { minLength: 1, maxLength: 20 },
  )
  .map((all) => all.map(retold));

function statusOf(state: ExistingPayment): PaymentRow['status'] {
  if (state.status === 'confirming' || state.status === 'capturing' || state.status === 'canceling') {
    return 'processing';
  }
  if (state.status !== 'captured') return state.status;
  const { minor } = refunded(state);
  if (minor === 0n) return 'succeeded';
  return minor < state.captured.minor ? 'partially_refunded' : 'refunded';
}

/** What the list must show of a state, written down a second time. */
function paymentRow(state: ExistingPayment, events: number) {
  const held = state.status === 'canceling' ? state.from : state;
  const captured = state.status === 'captured' ? state : undefined;
  const authorized = 'authorized' in held ? held.authorized.minor : 0n;
  const { lastDecline, intentId } = state.attempts;
  const refusal = state.status === 'failed' ? { ...state.refusal, declineCode: null } : lastDecline;
  return {
    id: state.details.paymentId,
    status: statusOf(state),
    amount: state.details.amount.minor,
    amount_authorized: authorized,
    amount_captured: captured?.captured.minor ?? 0n,
    amount_refunded: captured === undefined ? 0n : refunded(captured).minor,
    fee: captured?.fee?.fee.minor ?? null,
    fee_currency: captured?.fee?.fee.currency ?? null,
    payment_intent: intentId,
    last_error:
      refusal === null || authorized > 0n
        ? null
        : { code: refusal.code, decline_code: refusal.declineCode, message: refusal.message },
    revision: BigInt(events - 1),
    created_at: state.createdAt,
  };
}

const refundStatus: Record<Refund['status'], string> = {
  requires_approval: 'requires_approval',
  rejected: 'rejected',
  requested: 'pending',
  pending: 'pending',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  refused: 'failed',
};

function refundRows({ id, state }: History) {
  if (state.status !== 'captured') return [];
  return state.refunds.map((refund) => ({
    id: refund.refundId,
    payment: id,
    status: refundStatus[refund.status],
    amount: refund.amount.minor,
    reason: refund.refundReason,
    failure_reason: refund.failureReason,
    provider_refund: refund.providerRefundId,
    requested_by: refund.approval?.requestedBy ?? null,
    decided_by: refund.approval?.decidedBy ?? null,
  }));
}

function openRequests({ id, state }: History): readonly string[] {
  const stream = `payment-${id}`;
  switch (state.status) {
    case 'confirming':
      return [`${stream} confirm`];
    case 'capturing':
      return [`${stream} capture`];
    case 'canceling':
      return [`${stream} cancel`];
    case 'captured':
      return state.refunds.flatMap(({ status, refundId, cancelRequestedAt }) => [
        ...(status === 'requested' ? [`${stream} refund${refundId}`] : []),
        ...(cancelRequestedAt === null ? [] : [`${stream} cancel${refundId}`]),
      ]);
    default:
      return [];
  }
}

/** One after the other, or so far from each other that the ledger's sums are of several stretches. */
const apart = fc.constantFrom(1, positionsPerSum / 8);

/**
 * All histories in one log, taking turns.
 * @param apart so many positions lie between two events; not every store counts them one by one
 */
function logOf(all: readonly History[], apart: number): readonly RecordedEvent[] {
  const events = all.flatMap(({ id, events: own }) => recordedPayment(id, own));
  return events
    .sort((a, b) => Number(a.revision - b.revision))
    .map((event, index) => ({ ...event, position: BigInt((index + 1) * apart) }));
}

describe('The read models of random payments', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());

  it('equal a fold of the log, whatever the batches were, and the books balance at every position', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.constantFrom(2, 7, 1_000), apart, async (all, batchMax, between) => {
        for (const { name } of projections) await bench.rows(`drop schema if exists read_${name} cascade`);
        await bench.rows('truncate counterfoil.projections, counterfoil.parked_events');
        const log = logOf(all, between);
        const running = await bench.start(new RecordedEventStore(log), projections, { batchMax });
        expect(await running.reached(headOf(log), 20_000)).toBe(true);
        await running.stop();
        expect(await bench.rows('select projection, error from counterfoil.parked_events')).toEqual([]);
        await expectRows(all);
        await expectBooks(log);
      }),
      { numRuns: 8 },
    );
  });

  it('of disputes equal a fold of the log, whatever is told of them in which order, and twice', async () => {
    for (const { name } of projections) await bench.rows(`drop schema if exists read_${name} cascade`);
    await bench.rows('truncate counterfoil.projections, counterfoil.parked_events');
    const all = disputed.map((commands, n) => retold(play(commands).events, n));
    const log = logOf(all, 1);
    const running = await bench.start(new RecordedEventStore(log), [paymentsProjection, disputesProjection]);
    expect(await running.reached(headOf(log), 30_000)).toBe(true);
    await expectDisputes(all);
    const report = await running.rebuild('disputes', { swap: false });
    expect(report).toMatchObject({ rows_compared: BigInt(disputed.length), difference_count: 0n });
    await running.stop();
  });

  /** As the list shows them, page after page. */
  async function expectDisputes(all: readonly History[]): Promise<void> {
    const expected = all.flatMap(({ events }) => disputeRowsOf(events));
    const inOrder = (a: DisputeRow, b: DisputeRow) => (orderOf(a) < orderOf(b) ? 1 : -1);
    const awaiting = expected.filter(({ status }) => status === 'inquiry' || status === 'needs_response');
    expect(await listed(null)).toEqual(expected.toSorted(inOrder));
    expect(await listed(true)).toEqual(awaiting.toSorted(inOrder));
  }

  async function listed(awaitsEvidence: boolean | null): Promise<readonly DisputeRow[]> {
    const queries = new PostgresDisputeQueries(bench.pool);
    const rows: DisputeRow[] = [];
    for (let more = true; more; ) {
      const from = { ...firstPage(100), startingAfter: rows.at(-1)?.id ?? null };
      const some = await queries.list({ ...from, ...anyDispute, awaitsEvidence });
      rows.push(...some.rows);
      more = some.hasMore;
    }
    return rows;
  }

  async function expectRows(all: readonly History[]): Promise<void> {
    const byId = (a: { id?: unknown }, b: { id?: unknown }) => (String(a.id) < String(b.id) ? -1 : 1);
    const payments =
      await bench.rows(`select id, status, amount, amount_authorized, amount_captured, amount_refunded,
      fee, fee_currency, payment_intent, last_error, revision, created_at from read_payments.payments`);
    const expected = all.flatMap(({ state, events }) =>
      state.status === 'absent' ? [] : [paymentRow(state, events.length)],
    );
    expect([...payments].sort(byId)).toEqual(expected.sort(byId));
    const refunds = await bench.rows(
      `select id, payment, status, amount, reason, failure_reason, provider_refund,
         requested_by, decided_by from read_refunds.refunds`,
    );
    expect([...refunds].sort(byId)).toEqual(all.flatMap(refundRows).sort(byId));
    await expectDisputes(all);
    const requests = await bench.rows(
      `select stream || ' ' || kind || item as open from read_pending_effects.open_requests`,
    );
    expect(requests.map(({ open }) => open).sort()).toEqual(all.flatMap(openRequests).sort());
  }

  async function expectBooks(log: readonly RecordedEvent[]): Promise<void> {
    const ledger = new PostgresLedgerQueries(bench.pool);
    const step = Math.max(1, Math.floor(log.length / 10));
    for (let event = 0; event <= log.length; event += step) {
      // Just before an event as well: there is none at most positions.
      for (const position of [positionOf(log, event), positionOf(log, event) - 1n]) {
        if (position < 0n) continue;
        const balance = await ledger.trialBalance(position);
        expect(balance.position).toBe(position);
        expect(balance.rows).toEqual(await bench.rows(entriesSummed, [position]));
        // The time of what was counted, not of the asking: whoever recomputes it finds the same.
        const [last] = await bench.rows(lastJournal, [position]);
        expect(balance.asOf).toEqual(last?.['recorded_at'] ?? null);
        const totals = new Map<string, bigint>();
        for (const { currency, balance: each } of balance.rows)
          totals.set(currency, (totals.get(currency) ?? 0n) + each);
        expect([...totals.values()].filter((total) => total !== 0n)).toEqual([]);
      }
    }
    const latest = await ledger.trialBalance(null);
    expect(latest.position).toBe(headOf(log));
    expect(await ledger.trialBalance(headOf(log) + 10n)).toEqual(latest);
  }
});

const orderOf = ({ created_at: since, id }: DisputeRow) => `${since} ${id}`;

const anyDispute = {
  ...{ ...anyTime, status: null, customer: null, payment: null, currency: null },
  ...{ evidenceDueGte: null, evidenceDueLt: null },
};

const movements = [
  { balanceTransactionId: 'txn_d1', gross: usd(-5000), fee: usd(1500) },
  { balanceTransactionId: 'txn_d2', gross: usd(5000), fee: usd(0) },
];

const payers = [null, required(parseCustomerId('cus_0193f1a0-0000-7000-8000-00000000aaaa'))];

/** Every three statuses that the provider may tell of a dispute one after the other, most of them out of order. */
const disputed = disputeStatuses
  .flatMap((a) => disputeStatuses.flatMap((b) => disputeStatuses.map((c) => [a, b, c])))
  .map((told, n): readonly PaymentCommand[] => [
    {
      ...{ type: 'CreatePayment', at, confirmWith: 'pm_card_visa' },
      details: { ...details, customerId: payers[n % 2] ?? null },
    },
    observe(intent('succeeded')),
    ...told.map((status, step) => ({
      ...disputeNews(status, { movements: movements.slice(0, (n + step) % 3), amount: usd(5000 - step) }),
      at: later(at, 1_000 * step),
    })),
  ]);

const lastJournal =
  'select recorded_at from read_ledger.journals where position <= $1 order by position desc limit 1';

/** Every entry up to a position, one by one. */
const entriesSummed = `
  select account, currency, debits, credits, debits - credits as balance from (
    select account, currency, coalesce(sum(amount) filter (where amount > 0), 0)::bigint as debits,
      coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as credits
    from read_ledger.entries where position <= $1 group by account, currency
  ) as summed order by account, currency`;

/** The nth event's position; 0 before the first. */
function positionOf(log: readonly RecordedEvent[], n: number): bigint {
  return log[n - 1]?.position ?? 0n;
}

function headOf(log: readonly RecordedEvent[]): bigint {
  return positionOf(log, log.length);
}
