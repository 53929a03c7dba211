import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import type { CustomerHandler } from '../../../src/application/customer/customer-effects.js';
import { createCustomerEffects } from '../../../src/application/customer/customer-effects.js';
import { createKeepProfiles } from '../../../src/application/customer/keep-profiles.js';
import { createSnapshotMethod } from '../../../src/application/customer/method-snapshots.js';
import { createRecoverCustomer } from '../../../src/application/customer/recover-customer.js';
import type { EventMetadata } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { createOperations } from '../../../src/application/shared/operations.js';
import { createCustomerNewsHandler } from '../../../src/application/webhook/handle-customer-news.js';
import type { CustomerNews } from '../../../src/application/webhook/provider-news.js';
import { customer } from '../../../src/domain/customer/customer.js';
import { blankProfile } from '../../../src/domain/customer/profile.js';
import type { RegisteredCustomer } from '../../../src/domain/customer/state.js';
import type { CustomerId } from '../../../src/domain/shared/ids.js';
import { readStripeNews } from '../../../src/infrastructure/stripe/stripe-news.js';
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

function createWorld() {
  const eventStore = new InMemoryEventStore();
  const handler: CustomerHandler = createCommandHandler({
    ...{ eventStore, decider: customer, codec: customerCodec, category: 'customer' },
  });
  const [vault, profiles, clock] = [new InMemoryVault(), new InMemoryProfiles(), systemClock];
  const snapshotMethod = createSnapshotMethod(profiles);
  const effects = createCustomerEffects({ handler, vault, clock });
  const operations = createOperations({
    ...{ handler, effects, logger: silentLogger, inlineBudgetMs: 30_000 },
    idName: 'customerId',
  });
  const hearNews = createCustomerNewsHandler({
    ...{ handler, vault, snapshotMethod, clock },
    customers: { findByProvider: async () => undefined },
    machineClock: clock,
  });
  const recover = createRecoverCustomer({ handler, vault, snapshotMethod, clock });
  let heard = 0;

  return {
    vault,
    profiles,
    handler,
    recover,
    hear(news: CustomerNews, attempts = 1) {
      heard += 1;
      return hearNews(news, { id: `evt_${heard}`, attempts });
    },
    /** A customer with one open setup, `seti_1`. */
    async begin(): Promise<CustomerId> {
      const id = newCustomerId();
      await createKeepProfiles({ handler, profiles, clock }).register(id, blankProfile, because());
      const command = {
        type: 'RequestPaymentMethodSetup',
        at,
        setupId: newSetupId(),
        usage: 'off_session',
      } as const;
      await operations.run(id, command, because());
      return id;
    },
    async stateOf(id: CustomerId): Promise<RegisteredCustomer> {
      const { state } = await handler.load(id);
      if (state.status === 'absent') throw new TypeError('there is no customer');
      return state;
    },
  };
}

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
});
const providerCustomerId = 'cus_atProvider1';
const aboutSetup = (id: CustomerId): CustomerNews => ({
  ...{ about: 'setup', setupIntentId: 'seti_1', providerCustomerId, customer: id },
});
const aboutMethod: CustomerNews = {
  about: 'method',
  paymentMethodId: 'pm_1',
  providerCustomerId,
  customer: null,
};
const aboutCustomer = (id: CustomerId): CustomerNews => ({
  ...{ about: 'provider_customer', providerCustomerId, customer: id },
});

