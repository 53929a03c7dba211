import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { PostgresOverviewQueries } from '../../../src/infrastructure/read-models/overview.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { required } from '../../support/payment-examples.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

let bench: Bench;
const store = new RecordedEventStore(syntheticLog(150));
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
  for (const { stream, type } of await store.readAll(0n, 1_000_000)) {
    if (type === 'PaymentAuthorized') outcomes.set(stream, 'succeeded');
    if (type === 'PaymentDeclined' || type === 'PaymentFailed') outcomes.set(stream, 'failed');
    if (type === 'PaymentConfirmRequested') outcomes.delete(stream);
  }
  const values = [...outcomes.values()];
  const of = (outcome: string) => values.filter((each) => each === outcome).length;
  return { succeeded: of('succeeded'), failed: of('failed') };
}

describe('the figures of the overview', () => {
  it('are what the events say', async () => {
    const queries = new PostgresOverviewQueries(bench.pool);
    const figures = await queries.figures(start, systemClock.now());
    const expected = await expectedOutcomes();
    expect(expected.succeeded).toBeGreaterThan(0);
    expect(figures).toMatchObject(expected);
    expect(figures.volume.reduce((sum, { payments }) => sum + payments, 0)).toBeGreaterThan(0);
    expect(figures.webhooks).toEqual({ total: 0, failed: 0 });
  });

  it('count nothing from before they are asked since', async () => {
    const queries = new PostgresOverviewQueries(bench.pool);
    const later = required(parseInstant('2999-01-01T00:00:00.000Z'));
    expect(await queries.figures(later, systemClock.now())).toMatchObject({
      succeeded: 0,
      failed: 0,
      average_seconds: null,
      volume: [],
    });
  });

  it('find payments by their amount, newest first', async () => {
    const queries = new PostgresOverviewQueries(bench.pool);
    const rows = await bench.rows(
      'select id, amount from read_payments.payments order by created_at desc limit 1',
    );
    const [first] = rows as readonly { id: string; amount: bigint }[];
    expect(await queries.paymentsOfAmount(first?.amount ?? 0n, 1_000)).toContain(first?.id);
    expect(await queries.paymentsOfAmount(-1n, 10)).toEqual([]);
    expect(await queries.customersByLast4('4242', 10)).toEqual([]);
  });
});
