import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import type { CustomerHandler } from '../../../src/application/customer/customer-effects.js';
import { createCustomerEffects } from '../../../src/application/customer/customer-effects.js';
import type { KeepProfiles } from '../../../src/application/customer/keep-profiles.js';
import { createKeepProfiles } from '../../../src/application/customer/keep-profiles.js';
import type { EventMetadata } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { createOperations } from '../../../src/application/shared/operations.js';
import { customer } from '../../../src/domain/customer/customer.js';
import type { CustomerProfile } from '../../../src/domain/customer/profile.js';
import { blankProfile } from '../../../src/domain/customer/profile.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { newCustomerId, newSetupId } from '../../support/customer-examples.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { InMemoryProfiles } from '../../support/in-memory-profiles.js';
import { InMemoryVault } from '../../support/in-memory-vault.js';
import { at } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';

const because = (): EventMetadata => ({
  commandId: randomUUID(),
  correlationId: 'test',
  causationId: 'test',
  actor: { kind: 'system', id: 'test' },
  reason: null,
});

let handler: CustomerHandler;
let profiles: InMemoryProfiles;
let keep: KeepProfiles;
beforeEach(() => {
  const eventStore = new InMemoryEventStore();
  handler = createCommandHandler({
    eventStore,
    decider: customer,
    codec: customerCodec,
    category: 'customer',
  });
  profiles = new InMemoryProfiles();
  keep = createKeepProfiles({ handler, profiles, clock: systemClock });
});

describe('the profile of a customer', () => {
  const set = (change: Partial<CustomerProfile>) => (profile: CustomerProfile) => ({ ...profile, ...change });

  it('that many revise at once keeps every change, and one record for each version', async () => {
    const id = newCustomerId();
    await keep.register(id, blankProfile, because());
    // All have read version 1 before the first of them writes.
    const changes: Partial<CustomerProfile>[] = [
      { name: 'N' },
      { email: 'n@example.com' },
      { phone: '+442071234567' },
      { locale: 'fr' },
      { timeZone: 'UTC' },
    ];
    let writes = 0;
    const keepProfile = profiles.keepProfile.bind(profiles);
    profiles.keepProfile = async (...args) => {
      writes += 1;
      await keepProfile(...args);
    };
    const handled = await Promise.all(changes.map((change) => keep.revise(id, set(change), because())));
    expect(handled.map(({ outcome }) => outcome)).toEqual(changes.map(() => 'accepted'));
    expect(await keep.read((await handler.load(id)).state)).toEqual(
      Object.assign({}, blankProfile, ...changes),
    );
    // The test would say nothing if nobody had been overtaken.
    expect(writes).toBeGreaterThan(changes.length);
    expect(profiles.profiles.size).toBe(1 + changes.length);
  });

  it('that was registered twice by one command has the record that the first wrote', async () => {
    const [id, cause] = [newCustomerId(), because()];
    await keep.register(id, set({ name: 'A' })(blankProfile), cause);
    const again = await keep.register(id, set({ name: 'B' })(blankProfile), cause);
    expect(await keep.read(again.state)).toMatchObject({ name: 'A' });
    expect(profiles.profiles.size).toBe(1);
  });

  it('is not touched when the client insists on a revision that has passed, and nothing is left behind', async () => {
    const id = newCustomerId();
    await keep.register(id, blankProfile, because());
    const stale = await keep.revise(id, set({ name: 'A' }), because(), { ifRevision: 7n });
    expect(stale.outcome).toBe('stale');
    expect(profiles.profiles.size).toBe(1);
  });

  it('is blank once its record was destroyed', async () => {
    const id = newCustomerId();
    const { state } = await keep.register(id, set({ name: 'A' })(blankProfile), because());
    for (const recordId of profiles.profiles.keys()) await profiles.destroy(recordId);
    expect(await keep.read(state)).toEqual(blankProfile);
  });
});

it('a setup waits for the provider’s customer, and begins when that is there', async () => {
  const vault = new InMemoryVault();
  const effects = createCustomerEffects({ handler, vault, clock: systemClock });
  const operations = createOperations({
    ...{ handler, effects, logger: silentLogger, inlineBudgetMs: 30_000 },
    idName: 'customerId',
  });
  const [id, setupId] = [newCustomerId(), newSetupId()];
  await keep.register(id, blankProfile, because());
  vault.outage = 'unknown';
  const command = { type: 'RequestPaymentMethodSetup', at, setupId, usage: 'off_session' } as const;
  const handled = await operations.run(id, command, because());
  expect(vault.calls.map((call) => call.replace(/ \S+$/, ''))).toEqual(['create customer']);
  vault.outage = undefined;
  if (handled.outcome !== 'accepted') throw new TypeError('it is accepted');
  for (const fact of handled.facts) await effects.perform(id, fact, because());
  expect((await handler.load(id)).state).toMatchObject({ setups: [{ setupId, status: 'started' }] });
});
