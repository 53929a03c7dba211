import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { parsePaymentId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { PostgresAlertMeasures } from '../../../src/infrastructure/read-models/alert-measures.js';
import { PostgresDigestQueries } from '../../../src/infrastructure/read-models/digests.js';
import { PostgresDisputeQueries } from '../../../src/infrastructure/read-models/disputes.js';
import { PostgresOverviewQueries } from '../../../src/infrastructure/read-models/overview.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import {
  actionRequired,
  at,
  authorized,
  captured,
  confirmRequested,
  created,
  declined,
  disputeOpened,
  required,
} from '../../support/payment-examples.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recordedPayment } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

let bench: Bench;
const store = new RecordedEventStore(syntheticLog(150));
const idOf = (n: number) => required(parsePaymentId(`pay_0193f1a0-0000-7000-8000-00000000000${n}`));
/** What the synthetic payments never meet: another attempt, a customer who does not come back, no answer, and disputes. */
const others: readonly (readonly PaymentEvent[])[] = [
  [created, confirmRequested(1), declined(1), confirmRequested(2), authorized(2)],
  [created, confirmRequested(1), declined(1), confirmRequested(2), declined(2)],
  [created, confirmRequested(1), actionRequired(1)],
  [created, confirmRequested(1), actionRequired(1)],
  [created, confirmRequested(1)],
  [created],
  ...[
    [disputeOpened()],
    [disputeOpened({ stage: 'inquiry', evidenceDueBy: null })],
    [
      disputeOpened({ evidenceDueBy: at }),
      { type: 'DisputeAnswered' as const, at, providerDisputeId: 'dp_1' },
    ],
  ].map((disputed) => [created, confirmRequested(), authorized(), captured(), ...disputed]),
];
others.forEach((events, n) => {
  const paymentId = idOf(n);
  const own = events.map((event) => (event.type === 'PaymentCreated' ? { ...event, paymentId } : event));
  store.add(...recordedPayment(paymentId, own, BigInt(store.log.length + 1)));
});
beforeAll(async () => {
  bench = await openBench();
  const running = await bench.start(store, projections);
  await running.reached(await store.head(), 10_000);
  await running.stop();
});
afterAll(() => bench.close());

const start = required(parseInstant('2000-01-01T00:00:00.000Z'));

/** The last outcome of each payment, from the events themselves. */
async function expectedOutcomes() {
  const outcomes = new Map<string, string>();
  const tries = new Map<string, number>();
  for (const { stream, type } of await store.readAll(0n, 1_000_000)) {
    if (type === 'PaymentAuthorized') outcomes.set(stream, 'succeeded');
    if (type === 'PaymentDeclined' || type === 'PaymentFailed') outcomes.set(stream, 'failed');
    if (type === 'PaymentConfirmRequested') {
      outcomes.set(stream, 'open');
      tries.set(stream, (tries.get(stream) ?? 0) + 1);
    }
  }
  const of = (outcome: string) => [...outcomes].filter(([, each]) => each === outcome);
  const first = (outcome: string) => of(outcome).filter(([stream]) => tries.get(stream) === 1).length;
  return {
    ...{ succeeded: of('succeeded').length, failed: of('failed').length },
    ...{ firstSucceeded: first('succeeded'), firstFailed: first('failed') },
    open: of('open').length,
  };
}

