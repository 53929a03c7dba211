import { ContainerModule } from 'inversify';
import { customerCodec } from '../application/customer/customer.codec.js';
import { createCustomerEffects } from '../application/customer/customer-effects.js';
import { createKeepProfiles } from '../application/customer/keep-profiles.js';
import { createSnapshotMethod } from '../application/customer/method-snapshots.js';
import { createPruneProfiles } from '../application/customer/prune-profiles.js';
import { createRecoverCustomer } from '../application/customer/recover-customer.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { createOperations } from '../application/shared/operations.js';
import { createCustomerNewsHandler } from '../application/webhook/handle-customer-news.js';
import { customer } from '../domain/customer/customer.js';
import { PostgresCustomerProfiles } from '../infrastructure/postgres/customer-profiles.js';
import { PostgresPortalSessions } from '../infrastructure/postgres/portal-sessions.js';
import { PostgresCustomerQueries } from '../infrastructure/read-models/customers.js';
import { StripePaymentMethodVault } from '../infrastructure/stripe/stripe-payment-method-vault.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createPortalArea } from '../interfaces/http/pages/portal/portal-area.js';
import { tokens } from './tokens.js';

/** Customers: the decider, what is known of a person beside it, and the payment methods that Stripe keeps for them. */
export const customerModule = new ContainerModule(({ bind }) => {
  bind(tokens.customerHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: customer, codec: customerCodec, category: 'customer' }),
    [httpTokens.eventStore],
  );
  bind(tokens.stripeVault).toResolvedValue(
    ({ stripe, config, logger }, { callRate }, clock, counters) =>
      new StripePaymentMethodVault({
        ...stripe,
        timeoutMs: config.stripe.timeoutMs,
        logger,
        callRate,
        onCall: counters.stripeCalled,
        clock: () => Date.parse(clock.now()),
      }),
    [tokens.surroundings, tokens.stripeGateway, httpTokens.clock, tokens.counters],
  );
  bind(httpTokens.paymentMethodVault).toResolvedValue(
    (vault, { guardVault }) => guardVault(vault),
    [tokens.stripeVault, tokens.guardedGateway],
  );
  bind(httpTokens.customerProfiles).toResolvedValue(
    (pool) => new PostgresCustomerProfiles(pool),
    [tokens.pool],
  );
  bind(httpTokens.keepProfiles).toResolvedValue(
    (handler, profiles, clock) => createKeepProfiles({ handler, profiles, clock }),
    [tokens.customerHandler, httpTokens.customerProfiles, httpTokens.clock],
  );
  bind(tokens.customerEffects).toResolvedValue(
    (handler, vault, clock) => createCustomerEffects({ handler, vault, clock }),
    [tokens.customerHandler, httpTokens.paymentMethodVault, httpTokens.clock],
  );
  bind(httpTokens.customerOperations).toResolvedValue(
    (handler, effects, { logger, config }) =>
      createOperations({
        ...{ handler, effects, logger },
        inlineBudgetMs: config.inlineBudgetMs,
        idName: 'customerId',
      }),
    [tokens.customerHandler, tokens.customerEffects, tokens.surroundings],
  );
  bind(httpTokens.customerQueries).toResolvedValue(
    (pool) => new PostgresCustomerQueries(pool),
    [tokens.pool],
  );
  bind(tokens.snapshotMethod).toResolvedValue(createSnapshotMethod, [httpTokens.customerProfiles]);
  bind(tokens.customerNews).toResolvedValue(
    (handler, vault, snapshotMethod, customers, clock, machineClock) =>
      createCustomerNewsHandler({ handler, vault, snapshotMethod, customers, clock, machineClock }),
    [
      tokens.customerHandler,
      httpTokens.paymentMethodVault,
      tokens.snapshotMethod,
      httpTokens.customerQueries,
      httpTokens.clock,
      tokens.machineClock,
    ],
  );
  bind(tokens.backfillCustomers).toResolvedValue(
    (handler, vault, snapshotMethod, clock, handleNews, queries) => ({
      handleNews,
      recover: createRecoverCustomer({ handler, vault, snapshotMethod, clock }),
      queries,
    }),
    [
      tokens.customerHandler,
      httpTokens.paymentMethodVault,
      tokens.snapshotMethod,
      httpTokens.clock,
      tokens.customerNews,
      httpTokens.customerQueries,
    ],
  );
  bind(httpTokens.portalSessions).toResolvedValue((pool) => new PostgresPortalSessions(pool), [tokens.pool]);
  bind(httpTokens.portalArea).toResolvedValue(
    (sessions, customers, accessLog, { businessName }) =>
      createPortalArea({ sessions, customers, accessLog, businessName }),
    [httpTokens.portalSessions, httpTokens.customerOperations, httpTokens.accessLog, httpTokens.settings],
  );
  bind(tokens.pruneProfiles).toResolvedValue(
    (profiles, handler, machineClock) => createPruneProfiles({ profiles, handler, machineClock }),
    [httpTokens.customerProfiles, tokens.customerHandler, tokens.machineClock],
  );
});
