import type { Instant } from '../../domain/shared/instant.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { HandlingOutcome, InboundWebhook } from '../ports/inbound-webhooks.js';
import type { Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { delayAfterAttempt, later, webhookAttemptsMax } from './retry-schedule.js';

/** What a failed attempt leads to: another one later, or the parking place after the last. */
export function retryOrPark(
  webhook: Pick<InboundWebhook, 'attempts'>,
  error: string,
  now: Instant,
  retryAfterMs: number | null,
): HandlingOutcome {
  if (webhook.attempts >= webhookAttemptsMax) {
    return { status: 'parked', error: `given up after ${webhook.attempts} attempts: ${error}` };
  }
  const delayMs = Math.max(delayAfterAttempt(webhook.attempts), retryAfterMs ?? 0);
  return { status: 'failed', error, retryAt: later(now, delayMs) };
}

/**
 * One webhook may be handled again, after a crash or by an operator, and then find newer facts: so its command is named
 * by the webhook and the revision that it was decided on.
 */
export function metadataOf(webhook: Pick<InboundWebhook, 'id'>, known: Loaded<unknown>): EventMetadata {
  return {
    commandId: commandIdOf('stripe event', `${webhook.id} at ${known.revision ?? 'no_stream'}`),
    correlationId: webhook.id,
    causationId: webhook.id,
    actor: { kind: 'stripe', id: webhook.id },
    reason: null,
  };
}