describe('news of payment methods', () => {
  it('ends in the same state, in whatever order and number it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 0, 1, 2, 0, 1, 2], { minLength: 3 }), async (order) => {
        world = createWorld();
        const id = await world.begin();
        world.vault.finish('seti_1', 'pm_1');
        const news = [aboutSetup(id), aboutMethod, aboutCustomer(id)];
        for (const n of [...order, 0, 1, 2]) {
          const told = news[n];
          if (told !== undefined) expect((await world.hear(told)).status).toBe('processed');
        }
        expect(await world.stateOf(id)).toMatchObject({
          setups: [],
          endedSetups: [{ status: 'succeeded', paymentMethodId: 'pm_1' }],
          methods: [{ paymentMethodId: 'pm_1', status: 'active' }],
          defaultMethodId: 'pm_1',
        });
        expect(world.profiles.details.size).toBe(1);
      }),
      { numRuns: 40 },
    );
  });

  it('tells of a replaced card with the details of now, and once', async () => {
    const id = await world.begin();
    world.vault.finish('seti_1', 'pm_1');
    await world.hear(aboutSetup(id));
    world.vault.attach('pm_1', providerCustomerId, '1881', 2041);
    for (const time of [1, 2]) {
      const outcome = await world.hear(aboutMethod);
      expect(outcome).toMatchObject({
        note: `${id}: ${time === 1 ? 'PaymentMethodRenewed' : 'nothing new'}`,
      });
    }
    const [method] = (await world.stateOf(id)).methods;
    const details = await world.profiles.findDetails([method?.detailsId ?? '']);
    expect([...details.values()]).toEqual([expect.objectContaining({ last4: '1881', expYear: 2041 })]);
  });

  it('does not write details again that were destroyed', async () => {
    const id = await world.begin();
    world.vault.finish('seti_1', 'pm_1');
    await world.hear(aboutSetup(id));
    for (const recordId of world.profiles.details.keys()) await world.profiles.destroy(recordId);
    await world.hear(aboutMethod);
    expect(world.profiles.details.size).toBe(0);
  });

  it('waits while the provider does not answer, and for a customer that is not known yet', async () => {
    const id = await world.begin();
    world.vault.outage = 'unknown';
    expect(await world.hear(aboutSetup(id))).toMatchObject({ status: 'failed', error: 'provider: timeout' });
    expect(await world.hear(aboutMethod)).toMatchObject({ status: 'failed' });
    world.vault.outage = undefined;
    const notYet = newCustomerId();
    expect(await world.hear(aboutSetup(notYet))).toMatchObject({ error: `there is no ${notYet} yet` });
    expect(await world.hear(aboutSetup(notYet), 12)).toMatchObject({ status: 'parked' });
  });

  it('of customers that are not ours is of no interest, and nothing of it is kept', async () => {
    world.vault.customers.set('cus_other', {
      providerCustomerId: 'cus_other',
      customer: null,
      deleted: false,
    });
    world.vault.attach('pm_9', 'cus_other');
    const news = [
      { ...aboutMethod, paymentMethodId: 'pm_9', providerCustomerId: 'cus_other' },
      { ...aboutMethod, paymentMethodId: 'pm_9', providerCustomerId: null },
      { ...aboutMethod, paymentMethodId: 'pm_9', providerCustomerId: 'cus_nobody' },
    ];
    for (const told of news) expect((await world.hear(told)).status).toBe('ignored');
    expect(world.profiles.details.size).toBe(0);
  });

  it('of a deleted customer takes the methods along, and a customer that is there after all keeps them', async () => {
    const id = await world.begin();
    world.vault.finish('seti_1', 'pm_1');
    await world.hear(aboutSetup(id));
    expect(await world.hear(aboutCustomer(id))).toMatchObject({ note: `nothing new for ${id}` });
    world.vault.customers.set(providerCustomerId, { providerCustomerId, customer: null, deleted: true });
    await world.hear(aboutCustomer(id));
    expect(await world.stateOf(id)).toMatchObject({ methods: [], provider: { status: 'unlinked' } });
  });
});

describe('a customer whose webhooks were lost', () => {
  it('is brought up to what the provider has: what was added, replaced and taken away', async () => {
    const id = await world.begin();
    world.vault.finish('seti_1', 'pm_1');
    world.vault.attach('pm_2', providerCustomerId);
    expect(await world.recover(id, because())).toEqual([]);
    expect((await world.stateOf(id)).methods.map(({ paymentMethodId }) => paymentMethodId).sort()).toEqual([
      'pm_1',
      'pm_2',
    ]);
    world.vault.attach('pm_1', null);
    world.vault.attach('pm_2', providerCustomerId, '1881');
    await world.recover(id, because());
    expect((await world.stateOf(id)).methods).toMatchObject([{ paymentMethodId: 'pm_2' }]);
    const before = await world.handler.load(id);
    await world.recover(id, because());
    expect((await world.handler.load(id)).revision).toBe(before.revision);
  });

  it('stays as it was, and says so, while the provider does not answer', async () => {
    const id = await world.begin();
    world.vault.outage = 'unknown';
    expect(await world.recover(id, because())).toEqual(['timeout']);
  });
});

describe('a webhook of Stripe’s', () => {
  const read = (type: string, object: object, previous?: object) =>
    readStripeNews({
      id: 'evt_1',
      type,
      apiVersion: null,
      livemode: false,
      objectId: null,
      payload: JSON.stringify({ data: { object, previous_attributes: previous } }),
    });

  it('tells which object to look at, and whose it is', () => {
    const metadata = { counterfoil_customer: 'cus_ours' };
    expect(read('setup_intent.succeeded', { id: 'seti_1', customer: 'cus_1', metadata })).toEqual({
      ...{ about: 'setup', setupIntentId: 'seti_1', providerCustomerId: 'cus_1', customer: 'cus_ours' },
    });
    expect(read('payment_method.attached', { id: 'pm_1', customer: { id: 'cus_1' } })).toMatchObject({
      ...{ about: 'method', providerCustomerId: 'cus_1' },
    });
    const detached = read('payment_method.detached', { id: 'pm_1', customer: null }, { customer: 'cus_1' });
    expect(detached).toMatchObject({ about: 'method', providerCustomerId: 'cus_1' });
    expect(read('customer.deleted', { id: 'cus_1', metadata })).toMatchObject({ about: 'provider_customer' });
  });

  it.each(['customer.updated', 'customer.created', 'setup_intent.created', 'setup_intent.requires_action'])(
    '%s means nothing',
    (type) => {
      expect(read(type, { id: 'x' })).toMatchObject({ about: 'nothing' });
    },
  );

  it('that cannot be read is kept for a person', () => {
    expect(read('payment_method.attached', { customer: 'cus_1' })).toMatchObject({ about: 'unreadable' });
    expect(read('setup_intent.succeeded', { id: 7 })).toMatchObject({ about: 'unreadable' });
  });
});
