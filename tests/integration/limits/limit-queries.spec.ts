import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { limitCodec } from '../../../src/application/limit/limit.codec.js';
import type { LimitHandler } from '../../../src/application/limit/penalties.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import type { LimitKind } from '../../../src/domain/limit/limit.js';
import { limit } from '../../../src/domain/limit/limit.js';
import type { LimitId } from '../../../src/domain/shared/ids.js';
import { parseLimitId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { PostgresLimitQueries } from '../../../src/infrastructure/read-models/limits.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { required } from '../../support/payment-examples.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

const startedAt = Date.parse('2026-11-01T09:30:00.000Z');
const instantAt = (seconds: number) =>
  required(parseInstant(new Date(startedAt + seconds * 1000).toISOString()));
const limitId = (n: number): LimitId =>
  required(parseLimitId(`lim_0193f1a0-0000-8000-8000-${String(n).padStart(12, '0')}`));
const page = { limit: 2, startingAfter: null, endingBefore: null };

describe('the penalties in the read model', () => {
  let bench: Bench;
  let queries: PostgresLimitQueries;
  const store = new InMemoryEventStore();
  const handler: LimitHandler = createCommandHandler({
    eventStore: store,
    decider: limit,
    codec: limitCodec,
    category: 'limit',
  });
  let commands = 0;
  const metadata = () => {
    commands += 1;
    return {
      commandId: `0193f1a0-0000-7000-8000-${String(commands).padStart(12, '0')}`,
      correlationId: 'req_1',
      causationId: 'req_1',
      actor: { kind: 'system', id: 'limits' } as const,
      reason: null,
    };
  };
  const impose = (n: number, seconds: number, kind: LimitKind = 'requests_of_key') =>
    handler.handle(
      limitId(n),
      { type: 'ImposePenalty', at: instantAt(seconds), kind, subject: `key_${n}` },
      metadata(),
    );

  beforeAll(async () => {
    bench = await openBench();
    queries = new PostgresLimitQueries(bench.pool);
    await impose(1, 0);
    await impose(2, 10);
    await impose(3, 20);
    await impose(1, 65);
    await impose(4, 70);
    await handler.handle(limitId(4), { type: 'PardonPenalty', at: instantAt(75) }, metadata());
    const running = await bench.start(store, projections);
    expect(await running.reached(await store.head(), 10_000)).toBe(true);
    expect((await running.status()).map(({ skipped_events }) => skipped_events)).toEqual(
      projections.map(() => 0n),
    );
    await running.stop();
  });
  afterAll(() => bench.close());

  it('are those in force, the latest first, a page at a time', async () => {
    const first = await queries.list(instantAt(75), page);
    expect(first.rows.map(({ id, strikes }) => [id, strikes])).toEqual([
      [limitId(1), 2],
      [limitId(3), 1],
    ]);
    expect(first.hasMore).toBe(false);
    const one = await queries.list(instantAt(69), { ...page, limit: 1 });
    expect([one.rows.map(({ id }) => id), one.hasMore]).toEqual([[limitId(1)], true]);
    const next = await queries.list(instantAt(69), { ...page, startingAfter: limitId(1) });
    expect(next.rows.map(({ id }) => id)).toEqual([limitId(3), limitId(2)]);
    expect((await queries.list(instantAt(65 + 120), page)).rows).toEqual([]);
  });

  it('say when they end, and a pardoned one that it is', async () => {
    const all = await queries.penalties(instantAt(75));
    expect(all.map(({ id, pardoned_at }) => [id, pardoned_at])).toEqual([
      [limitId(4), instantAt(75)],
      [limitId(1), null],
      [limitId(3), null],
    ]);
    expect(all[1]).toMatchObject({
      kind: 'requests_of_key',
      subject: 'key_1',
      penalty_seconds: 120,
      penalized_at: instantAt(65),
      penalized_until: instantAt(185),
      revision: 1n,
    });
  });

  it('are found by an index, however many there were', async () => {
    await bench.rows(
      `insert into read_limits.limits
       select 'lim_' || n, 'requests_of_key', 'key', 1, 60, $1::timestamptz - n * interval '1 minute',
         $1::timestamptz - n * interval '1 minute' + interval '1 minute', null, 0
       from generate_series(1, 20000) as n`,
      [instantAt(-3600)],
    );
    await bench.rows('analyze read_limits.limits');
    const plan = await bench.rows(
      `explain select * from read_limits.limits
       where penalized_at > $1::timestamptz - interval '25 hours' and penalized_until > $1
       order by penalized_at desc, id desc limit 10000`,
      [instantAt(75)],
    );
    const text = plan.map((row) => String(row['QUERY PLAN'])).join('\n');
    expect(text).toContain('limits_by_time');
    expect(text).not.toContain('Seq Scan');
  });
});