describe('the figures of the overview', () => {
  it('are what the events say', async () => {
    const queries = new PostgresOverviewQueries(bench.pool, systemClock);
    const figures = await queries.figures(start, systemClock.now());
    const { open, ...expected } = await expectedOutcomes();
    expect(expected.succeeded).toBeGreaterThan(0);
    expect(expected.firstFailed).toBeGreaterThan(0);
    expect(figures.outcomes).toMatchObject(expected);
    expect(figures.outcomes).toMatchObject({ unfinished: 2, unanswered: open - 2 });
    expect(open).toBeGreaterThanOrEqual(3);
    expect(figures.outcomes.succeeded - figures.outcomes.firstSucceeded).toBe(1);
    expect(figures.outcomes.failed - figures.outcomes.firstFailed).toBe(1);
    // Alerts and the mails to operators count the same.
    const now = systemClock.now();
    expect(await new PostgresAlertMeasures(bench.pool).outcomes(start, now, null)).toEqual(figures.outcomes);
    const [shares] = (await new PostgresDigestQueries(bench.pool).shares([{ from: start, to: now }], now))
      .shares;
    const total = expected.succeeded + expected.failed;
    expect(shares?.payment_success).toEqual({ good: expected.succeeded, total, excluded: open });
    expect(figures.volume.reduce((sum, { payments }) => sum + payments, 0)).toBeGreaterThan(0);
    // The hours are parts of the same figures.
    const { hours } = figures;
    expect(hours.map(({ at }) => at)).toEqual([...new Set(hours.map(({ at }) => at))].sort());
    expect(hours.every(({ at }) => at.endsWith(':00:00.000Z'))).toBe(true);
    expect(hours.length).toBeGreaterThan(1);
    const all = (of: 'succeeded' | 'failed') => hours.reduce((sum, hour) => sum + hour[of], 0);
    expect([all('succeeded'), all('failed')]).toEqual([expected.succeeded, expected.failed]);
    for (const { currency, minor } of figures.volume) {
      const taken = hours.flatMap(({ captured }) => captured.filter((each) => each.currency === currency));
      expect(taken.reduce((sum, each) => sum + each.minor, 0n)).toBe(minor);
    }
    // Of the three, one is answered; of the two that wait, one has a day.
    expect(figures.disputes_awaiting).toEqual({ count: 2, first_due_by: disputeOpened().evidenceDueBy });
    expect(figures.webhooks).toEqual({ handled: 0, failed: 0, waiting: 0, dismissed: 0 });
  });

  it('list disputes by when they are due where that is asked for, and go on behind one of them', async () => {
    const queries = new PostgresDisputeQueries(bench.pool);
    const anything = { status: null, customer: null, payment: null, currency: null, evidenceDueLt: null };
    const anyTime = { createdGte: null, createdGt: null, createdLte: null, createdLt: null };
    const page = { ...anything, ...anyTime, limit: 1, endingBefore: null };
    const filter = { ...page, awaitsEvidence: null, evidenceDueGte: start };
    const [first] = (await queries.list({ ...filter, startingAfter: null })).rows;
    const [second] = (await queries.list({ ...filter, startingAfter: first?.id ?? null })).rows;
    const days = (await queries.list({ ...filter, limit: 100, startingAfter: null })).rows.map(
      ({ evidence_due_by: due }) => required(due),
    );
    expect(days.length).toBeGreaterThan(1);
    expect(days).toEqual(days.toSorted().reverse());
    expect([first?.evidence_due_by, second?.evidence_due_by]).toEqual(days.slice(0, 2));
    const waiting = await queries.list({ ...filter, limit: 100, awaitsEvidence: true, startingAfter: null });
    expect(waiting.rows.map(({ status }) => status)).toContain('needs_response');
    expect(waiting.rows.every(({ status }) => status === 'needs_response' || status === 'inquiry')).toBe(
      true,
    );
    const others = await queries.list({ ...filter, limit: 100, awaitsEvidence: false, startingAfter: null });
    expect(others.rows.length + waiting.rows.length).toBe(days.length);
  });

  it('count nothing from before they are asked since', async () => {
    const queries = new PostgresOverviewQueries(bench.pool, systemClock);
    const later = required(parseInstant('2999-01-01T00:00:00.000Z'));
    expect(await queries.figures(later, systemClock.now())).toMatchObject({
      outcomes: { succeeded: 0, failed: 0, unfinished: 0, unanswered: 0 },
      average_seconds: null,
      volume: [],
    });
  });

  it('find payments by their amount, newest first', async () => {
    const queries = new PostgresOverviewQueries(bench.pool, systemClock);
    const rows = await bench.rows(
      'select id, amount from read_payments.payments order by created_at desc limit 1',
    );
    const [first] = rows as readonly { id: string; amount: bigint }[];
    expect(await queries.paymentsOfAmount(first?.amount ?? 0n, 1_000)).toContain(first?.id);
    expect(await queries.paymentsOfAmount(-1n, 10)).toEqual([]);
    expect(await queries.customersByLast4('4242', 10)).toEqual([]);
  });

  it('find payments by the saved card they were made with, and documents by amount and number', async () => {
    const queries = new PostgresOverviewQueries(bench.pool, systemClock);
    const [first] = await bench.rows('select payment from read_attempts.attempts where attempt > 0 limit 1');
    const details = '0193f1a0-0000-7000-8000-000000000001';
    await bench.rows(
      "insert into counterfoil.payment_method_details (record_id, customer, last4) values ($1, 'cus_1', '4242')",
      [details],
    );
    await bench.rows(
      `insert into read_customers.payment_methods (id, customer, kind, details, created_at)
       values ('pm_saved', 'cus_1', 'card', $1, now())`,
      [details],
    );
    expect(await queries.paymentsByLast4('4242', 10)).toEqual([]);
    await bench.rows("update read_attempts.attempts set payment_method = 'pm_saved' where payment = $1", [
      first?.['payment'],
    ]);
    expect(await queries.paymentsByLast4('4242', 10)).toEqual([first?.['payment']]);
    expect(await queries.paymentsByLast4('4241', 10)).toEqual([]);

    await bench.rows(`insert into read_invoices.invoices (id, status, number, customer, purpose, currency, amount_net,
        amount_tax, amount_tax_due, amount_total, amount_paid, amount_credited, amount_written_off, amount_due, metadata,
        revision, created_at)
      select 'inv_' || n, 'open', '2026-' || n, 'cus_1', 'goods', 'USD', 100 * n, 0, 0, 100 * n, 0, 0, 0, 100 * n, '{}', 1,
        now() - n * interval '1 minute' from generate_series(1, 3) n`);
    expect(await queries.invoicesOfAmount(200n, 10)).toEqual([{ id: 'inv_2', number: '2026-2' }]);
    await bench.rows(`insert into read_invoices.credit_notes (id, invoice, customer, status, number, reason, issued_on,
        currency, amount_net, amount_tax, amount_total, created_at)
      select 'cn_' || n, 'inv_1', 'cus_1', 'issued', 'CN_' || n, 'goodwill', '2026-11-01', 'USD', 1, 0, 1, now()
      from generate_series(1, 12) n`);
    expect(await queries.creditNotesByNumber('CN_1', 10)).toEqual(
      ['1', '10', '11', '12'].map((n) => ({ id: `cn_${n}`, number: `CN_${n}` })),
    );
    // What a pattern would take for any letter is a letter here.
    expect(await queries.creditNotesByNumber('CN_%', 10)).toEqual([]);
  });

  it('remember what the latest attempt was made with', async () => {
    const methods = new Map<string, unknown>();
    for (const { stream, type, data } of await store.readAll(0n, 1_000_000)) {
      if (type === 'PaymentConfirmRequested')
        methods.set(stream.slice('payment-'.length), data['paymentMethod']);
    }
    const rows = await bench.rows(
      "select payment, payment_method from read_attempts.attempts where payment_method is distinct from 'pm_saved'",
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row['payment_method']).toBe(methods.get(String(row['payment'])) ?? null);
  });
});
