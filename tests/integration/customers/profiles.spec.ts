import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import type { CustomerHandler } from '../../../src/application/customer/customer-effects.js';
import { createKeepProfiles } from '../../../src/application/customer/keep-profiles.js';
import { createPruneProfiles } from '../../../src/application/customer/prune-profiles.js';
import type { EventMetadata, RecordedEvent } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { eventIdOf } from '../../../src/application/shared/event-ids.js';
import { customer } from '../../../src/domain/customer/customer.js';
import type { CustomerEvent } from '../../../src/domain/customer/events.js';
import type { CustomerProfile } from '../../../src/domain/customer/profile.js';
import { blankProfile } from '../../../src/domain/customer/profile.js';
import type { CustomerId } from '../../../src/domain/shared/ids.js';
import { PostgresCustomerProfiles } from '../../../src/infrastructure/postgres/customer-profiles.js';
import {
  customersProjection,
  PostgresCustomerQueries,
} from '../../../src/infrastructure/read-models/customers.js';
import { pendingEffectsProjection } from '../../../src/infrastructure/read-models/pending-effects.js';
import { customerCommands, foldCustomer, playCustomer } from '../../support/customer-arbitraries.js';
import { newCustomerId } from '../../support/customer-examples.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { at } from '../../support/payment-examples.js';
import { RecordedEventStore } from '../projections/recorded-event-store.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';
import { instantNow } from '../stripe/simulator-control.js';

let bench: Bench;
let profiles: PostgresCustomerProfiles;
beforeAll(async () => {
  bench = await openBench();
  profiles = new PostgresCustomerProfiles(bench.pool);
});
afterAll(() => bench.close());

const ada: CustomerProfile = {
  ...blankProfile,
  name: "Ada'); drop table counterfoil.customer_profiles; --",
  email: 'Ada@example.com',
  phone: '+4915112345678',
  taxIds: [{ type: 'us_ein', value: '12-3456789' }],
  currencies: ['GBP', 'EUR'],
  methodOrder: ['sepa_debit', 'card'],
  metadata: { '{}': '"' },
};
const details = {
  brand: 'visa',
  last4: '4242',
  expMonth: 12,
  expYear: 2030,
  funding: 'credit',
  country: 'US',
};
const because = (): EventMetadata => ({
  commandId: randomUUID(),
  correlationId: 'test',
  causationId: 'test',
  actor: { kind: 'system', id: 'test' },
  reason: null,
});
const counted = async (table: string, id: CustomerId) =>
  Number(
    (await bench.rows(`select count(*) as n from counterfoil.${table} where customer = $1`, [id]))[0]?.['n'],
  );

/** All events of some customers, as one log. */
function logOf(histories: readonly (readonly CustomerEvent[])[]): readonly RecordedEvent[] {
  return histories
    .flatMap((events) => {
      const [first] = events;
      const id = first?.type === 'CustomerRegistered' ? first.customerId : '';
      return events.map((event, index) => ({
        id: eventIdOf(id, index),
        ...customerCodec.encode(event),
        metadata: because(),
        stream: `customer-${id}` as const,
        revision: BigInt(index),
        position: 0n,
        recordedAt: at,
      }));
    })
    .map((event, index) => ({ ...event, position: BigInt(index + 1) }));
}

async function project(log: readonly RecordedEvent[]): Promise<void> {
  await bench.rows('drop schema if exists read_customers, read_pending_effects cascade');
  await bench.rows('truncate counterfoil.projections, counterfoil.parked_events');
  const running = await bench.start(new RecordedEventStore(log), [
    customersProjection,
    pendingEffectsProjection,
  ]);
  expect(await running.reached(BigInt(log.length), 20_000)).toBe(true);
  await running.stop();
  expect(await bench.rows('select error from counterfoil.parked_events')).toEqual([]);
}

