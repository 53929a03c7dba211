import type { Clock } from '../../application/ports/clock.js';
import type {
  HandlingOutcome,
  InboundWebhook,
  InboundWebhooks,
} from '../../application/ports/inbound-webhooks.js';
import type { Logger } from '../../application/ports/logger.js';
import type { HandleWebhook } from '../../application/webhook/handle-webhook.js';
import { retryOrPark } from '../../application/webhook/handle-webhook.js';
import { webhookAttemptsMax } from '../../application/webhook/retry-schedule.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

/** Longer than handling can take, so that a webhook passes to another worker only when this one has died. */
const leaseMs = 20_000;

/** Handles received webhooks. Whatever a handler does, its webhook ends processed, ignored, parked or due again. */
export function createWebhookWorker(parts: {
  readonly inbox: Pick<InboundWebhooks, 'claimDue' | 'settle'>;
  readonly handle: HandleWebhook;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Woken when a webhook was stored by this process. */
  readonly wakeUp: WakeUp;
  readonly concurrency?: number;
  readonly pollMs?: number;
}): Worker {
  const { inbox, handle, clock, logger, wakeUp, concurrency = 8, pollMs = 1_000 } = parts;

  async function outcomeOf(webhook: InboundWebhook): Promise<HandlingOutcome> {
    // The attempt is counted when it begins: a webhook that ends the process each time is given up as well.
    if (webhook.attempts > webhookAttemptsMax) {
      return { status: 'parked', error: `given up after ${webhook.attempts - 1} attempts` };
    }
    try {
      return await handle(webhook);
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return retryOrPark(webhook, message, clock.now(), null);
    }
  }

  return createWorkLoop({
    name: 'inbound webhooks',
    concurrency,
    pollMs,
    wakeUp,
    logger,
    claim: (limit) => inbox.claimDue(limit, leaseMs),
    async handle(webhook) {
      const outcome = await outcomeOf(webhook);
      const about = { webhookId: webhook.id, type: webhook.type, attempts: webhook.attempts };
      if (outcome.status === 'failed')
        logger.warn({ ...about, reason: outcome.error }, 'a webhook waits for a retry');
      if (outcome.status === 'parked')
        logger.error({ ...about, reason: outcome.error }, 'a webhook was parked');
      await inbox.settle(webhook, outcome);
      // More of the same object may have waited for this one.
      wakeUp.wake();
    },
  });
}
