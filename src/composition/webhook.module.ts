import { ContainerModule } from 'inversify';
import { createWebhookHandler } from '../application/webhook/handle-webhook.js';
import { createWebhookReceiver } from '../application/webhook/receive-webhook.js';
import { PostgresInboundWebhooks } from '../infrastructure/postgres/inbound-webhooks.js';
import { createPool } from '../infrastructure/postgres/pool.js';
import { PostgresRejectedWebhooks } from '../infrastructure/postgres/rejected-webhooks.js';
import { stripeApiVersion } from '../infrastructure/stripe/stripe-client.js';
import { readStripeNews } from '../infrastructure/stripe/stripe-news.js';
import { verifyStripeWebhook } from '../infrastructure/stripe/stripe-webhook-verifier.js';
import type { ReceiveWebhook } from '../interfaces/http/http-tokens.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createWakeUp } from '../interfaces/worker/wake-up.js';
import { createWebhookWorker } from '../interfaces/worker/webhook-worker.js';
import { tokens } from './tokens.js';

/** Stripe's webhooks: verified, kept, answered, and turned into the payment's own commands. */
export const webhookModule = new ContainerModule(({ bind }) => {
  bind(tokens.webhookBell).toResolvedValue(() => createWakeUp());
  bind(tokens.receptionPool).toResolvedValue(
    ({ databaseUrl, logger }, { queries: guard }) =>
      createPool({
        connectionString: databaseUrl,
        max: 1,
        applicationName: 'counterfoil-receptions',
        logger,
        guard,
        idleTimeoutMs: 0,
      }),
    [tokens.surroundings, tokens.storeBreakers],
  );
  bind(tokens.inbox).toResolvedValue(
    (pool, receptionPool) => new PostgresInboundWebhooks(pool, receptionPool),
    [tokens.pool, tokens.receptionPool],
  );
  bind(httpTokens.inboundWebhooks).toResolvedValue((inbox) => inbox, [tokens.inbox]);
  bind(tokens.receiveWebhook).toResolvedValue(
    (inbox, bell, pool, { config, stripe, logger }, { webhookReceived }): ReceiveWebhook => {
      const rejected = new PostgresRejectedWebhooks(pool, logger);
      const verify = verifyStripeWebhook({
        secrets: stripe.webhookSecrets,
        toleranceSeconds: config.stripe.webhookToleranceSeconds,
      });
      const receive = createWebhookReceiver({
        inbox,
        logger,
        livemode: config.mode === 'live',
        apiVersion: stripeApiVersion,
        onStored: bell.wake,
      });
      return async (rawBody, signature, ip) => {
        const verification = verify(rawBody, signature);
        if (verification.outcome === 'refused') {
          const { code } = verification;
          webhookReceived('refused');
          if (code !== 'payload_too_large') rejected.count();
          logger.warn({ security: true, code, ip, bytes: rawBody.length }, 'a webhook was refused');
          return { status: code === 'payload_too_large' ? 413 : 400, code };
        }
        webhookReceived(await receive(verification.webhook));
        return { status: 200 };
      };
    },
    [httpTokens.inboundWebhooks, tokens.webhookBell, tokens.pool, tokens.surroundings, tokens.counters],
  );
  bind(tokens.webhookWorker).toResolvedValue(
    (inbox, handler, gateway, payments, customers, clock, machineClock, wakeUp, logger, { webhookHandled }) =>
      createWebhookWorker({
        inbox,
        onHandled: webhookHandled,
        handle: createWebhookHandler({
          readNews: readStripeNews,
          ...{ handler, gateway, payments, customers, clock, machineClock },
        }),
        clock: machineClock,
        logger,
        wakeUp,
        busyShare: meterOfBusyTime(),
      }),
    [
      httpTokens.inboundWebhooks,
      tokens.paymentHandler,
      httpTokens.paymentGateway,
      httpTokens.paymentQueries,
      tokens.customerNews,
      httpTokens.clock,
      tokens.machineClock,
      tokens.webhookBell,
      tokens.logger,
      tokens.counters,
    ],
  );
});

/** The share of time in which the event loop was busy since the last call. */
function meterOfBusyTime(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
