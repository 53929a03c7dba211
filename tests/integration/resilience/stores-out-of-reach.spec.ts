import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { EventStoreDbEventStore } from '../../../src/infrastructure/event-store/eventstoredb-event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { createStoreBreakers } from '../../../src/infrastructure/resilience/store-breakers.js';
import { newEvents } from '../../contract/event-store.contract.js';
import { silentLogger } from '../../support/postgres.js';

const clock = { now: () => new Date().toISOString() as Instant };
const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
const parts = { clock, logger: silentLogger };

const refusedAtOnce = /did not answer others lately/;

async function untilRefused(ask: () => Promise<unknown>): Promise<number> {
  for (let asked = 1; asked <= 40; asked += 1) {
    const error = await ask().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeDefined();
    if (refusedAtOnce.test(String(error))) return asked;
  }
  return Number.POSITIVE_INFINITY;
}

describe('a store that nobody can reach', () => {
  const stores: Readonly<Record<string, (breakers: ReturnType<typeof createStoreBreakers>) => EventStore>> = {
    postgres: ({ events }) =>
      new PostgresEventStore({ connectionString: nowhere, logger: silentLogger, guards: events }),
    eventstoredb: ({ events }) =>
      new EventStoreDbEventStore({
        connectionString: 'esdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1&discoveryInterval=10',
        ...{ logger: silentLogger, timeoutMs: 300, guards: events },
      }),
  };

  it.each(['postgres', 'eventstoredb'] as const)(
    'is asked for no append and no read any more: %s',
    async (name) => {
      const breakers = createStoreBreakers(name, parts);
      const store = stores[name]?.(breakers);
      if (store === undefined) throw new Error(`no store called ${name}`);
      const append = () => store.append(`payment-${randomUUID()}`, 'no_stream', newEvents(1));
      expect(await untilRefused(append)).toBe(5);
      await expect(store.append('payment-1', 'no_stream', newEvents(1))).rejects.toThrow(
        EventStoreUnavailable,
      );
      expect(await untilRefused(() => store.head())).toBe(11);
      const states = breakers.status().map((each) => `${each.name} ${each.state}`);
      expect(states.slice(0, 2)).toEqual([`${name}_appends open`, `${name}_reads open`]);
      await store.close();
    },
  );

  it('is asked for no query of a pool any more, and refuses it as a connection that could not be made', async () => {
    const breakers = createStoreBreakers('postgres', parts);
    const pool = createPool({
      ...{ connectionString: nowhere, max: 2, applicationName: 'test', logger: silentLogger },
      guard: breakers.door,
    });
    expect(await untilRefused(() => pool.query('select 1'))).toBe(11);
    await pool.end();
  });
});
