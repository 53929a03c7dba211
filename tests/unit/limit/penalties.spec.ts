import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createLimitIds } from '../../../src/application/limit/limit-ids.js';
import type { EventMetadata } from '../../../src/application/ports/event-store.js';
import { EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import type { LimitQueries } from '../../../src/application/ports/limit-queries.js';
import { parseLimitId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { eventually } from '../../support/eventually.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';
import { createLimiting } from '../http/in-memory-limits.js';

const ids = createLimitIds('sk_test_0123456789abcdef');
const id = ids('requests_of_key', 'key_1');
const metadata: EventMetadata = {
  commandId: '0193f1a0-0000-7000-8000-000000000001',
  correlationId: 'req_1',
  causationId: 'req_1',
  actor: { kind: 'api_key', id: 'key_2' },
  reason: 'their fault was ours',
};

/** A clock that the test turns. */
function turned() {
  let ms = Date.parse('2026-11-01T09:30:00.000Z');
  return {
    now: () => required(parseInstant(new Date(ms).toISOString())),
    turn: (seconds: number) => {
      ms += seconds * 1000;
    },
  };
}

function processOn(eventStore: InMemoryEventStore, clock = turned(), queries?: LimitQueries) {
  const limiting = createLimiting({
    ...{ eventStore, clock, logger: silentLogger },
    ...(queries === undefined ? {} : { queries }),
  });
  return { ...limiting, clock };
}

describe('a penalty', () => {
  it('is in force at once where it was imposed, and recorded with its cause', async () => {
    const store = new InMemoryEventStore();
    const { penalties, clock } = processOn(store);
    expect(penalties.remainingMs(id)).toBe(0);
    expect(await penalties.impose(id, 'requests_of_key', 'key_1', 'req_7')).toBe(60_000);
    expect(penalties.remainingMs(id)).toBe(60_000);
    const [recorded] = await store.readStream(`limit-${id}`);
    expect(recorded).toMatchObject({
      type: 'PenaltyImposed',
      data: { kind: 'requests_of_key', subject: 'key_1', strike: 1, penaltySeconds: 60 },
      metadata: { causationId: 'req_7', actor: { kind: 'system', id: 'limits' } },
    });
    clock.turn(60);
    expect(penalties.remainingMs(id)).toBe(0);
    expect(await penalties.impose(id, 'requests_of_key', 'key_1', 'req_8')).toBe(120_000);
  });

  it('is imposed once by many requests and processes that strike together', async () => {
    const store = new InMemoryEventStore();
    const clock = turned();
    const [here, there] = [processOn(store, clock), processOn(store, clock)];
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (n % 2 === 0 ? here : there).penalties.impose(id, 'requests_of_key', 'key_1', `req_${n}`),
      ),
    );
    expect(new Set(all)).toEqual(new Set([60_000]));
    expect(await store.readStream(`limit-${id}`)).toHaveLength(1);
  });

  it('is heard of by other processes, and so is its pardon', async () => {
    const store = new InMemoryEventStore();
    const clock = turned();
    const [here, there] = [processOn(store, clock), processOn(store, clock)];
    expect(there.penalties.remainingMs(id)).toBe(0);
    await here.penalties.impose(id, 'requests_of_key', 'key_1', 'req_1');
    const seenThere = async () => there.penalties.remainingMs(id);
    await eventually(seenThere, (ms) => ms === 60_000);
    const pardoned = await there.penalties.pardon(id, metadata);
    expect(pardoned).toMatchObject({ outcome: 'accepted', state: { status: 'pardoned' } });
    expect(there.penalties.remainingMs(id)).toBe(0);
    await eventually(
      async () => here.penalties.remainingMs(id),
      (ms) => ms === 0,
    );
  });

  it('is not brought back by a read model that has not heard of the pardon', async () => {
    const store = new InMemoryEventStore();
    const clock = turned();
    const before = processOn(store, clock);
    await before.penalties.impose(id, 'requests_of_key', 'key_1', 'req_1');
    const old = await before.queries.penalties(clock.now());
    expect(old).toHaveLength(1);
    let looks = 0;
    const behind: LimitQueries = {
      list: before.queries.list,
      penalties: async () => {
        looks += 1;
        return old;
      },
    };
    const late = processOn(store, clock, behind);
    await late.penalties.pardon(id, metadata);
    expect(late.penalties.remainingMs(id)).toBe(0);
    await eventually(
      async () => looks,
      (count) => count > 0,
    );
    await sleep(0);
    expect(late.penalties.remainingMs(id)).toBe(0);
  });

  it('holds in this process when it cannot be recorded', async () => {
    const store = new InMemoryEventStore();
    store.append = async () => {
      throw new EventStoreUnavailable('gone');
    };
    const { penalties } = processOn(store);
    expect(await penalties.impose(id, 'requests_of_key', 'key_1', 'req_1')).toBe(60_000);
    expect(penalties.remainingMs(id)).toBe(60_000);
  });

  it('keeps nobody waiting for a log that does not answer, and fills no queue', async () => {
    const store = new InMemoryEventStore();
    let reads = 0;
    store.readStream = () => {
      reads += 1;
      return new Promise(() => undefined);
    };
    const { penalties } = processOn(store);
    const many = Array.from({ length: 50 }, (_, n) =>
      penalties.impose(ids('requests_of_key', `key_${n}`), 'requests_of_key', `key_${n}`, 'req_1'),
    );
    expect(new Set(await Promise.all(many))).toEqual(new Set([60_000]));
    expect(reads).toBe(20);
  });
});

describe('the id of a limit', () => {
  it('is the same in every process of a deployment, and another in each deployment', () => {
    const subject = '203.0.113.9';
    const here = createLimitIds('sk_test_one')('requests_from_address', subject);
    expect(createLimitIds('sk_test_one')('requests_from_address', subject)).toBe(here);
    expect(createLimitIds('sk_test_two')('requests_from_address', subject)).not.toBe(here);
    expect(createLimitIds('sk_test_one')('declines_from_address', subject)).not.toBe(here);
    expect(parseLimitId(here)).toBe(here);
  });
});
