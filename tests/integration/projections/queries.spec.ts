import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { PageRequest, PaymentRow } from '../../../src/application/ports/read-models.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import {
  eventIndexProjection,
  IndexedEventQueries,
} from '../../../src/infrastructure/read-models/event-index.js';
import { PostgresLedgerQueries } from '../../../src/infrastructure/read-models/ledger.js';
import { PostgresPaymentQueries } from '../../../src/infrastructure/read-models/payments.js';
import {
  PostgresPendingEffects,
  pendingEffectsProjection,
} from '../../../src/infrastructure/read-models/pending-effects.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { PostgresRefundQueries } from '../../../src/infrastructure/read-models/refunds.js';
import { countStuck } from '../../../src/infrastructure/read-models/stuck-payments.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { required } from '../../support/payment-examples.js';
import { wholeTablesIn } from '../../support/query-plans.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

const page = { limit: 7, startingAfter: null, endingBefore: null };
const noRange = { createdGte: null, createdGt: null, createdLte: null, createdLt: null };
const noFilter = { ...noRange, status: null, customer: null, order: null, currency: null };
const instant = (text: string) => required(parseInstant(text));

let bench: Bench;
const store = new RecordedEventStore(syntheticLog(150));
beforeAll(async () => {
  bench = await openBench();
  const running = await bench.start(store, [...projections, eventIndexProjection]);
  await running.reached(await store.head(), 10_000);
  await running.stop();
});
afterAll(() => bench.close());

/** Every row of a list, page after page from the newest on, and back again from the oldest. */
async function walk<Row extends { readonly id: string }>(
  list: (page: PageRequest) => Promise<{ readonly rows: readonly Row[]; readonly hasMore: boolean }>,
): Promise<readonly Row[]> {
  const forth: Row[] = [];
  for (let more = true; more; ) {
    const got = await list({ ...page, startingAfter: forth.at(-1)?.id ?? null });
    forth.push(...got.rows);
    more = got.hasMore;
  }
  const back: Row[] = forth.slice(-1);
  for (let more = true; more; ) {
    const got = await list({ ...page, endingBefore: back[0]?.id ?? null });
    back.unshift(...got.rows);
    more = got.hasMore;
  }
  expect(back.map(({ id }) => id)).toEqual(forth.map(({ id }) => id));
  return forth;
}

