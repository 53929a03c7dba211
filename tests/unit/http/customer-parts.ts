import { randomUUID } from 'node:crypto';
import type { Container } from 'inversify';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import type { CustomerHandler } from '../../../src/application/customer/customer-effects.js';
import { createCustomerEffects } from '../../../src/application/customer/customer-effects.js';
import { createKeepProfiles } from '../../../src/application/customer/keep-profiles.js';
import { createSnapshotMethod } from '../../../src/application/customer/method-snapshots.js';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { CustomerQueries, CustomerRow, Page } from '../../../src/application/ports/read-models.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { createOperations } from '../../../src/application/shared/operations.js';
import { createCustomerNewsHandler } from '../../../src/application/webhook/handle-customer-news.js';
import { customer } from '../../../src/domain/customer/customer.js';
import { blankProfile } from '../../../src/domain/customer/profile.js';
import { parseCustomerId } from '../../../src/domain/shared/ids.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { InMemoryProfiles } from '../../support/in-memory-profiles.js';
import { InMemoryVault } from '../../support/in-memory-vault.js';

/** A list that is read from the log when it is asked: never behind. */
class LogCustomerQueries implements CustomerQueries {
  constructor(
    private readonly store: InMemoryEventStore,
    private readonly handler: CustomerHandler,
    private readonly profiles: InMemoryProfiles,
  ) {}

  async list({ email }: Parameters<CustomerQueries['list']>[0]): Promise<Page<CustomerRow>> {
    const events = await this.store.readAll(0n, 10_000);
    const ids = events.flatMap(({ type, data }) =>
      type === 'CustomerRegistered' ? [parseCustomerId(String(data['customerId']))] : [],
    );
    const rows: CustomerRow[] = [];
    for (const id of ids.reverse()) {
      if (id === undefined) continue;
      const { state, revision } = await this.handler.load(id);
      if (state.status === 'absent') continue;
      const profile = (await this.profiles.findProfile(state.profile.profileId)) ?? blankProfile;
      if (email !== null && profile.email?.toLowerCase() !== email.toLowerCase()) continue;
      rows.push({
        id,
        profile,
        profile_version: BigInt(state.profile.version),
        default_payment_method: state.defaultMethodId,
        provider_customer: state.provider.status === 'linked' ? state.provider.providerCustomerId : null,
        revision: revision ?? 0n,
        created_at: state.registeredAt,
      });
    }
    return { rows, hasMore: false };
  }

  async findByProvider(): Promise<string | undefined> {
    return undefined;
  }
}

/** What the controllers of customers stand on, with the outside in memory. */
export function bindCustomerParts(
  container: Container,
  parts: {
    readonly eventStore: InMemoryEventStore;
    readonly logger: Logger;
    readonly inlineBudgetMs: number;
  },
) {
  const { eventStore, logger, inlineBudgetMs } = parts;
  const clock = systemClock;
  const [vault, profiles] = [new InMemoryVault(), new InMemoryProfiles()];
  const handler: CustomerHandler = createCommandHandler({
    eventStore,
    decider: customer,
    codec: customerCodec,
    category: 'customer',
  });
  const effects = createCustomerEffects({ handler, vault, clock });
  const queries = new LogCustomerQueries(eventStore, handler, profiles);
  container
    .bind(httpTokens.customerOperations)
    .toConstantValue(createOperations({ handler, effects, logger, inlineBudgetMs, idName: 'customerId' }));
  container.bind(httpTokens.keepProfiles).toConstantValue(createKeepProfiles({ handler, profiles, clock }));
  container.bind(httpTokens.customerProfiles).toConstantValue(profiles);
  container.bind(httpTokens.customerQueries).toConstantValue(queries);
  container.bind(httpTokens.paymentMethodVault).toConstantValue(vault);
  const hear = createCustomerNewsHandler({
    handler,
    vault,
    snapshotMethod: createSnapshotMethod(profiles),
    customers: queries,
    clock,
    machineClock: clock,
  });
  /** Makes sure that there is a customer of this id, for tests that name theirs. */
  async function register(id: string): Promise<void> {
    const customerId = parseCustomerId(id);
    if (customerId === undefined) throw new TypeError(`${id} is no customer's`);
    const commandId = randomUUID();
    await handler.handle(
      customerId,
      { type: 'RegisterCustomer', at: clock.now(), customerId, profileId: randomUUID() },
      {
        ...{ commandId, correlationId: 'test', causationId: 'test' },
        ...{ actor: { kind: 'system', id: 'test' }, reason: null },
      },
    );
  }
  return { vault, profiles, hear, handler, register };
}