describe('records of customers', () => {
  it('are kept as they were written, whatever stands in them, and destroyed for good', async () => {
    const [profileId, detailsId] = [randomUUID(), randomUUID()];
    await profiles.keepProfile(profileId, newCustomerId(), ada);
    await profiles.keepDetails(detailsId, newCustomerId(), details);
    expect(await profiles.findProfile(profileId)).toEqual(ada);
    expect([...(await profiles.findDetails([detailsId, randomUUID()]))]).toEqual([[detailsId, details]]);
    await profiles.destroy(profileId);
    await profiles.destroy(detailsId);
    expect(await profiles.findProfile(profileId)).toBeUndefined();
    expect(await profiles.findDetails([detailsId])).toEqual(new Map());
  });
});

describe('a process that dies between the record and the fact', () => {
  let store: InMemoryEventStore;
  let handler: CustomerHandler;
  const dying: Error = new Error('killed');
  beforeEach(() => {
    store = new InMemoryEventStore();
    handler = createCommandHandler({
      eventStore: store,
      decider: customer,
      codec: customerCodec,
      category: 'customer',
    });
  });
  const keepWith = (own: CustomerHandler) =>
    createKeepProfiles({ handler: own, profiles, clock: { now: instantNow } });
  const killed: () => CustomerHandler = () => ({ load: handler.load, handle: () => Promise.reject(dying) });
  const prune = (days: number) =>
    createPruneProfiles({
      profiles,
      handler,
      machineClock: { now: () => new Date(Date.now() + days * 86_400_000).toISOString() as never },
    })();

  it('leaves a record of nobody, which is destroyed a day later, and a repeat that goes through', async () => {
    const id = newCustomerId();
    const cause = because();
    await expect(keepWith(killed()).register(id, ada, cause)).rejects.toThrow('killed');
    expect(await counted('customer_profiles', id)).toBe(1);
    expect((await handler.load(id)).state.status).toBe('absent');

    const handled = await keepWith(handler).register(id, ada, cause);
    expect(handled.outcome).toBe('accepted');
    await project(await store.readAll(0n, 1_000));
    await prune(0);
    expect(await counted('customer_profiles', id)).toBe(2);
    await prune(2);
    expect(await counted('customer_profiles', id)).toBe(1);
    expect(await keepWith(handler).read(handled.state)).toEqual(ada);
  });

  it('leaves the profile as it was when it dies in a revision, and one version when it dies after the fact', async () => {
    const id = newCustomerId();
    await keepWith(handler).register(id, ada, because());
    const change = (name: string) => (profile: CustomerProfile) => ({ ...profile, name });
    await expect(keepWith(killed()).revise(id, change('B'), because())).rejects.toThrow('killed');
    expect(await keepWith(handler).read((await handler.load(id)).state)).toEqual(ada);

    const cause = because();
    const afterwards: CustomerHandler = {
      load: handler.load,
      async handle(...args) {
        await handler.handle(...args);
        throw dying;
      },
    };
    await expect(keepWith(afterwards).revise(id, change('C'), cause)).rejects.toThrow('killed');
    const repeated = await keepWith(handler).revise(id, change('C'), cause);
    expect(repeated.state).toMatchObject({ profile: { version: 2 } });
    expect(await keepWith(handler).read(repeated.state)).toEqual({ ...ada, name: 'C' });
    await project(await store.readAll(0n, 1_000));
    await prune(2);
    expect(await counted('customer_profiles', id)).toBe(1);
    expect(await keepWith(handler).read((await handler.load(id)).state)).toEqual({ ...ada, name: 'C' });
  });

  it('loses nothing that counts when the read model is behind, or empty', async () => {
    const id = newCustomerId();
    await keepWith(handler).register(id, ada, because());
    await project([]);
    const report = await prune(2);
    expect(report['looked_at']).toBeGreaterThan(0);
    expect(await keepWith(handler).read((await handler.load(id)).state)).toEqual(ada);
  });
});