describe('The lists', () => {
  it('page through every payment once, newest first, in both directions', async () => {
    const queries = new PostgresPaymentQueries(bench.pool);
    const rows = await walk((request) => queries.list({ ...noFilter, ...request }));
    expect(rows).toHaveLength(150);
    const order = rows.map(({ created_at, id }) => `${created_at} ${id}`);
    expect(order).toEqual([...order].sort().reverse());
  });

  it('filter payments by status, currency and time', async () => {
    const queries = new PostgresPaymentQueries(bench.pool);
    const all = await walk((request) => queries.list({ ...noFilter, ...request }));
    const from = instant('2026-01-01T00:01:00.000Z');
    const until = instant('2026-01-01T00:02:00.000Z');
    const some = await walk((request) =>
      queries.list({
        ...noFilter,
        ...request,
        status: 'succeeded',
        currency: 'EUR',
        createdGte: from,
        createdLt: until,
      }),
    );
    const wanted = (row: PaymentRow) =>
      row.status === 'succeeded' &&
      row.currency === 'EUR' &&
      row.created_at >= from &&
      row.created_at < until;
    expect(some).toEqual(all.filter(wanted));
    expect(some.length).toBeGreaterThan(3);
    const absent = { ...noFilter, ...page, startingAfter: 'pay_unheard_of' };
    await expect(queries.list(absent)).rejects.toThrow('starting_after names nothing');
  });

  it('find the payments that are stuck, as many as are counted, and those that were declined', async () => {
    const queries = new PostgresPaymentQueries(bench.pool);
    const all = await walk((request) => queries.list({ ...noFilter, ...request }));
    const [newest, oldest] = [required(all[0]), required(all.at(-1))].map(({ created_at }) => created_at);
    const since = new Map(
      (await bench.rows('select id, status_since from read_payments.payments')).map((row) => [
        row['id'],
        String(row['status_since']),
      ]),
    );
    const pending = await bench.rows(
      "select payment, status_since from read_refunds.refunds where status = 'pending'",
    );
    const end = instant('2100-01-01T00:00:00.000Z');
    const open = await new PostgresPendingEffects(bench.pool).due(end, end, 1_000);
    expect(open.length).toBeGreaterThan(0);
    // The log spans minutes, so that the limits cut through it; at its very end none has waited for long.
    for (const [at, least] of [
      [later(required(newest), 3_600_000), 1],
      [later(required(newest), 2 * 86_400_000), 2],
      [later(required(newest), 11 * 86_400_000), 2],
      [required(oldest), 0],
    ] as const) {
      const stuck = await walk((request) => queries.list({ ...noFilter, ...request, stuckAt: at }));
      const held = new Set([
        ...pending
          .filter((row) => String(row['status_since']) <= later(at, -10 * 86_400_000))
          .map((row) => row['payment']),
        ...open
          // By the machine's time, by which they are recorded.
          .filter(({ requested_at: asked }) => asked <= later(systemClock.now(), -15 * 60_000))
          .map(({ stream }) => stream.slice('payment-'.length)),
      ]);
      const wanted = (row: PaymentRow) =>
        held.has(row.id) ||
        (row.status === 'processing' && required(since.get(row.id)) <= later(at, -15 * 60_000)) ||
        (row.status === 'requires_action' && required(since.get(row.id)) <= later(at, -86_400_000));
      expect(stuck).toEqual(all.filter(wanted));
      expect(stuck).toHaveLength(await countStuck(bench.pool, at));
      expect(stuck.length).toBeGreaterThanOrEqual(least);
    }
    const declined = await walk((request) => queries.list({ ...noFilter, ...request, declined: true }));
    expect(declined).toEqual(all.filter((row) => row.last_error !== null));
    expect(declined.length).toBeGreaterThan(0);
  });

  it('find what belongs to an intent, to a refund and to an event id', async () => {
    const payments = new PostgresPaymentQueries(bench.pool);
    const refunds = new PostgresRefundQueries(bench.pool);
    const [first] = await walk((request) =>
      refunds.list({ ...noRange, ...request, payment: null, status: null }),
    );
    expect(first && (await refunds.findPayment(first.id))).toBe(first?.payment);
    const ofPayment = await refunds.list({
      ...noRange,
      ...page,
      payment: first?.payment ?? '',
      status: null,
    });
    expect(ofPayment.rows).toEqual([first]);
    const paid = await payments.list({ ...noFilter, ...page, status: 'succeeded' });
    expect(await payments.findByIntent(paid.rows[0]?.payment_intent ?? '')).toBe(paid.rows[0]?.id);
    const events = new IndexedEventQueries(bench.pool, store);
    const [event] = store.log.slice(100);
    expect(await events.find(event?.id ?? '')).toEqual(event);
    expect(await events.find('no uuid')).toBeUndefined();
  });

  it('find events by type, by who did it and by time, newest first', async () => {
    const queries = new IndexedEventQueries(bench.pool, store);
    const all = store.log.slice().reverse();
    const anything = { type: null, actor: null, from: null, before: null, below: null };
    const [some, later] = [required(all[60]), required(all[10])];
    const { actor } = some.metadata;
    const first = await queries.explore({ ...anything, type: some.type }, 7);
    const next = await queries.explore({ ...anything, type: some.type, below: first.below }, 100_000);
    expect([...first.events, ...next.events]).toEqual(all.filter(({ type }) => type === some.type));
    expect([first.events.length, next.below]).toEqual([7, null]);
    for (const who of [actor.id, actor.kind, 'nobody']) {
      const { events } = await queries.explore({ ...anything, actor: who }, 40);
      const wanted = ({ metadata }: typeof some) => [metadata.actor.id, metadata.actor.kind].includes(who);
      expect(events).toEqual(all.filter(wanted).slice(0, 40));
    }
    const span = { from: some.recordedAt, before: later.recordedAt };
    expect((await queries.explore({ ...anything, ...span }, 1_000)).events).toEqual(
      all.filter(({ recordedAt: at }) => at >= span.from && at < span.before),
    );
  });

  it('show the entries of an account, which add up to its balance', async () => {
    const ledger = new PostgresLedgerQueries(bench.pool);
    const entries = await walk((request) => ledger.entries('processor_balance', request));
    const { rows } = await ledger.trialBalance(null);
    for (const { balance, currency } of rows.filter(({ account }) => account === 'processor_balance')) {
      const own = entries.filter((entry) => entry.currency === currency);
      expect(own.reduce((total, { amount }) => total + amount, 0n)).toBe(balance);
    }
    const nowhere = { ...page, startingAfter: 'no id of ours' };
    await expect(ledger.entries('processor_balance', nowhere)).rejects.toThrow(
      'starting_after names nothing',
    );
  });
});

