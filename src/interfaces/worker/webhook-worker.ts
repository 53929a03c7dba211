import type { Clock } from '../../application/ports/clock.js';
import type {
  ClaimedWebhook,
  HandlingOutcome,
  InboundWebhooks,
} from '../../application/ports/inbound-webhooks.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Findings, HandleWebhook } from '../../application/webhook/handle-webhook.js';
import { noFindings } from '../../application/webhook/handle-webhook.js';
import { webhookAttemptsMax } from '../../application/webhook/retry-schedule.js';
import { retryOrPark } from '../../application/webhook/webhook-attempts.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

/** Longer than handling can take, so that webhooks pass to another worker only when this one has died. */
const leaseMs = 20_000;

/** Handles received webhooks. Whatever a handler does, its webhook ends processed, ignored, parked or due again. */
export function createWebhookWorker(parts: {
  readonly inbox: Pick<InboundWebhooks, 'claimDue' | 'settle'>;
  readonly handle: HandleWebhook;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told how each attempt ended. */
  readonly onHandled?: (status: HandlingOutcome['status']) => void;
  /** Woken when a webhook was stored by this process. */
  readonly wakeUp: WakeUp;
  /** So many objects at once; the webhooks of one object follow one another. */
  readonly concurrency?: number;
  readonly pollMs?: number;
  /** As the work loop's: a burst is stored and answered first, and handled in what time is left. */
  readonly busyShare?: () => number;
}): Worker {
  const { inbox, handle, clock, logger, wakeUp, concurrency = 16, pollMs = 1_000, onHandled } = parts;
  const { busyShare = () => 0 } = parts;

  async function outcomeOf(webhook: ClaimedWebhook, findings: Findings): Promise<HandlingOutcome> {
    // The attempt is counted when it begins: a webhook that ends the process each time is given up as well.
    if (webhook.attempts > webhookAttemptsMax) {
      return { status: 'parked', error: `given up after ${webhook.attempts - 1} attempts` };
    }
    try {
      return await handle(webhook, findings);
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return retryOrPark(webhook, message, clock.now(), null);
    }
  }

  async function settle(webhook: ClaimedWebhook, outcome: HandlingOutcome): Promise<void> {
    const about = { webhookId: webhook.id, type: webhook.type, attempts: webhook.attempts };
    if (outcome.status === 'failed')
      logger.warn({ ...about, reason: outcome.error }, 'a webhook waits for a retry');
    if (outcome.status === 'parked')
      logger.error({ alert: true, ...about, reason: outcome.error }, 'a webhook was parked');
    onHandled?.(outcome.status);
    await inbox.settle(webhook, outcome);
    // More of the same object may have waited for this one.
    wakeUp.wake();
  }

  return createWorkLoop({
    name: 'inbound webhooks',
    concurrency,
    pollMs,
    wakeUp,
    logger,
    busyShare,
    claim: async (limit) => byObject(await inbox.claimDue(limit, leaseMs)),
    async handle(webhooks) {
      const findings = noFindings();
      const startedAt = performance.now();
      const settled: Promise<void>[] = [];
      for (const webhook of webhooks) {
        const late = performance.now() - startedAt > leaseMs / 2;
        const outcome = late
          ? retryOrPark(webhook, 'those of its object before it took too long', clock.now(), null)
          : await outcomeOf(webhook, findings);
        settled.push(settle(webhook, outcome));
      }
      await Promise.all(settled);
    },
  });
}

/** Those of one object in the order in which they were claimed; one of no object stands alone. */
function byObject(claimed: readonly ClaimedWebhook[]): readonly (readonly ClaimedWebhook[])[] {
  const objects = new Map<string, ClaimedWebhook[]>();
  for (const webhook of claimed) {
    const name = webhook.objectId ?? webhook.id;
    const known = objects.get(name);
    if (known === undefined) objects.set(name, [webhook]);
    else known.push(webhook);
  }
  return [...objects.values()];
}