describe('the read model of customers', () => {
  /** The same history for another customer. */
  const retold = (events: readonly CustomerEvent[], n: number): readonly CustomerEvent[] => {
    const customerId = newCustomerId();
    const named = (text: string) => `${text}_${n}`;
    return events.map((event): CustomerEvent => {
      if (event.type === 'CustomerRegistered') return { ...event, customerId };
      return 'paymentMethodId' in event ? { ...event, paymentMethodId: named(event.paymentMethodId) } : event;
    });
  };

  /** What the provider has not answered, written down a second time. */
  function openRequests(events: readonly CustomerEvent[]): readonly string[] {
    const state = foldCustomer(events);
    if (state.status === 'absent') return [];
    const stream = `customer-${state.customerId}`;
    return [
      ...(state.provider.status === 'requested' ? [`${stream} provider_customer `] : []),
      ...state.setups
        .filter(({ status }) => status === 'requested')
        .map(({ setupId }) => `${stream} setup ${setupId}`),
      ...state.methods
        .filter(({ status }) => status === 'removing')
        .map(({ paymentMethodId }) => `${stream} removal ${paymentMethodId}`),
    ];
  }

  it('equals a fold of the log', async () => {
    const history = customerCommands.map((commands) => playCustomer(commands).events);
    await fc.assert(
      fc.asyncProperty(fc.array(history, { minLength: 5, maxLength: 12 }), async (random) => {
        const all = random.map(retold);
        await project(logOf(all));
        const { rows } = await new PostgresCustomerQueries(bench.pool).list({
          ...{ limit: 100, startingAfter: null, endingBefore: null, email: null },
          ...{ createdGte: null, createdGt: null, createdLte: null, createdLt: null },
        });
        const byId = new Map(rows.map((row) => [row.id, row]));
        const methods = await bench.rows(
          'select id, customer, kind, details from read_customers.payment_methods',
        );
        const open = await bench.rows(`select stream || ' ' || kind || ' ' || item as open
          from read_pending_effects.open_requests`);
        expect(open.map((row) => row['open']).sort()).toEqual(all.flatMap(openRequests).sort());
        for (const events of all) {
          const state = foldCustomer(events);
          if (state.status === 'absent') throw new TypeError('every history begins with a registration');
          expect(byId.get(state.customerId)).toMatchObject({
            profile_version: BigInt(state.profile.version),
            default_payment_method: state.defaultMethodId,
            revision: BigInt(events.length - 1),
            created_at: state.registeredAt,
            profile: blankProfile,
          });
          const own = methods.filter((row) => row['customer'] === state.customerId);
          expect(own.map(({ id, details: record }) => [id, record]).sort()).toEqual(
            state.methods.map(({ paymentMethodId, detailsId }) => [paymentMethodId, detailsId]).sort(),
          );
        }
      }),
      { numRuns: 6 },
    );
  });

  it('is read by indexes alone, whatever is asked of twenty thousand customers', async () => {
    await project([]);
    await bench.rows(`insert into read_customers.customers (id, profile, profile_version, provider_customer, revision,
        created_at)
      select 'cus_' || n, md5(n::text)::uuid, 1, 'cus_at_' || n, 1, now() - n * interval '1 minute'
      from generate_series(1, 20000) n`);
    await bench.rows(`insert into counterfoil.customer_profiles (record_id, customer, email, tax_ids, currencies, metadata)
      select md5(n::text)::uuid, 'cus_' || n, 'p' || n || '@example.com', '[]', '{}', '{}'
      from generate_series(1, 20000) n`);
    await bench.rows('analyze read_customers.customers, counterfoil.customer_profiles');
    const plans: string[] = [];
    const explaining = {
      async query(text: string, values: unknown[]) {
        plans.push(JSON.stringify(await bench.rows(`explain (format json) ${text}`, values)));
        // One row: an empty page would be followed by a look for its cursor.
        return { rows: [{}] };
      },
    } as unknown as pg.Pool;
    const queries = new PostgresCustomerQueries(explaining);
    const all = {
      ...{ limit: 20, startingAfter: null, endingBefore: null, email: null },
      ...{ createdGte: null, createdGt: null, createdLte: null, createdLt: null },
    };
    await queries.list(all);
    await queries.list({ ...all, startingAfter: 'cus_10000' });
    await queries.list({ ...all, email: 'P7@example.com' });
    await queries.list({ ...all, createdLt: at });
    await queries.findByProvider('cus_at_7');
    expect(plans).toHaveLength(5);
    for (const plan of plans) {
      expect(plan).toContain('Index');
      expect(plan).not.toContain('Seq Scan');
    }
  });
});