describe('The ledger’s tables', () => {
  it('take no journal that does not balance, and no change', async () => {
    const lines = (...amounts: readonly number[]) =>
      bench.rows(
        `with j as (insert into read_ledger.journals values ('00000000-0000-4000-8000-000000000001', '', '', 0, now(), now()))
         insert into read_ledger.entries (event_id, line, account, amount, currency, position)
         select '00000000-0000-4000-8000-000000000001', line, 'x', amount, 'USD', 0
         from unnest($1::bigint[]) with ordinality as given (amount, line)`,
        [amounts],
      );
    await expect(lines(5, -4)).rejects.toThrow(/does not balance/);
    await expect(lines(5)).rejects.toThrow(/does not balance/);
    await expect(lines(5, -5, 0)).rejects.toThrow(/check constraint/);
    await expect(bench.rows('update read_ledger.entries set amount = 1')).rejects.toThrow(/append-only/);
    await expect(bench.rows('delete from read_ledger.journals')).rejects.toThrow(/append-only/);
  });
});

describe('Pending effects', () => {
  it('are due oldest first, and not while they wait for a later attempt', async () => {
    const effects = new PostgresPendingEffects(bench.pool);
    const now = instant('2026-02-01T00:00:00.000Z');
    const later = instant('2026-02-01T00:00:10.000Z');
    const due = await effects.due(now, now, 100);
    expect(due.length).toBeGreaterThan(5);
    expect(due.map(({ requested_at }) => requested_at)).toEqual(
      due.map(({ requested_at }) => requested_at).sort(),
    );
    const [first] = due;
    expect(first).toMatchObject({ attempts: 0, next_attempt_at: null, last_error: null });
    await effects.postpone(first?.event_id ?? '', later, 'timeout', 7n);
    await effects.postpone(first?.event_id ?? '', later, 'timeout again', 7n);
    expect(await effects.due(now, now, 100)).toHaveLength(due.length - 1);
    const [again] = await effects.due(later, now, 1);
    expect(again).toEqual({ ...first, attempts: 2, next_attempt_at: later, last_error: 'timeout again' });
    expect(await effects.due(now, instant('2025-01-01T00:00:00.000Z'), 100)).toEqual([]);
  });

  it('are due at once where nobody waits for the answer', async () => {
    const asked = [...syntheticLog(20)].find(({ type }) => type === 'PaymentConfirmRequested');
    if (asked === undefined) throw new Error('no payment of the log was confirmed');
    const rowFor = (kind: 'api_key' | 'system', id: string) =>
      pendingEffectsProjection.changesOf({ ...asked, metadata: { ...asked.metadata, actor: { kind, id } } });
    expect(rowFor('api_key', 'key_1')).toMatchObject([{ row: { attended: true } }]);
    expect(rowFor('system', 'public')).toMatchObject([{ row: { attended: true } }]);
    expect(rowFor('system', 'plan_outcomes')).toMatchObject([{ row: { attended: false } }]);

    const effects = new PostgresPendingEffects(bench.pool);
    const now = instant('2026-02-01T00:00:00.000Z');
    const longAgo = instant('2025-01-01T00:00:00.000Z');
    const [first] = await effects.due(now, now, 1);
    const attended = (value: boolean) =>
      bench.rows('update read_pending_effects.open_requests set attended = $1 where event_id = $2', [
        value,
        first?.event_id,
      ]);
    await attended(false);
    expect(await effects.due(now, longAgo, 100)).toEqual([first]);
    await attended(true);
    expect(await effects.due(now, longAgo, 100)).toEqual([]);
  });

  it('take no note from a lease that has passed to somebody else', async () => {
    const effects = new PostgresPendingEffects(bench.pool);
    const [now, later] = [instant('2026-02-01T00:00:00.000Z'), instant('2026-02-01T00:00:20.000Z')];
    const [due] = await effects.due(now, now, 1);
    const id = due?.event_id ?? '';
    expect(await effects.postpone(id, now, 'of the first lease', 41n)).toBe(true);
    expect(await effects.postpone(id, now, 'of the second lease', 42n)).toBe(true);
    expect(await effects.postpone(id, later, 'of the first lease, late', 41n)).toBe(false);
    const noted = (await effects.due(now, now, 100)).find(({ event_id }) => event_id === id);
    expect(noted).toMatchObject({ attempts: 2, next_attempt_at: now, last_error: 'of the second lease' });
  });
});

