import { ContainerModule } from 'inversify';
import { customerCodec } from '../application/customer/customer.codec.js';
import { withCachedActions } from '../application/payment/cached-actions.js';
import { paymentCodec } from '../application/payment/payment.codec.js';
import type { PaymentHandler } from '../application/payment/payment-effects.js';
import { createPaymentEffects } from '../application/payment/payment-effects.js';
import { createRecoverPayment } from '../application/payment/recover-payment.js';
import { createRefundRule } from '../application/payment/refund-rule.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { carryOut } from '../application/shared/effects.js';
import { createOperations } from '../application/shared/operations.js';
import { tellingFacts } from '../application/shared/telling-facts.js';
import { payment } from '../domain/payment/payment.js';
import { aheadOfPostgres } from '../infrastructure/postgres/clock-skew.js';
import { PostgresDisputeQueries } from '../infrastructure/read-models/disputes.js';
import { PostgresPaymentQueries } from '../infrastructure/read-models/payments.js';
import { PostgresPendingEffects } from '../infrastructure/read-models/pending-effects.js';
import { PostgresRefundQueries } from '../infrastructure/read-models/refunds.js';
import { RedisCache } from '../infrastructure/redis/redis-cache.js';
import { withBreakers } from '../infrastructure/resilience/gateway-breakers.js';
import { StripeClock } from '../infrastructure/stripe/stripe-clock.js';
import { StripePaymentGateway } from '../infrastructure/stripe/stripe-payment-gateway.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createEffectWorker } from '../interfaces/worker/effect-worker.js';
import { createWakeUp } from '../interfaces/worker/wake-up.js';
import { tokens } from './tokens.js';

/** Payments and refunds: from the decider to Stripe and back, and the lists of them and of disputes. */
export const paymentModule = new ContainerModule(({ bind }) => {
  bind(tokens.paymentHandler).toResolvedValue(
    (eventStore, { paymentFact }) => {
      const handler: PaymentHandler = createCommandHandler({
        ...{ eventStore, decider: payment, codec: paymentCodec, category: 'payment' },
      });
      return tellingFacts(handler, ({ type }) => paymentFact(type));
    },
    [httpTokens.eventStore, tokens.counters],
  );
  bind(tokens.stripeClock).toResolvedValue(
    // A simulated provider's clock is put forward with ours.
    (movable) => new StripeClock(() => Date.now() + Math.max(movable?.aheadMs ?? 0, 0)),
    [tokens.movableClock],
  );
  bind(tokens.clockSkews).toResolvedValue(
    (pool, stripe) => async () => {
      const ofStripe = stripe.aheadMs();
      const postgres = await aheadOfPostgres(pool);
      return ofStripe === null ? { postgres } : { postgres, stripe: ofStripe };
    },
    [tokens.pool, tokens.stripeClock],
  );
  bind(tokens.stripeGateway).toResolvedValue(
    ({ stripe, config, logger }, clock, counters, stripeClock) =>
      new StripePaymentGateway({
        ...stripe,
        timeoutMs: config.stripe.timeoutMs,
        rateLimit: config.stripe.rateLimit,
        onCall: (endpoint, result, ms, date) => {
          counters.stripeCalled(endpoint, result, ms);
          stripeClock.heard(date);
        },
        logger,
        clock: () => Date.parse(clock.now()),
      }),
    [tokens.surroundings, httpTokens.clock, tokens.counters, tokens.stripeClock],
  );
  bind(tokens.guardedGateway).toResolvedValue(
    (gateway, clock, logger) => withBreakers(gateway, { clock, logger }),
    [tokens.stripeGateway, httpTokens.clock, tokens.logger],
  );
  bind(httpTokens.breakers).toResolvedValue(
    ({ breakers }, stores) => ({ status: () => [...breakers.status(), ...stores.status()] }),
    [tokens.guardedGateway, tokens.storeBreakers],
  );
  bind(httpTokens.paymentGateway).toResolvedValue(
    ({ gateway }, redis, { stripe }) =>
      redis === null ? gateway : withCachedActions(gateway, new RedisCache(redis, stripe.secretKey)),
    [tokens.guardedGateway, tokens.redis, tokens.surroundings],
  );
  bind(tokens.paymentEffects).toResolvedValue(
    (handler, gateway, clock) => createPaymentEffects({ handler, gateway, clock }),
    [tokens.paymentHandler, httpTokens.paymentGateway, httpTokens.clock],
  );
  bind(httpTokens.paymentOperations).toResolvedValue(
    (handler, effects, { logger, config }) =>
      createOperations({
        ...{ handler, effects, logger },
        inlineBudgetMs: config.inlineBudgetMs,
        idName: 'paymentId',
      }),
    [tokens.paymentHandler, tokens.paymentEffects, tokens.surroundings],
  );
  bind(httpTokens.recoverPayment).toResolvedValue(
    (eventStore, handler, effects, gateway, clock) =>
      createRecoverPayment({ eventStore, handler, effects, gateway, clock }),
    [
      httpTokens.eventStore,
      tokens.paymentHandler,
      tokens.paymentEffects,
      httpTokens.paymentGateway,
      httpTokens.clock,
    ],
  );
  bind(tokens.effectWorker).toResolvedValue(
    (pending, eventStore, leases, payments, customers, clock, { logger, config }) =>
      createEffectWorker({
        pending,
        eventStore,
        leases,
        effects: {
          payment: carryOut(paymentCodec, payments),
          customer: carryOut(customerCodec, customers),
        },
        clock,
        logger,
        wakeUp: createWakeUp(),
        graceMs: config.effectGraceMs,
        leaseMs: config.effectLeaseMs,
      }),
    [
      tokens.pendingEffects,
      httpTokens.eventStore,
      tokens.leases,
      tokens.paymentEffects,
      tokens.customerEffects,
      tokens.machineClock,
      tokens.surroundings,
    ],
  );
  bind(httpTokens.paymentQueries).toResolvedValue((pool) => new PostgresPaymentQueries(pool), [tokens.pool]);
  bind(httpTokens.refundRule).toResolvedValue(
    ({ config }) => createRefundRule(config.refundApprovalFrom),
    [tokens.surroundings],
  );
  bind(httpTokens.refundQueries).toResolvedValue((pool) => new PostgresRefundQueries(pool), [tokens.pool]);
  bind(httpTokens.disputeQueries).toResolvedValue((pool) => new PostgresDisputeQueries(pool), [tokens.pool]);
  bind(tokens.pendingEffects).toResolvedValue((pool) => new PostgresPendingEffects(pool), [tokens.pool]);
});