describe('With two hundred thousand rows', () => {
  let plans: string[] = [];
  /** Answers the plan of each query instead of its rows. */
  const explaining = {
    async query(text: string, values: unknown[]) {
      const { rows } = await bench.pool.query<{ 'QUERY PLAN': unknown }>(
        `explain (format json) ${text}`,
        values,
      );
      plans.push(JSON.stringify(rows));
      // One row: an empty page would be followed by a look for its cursor.
      return { rows: [{}] };
    },
  } as unknown as pg.Pool;

  beforeAll(async () => {
    // In lots: a busy machine does not get through all of them within the time that one statement has.
    for (let first = 1; first <= 200_000; first += 20_000) {
      const lot = [first, first + 19_999];
      await bench.rows(
        `insert into read_payments.payments (id, step, canceling, amount, currency, amount_authorized,
          amount_captured, amount_refunded, capture_method, customer, "order", metadata, payment_intent, revision, created_at, status_since)
        select 'pay_' || n, (array['captured', 'failed', 'authorized', 'canceled'])[n % 4 + 1], false, n, 'USD', n, n, 0,
          'manual', 'cus_' || n % 1000, 'ord_' || n, '{}', 'pi_x' || n, 5, now() - n * interval '1 minute', now() - n * interval '1 minute'
        from generate_series($1::int, $2::int) n`,
        lot,
      );
      await bench.rows(
        `insert into read_refunds.refunds (id, payment, status, amount, currency, created_at, status_since)
        select 're_' || n, 'pay_' || n, (array['pending', 'succeeded'])[n % 2 + 1], n, 'USD', now() - n * interval '1 minute',
          now() - n * interval '1 minute'
        from generate_series($1::int, $2::int) n`,
        lot,
      );
    }
    // Of attempts there are enough for nobody to read them all.
    await bench.rows(
      `insert into read_attempts.attempts (payment, amount, currency, waited, attempt, created_at)
       select 'pay_' || n, n, 'USD', false, 0, now() - n * interval '1 minute' from generate_series(1, 10000) n`,
    );
    await bench.rows('analyze read_payments.payments, read_refunds.refunds, read_attempts.attempts');
  });

  it('no list, look-up or page scans a whole table', async () => {
    const payments = new PostgresPaymentQueries(explaining);
    const refunds = new PostgresRefundQueries(explaining);
    const pages = [page, { ...page, startingAfter: 'pay_100000' }, { ...page, endingBefore: 'pay_100000' }];
    const range = {
      createdGte: instant('2020-01-01T00:00:00.000Z'),
      createdLt: instant('2030-01-01T00:00:00.000Z'),
    };
    // Of the refunds, which are a minute apart, a thousand are stuck then.
    const longAgo = later(systemClock.now(), -128 * 86_400_000);
    plans = [];
    for (const request of pages) {
      const all = { ...noFilter, ...request };
      await payments.list(all);
      await payments.list({ ...all, status: 'failed' });
      await payments.list({ ...all, stuckAt: longAgo });
      await payments.list({ ...all, customer: 'cus_5' });
      await payments.list({ ...all, order: 'ord_5' });
      await payments.list({ ...all, currency: 'USD', ...range });
      await payments.list({ ...all, ...range, status: 'succeeded', customer: 'cus_5' });
      await refunds.list({ ...noRange, ...request, payment: null, status: null });
      await refunds.list({ ...noRange, ...request, ...range, payment: 'pay_7', status: null });
      await refunds.list({ ...noRange, ...request, payment: null, status: 'pending' });
    }
    await payments.findByIntent('pi_x7');
    await refunds.findPayment('re_7');
    expect(plans).toHaveLength(32);
    for (const plan of plans) {
      expect(plan).toContain('Index');
      expect(wholeTablesIn(plan)).toEqual([]);
    }
  });
});
