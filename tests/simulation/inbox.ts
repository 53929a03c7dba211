import type {
  ClaimedWebhook,
  HandlingOutcome,
  InboundWebhook,
  Reception,
  VerifiedWebhook,
} from '../../src/application/ports/inbound-webhooks.js';
import { bodyFingerprint } from '../../src/application/webhook/body-fingerprint.js';
import type { Instant } from '../../src/domain/shared/instant.js';
import type { Scheduler } from './scheduler.js';

/** Few, so that objects are also left half-done. */
const ofOneObjectMax = 4;

type Stored = { webhook: InboundWebhook; dueMs: number; lease: string; leasedUntilMs: number };

/** The inbox in memory, with the rules of its port; the caller makes each call a step. */
export class InMemoryInbox {
  readonly #scheduler: Scheduler;
  readonly #stored = new Map<string, Stored>();
  #leases = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  receive(webhook: VerifiedWebhook, parkedBecause: string | null): Reception {
    const known = this.#stored.get(webhook.id);
    if (known !== undefined) {
      const first = bodyFingerprint(known.webhook.payload);
      if (!first.equals(bodyFingerprint(webhook.payload))) return 'different_body';
      known.webhook = { ...known.webhook, deliveries: known.webhook.deliveries + 1 };
      return 'duplicate';
    }
    const now = this.#now();
    this.#stored.set(webhook.id, {
      webhook: {
        ...webhook,
        status: parkedBecause === null ? 'received' : 'parked',
        attempts: 0,
        deliveries: 1,
        lastError: parkedBecause,
        note: null,
        receivedAt: now,
        processedAt: null,
        nextAttemptAt: parkedBecause === null ? now : null,
      },
      dueMs: this.#scheduler.nowMs,
      lease: '',
      leasedUntilMs: 0,
    });
    return 'stored';
  }

  claimDue(limit: number, leaseMs: number): readonly ClaimedWebhook[] {
    const { nowMs } = this.#scheduler;
    const held = new Set(
      [...this.#stored.values()]
        .filter(({ leasedUntilMs }) => leasedUntilMs > nowMs)
        .map(({ webhook }) => webhook.objectId ?? webhook.id),
    );
    const claimed: ClaimedWebhook[] = [];
    const objects = new Map<string, number>();
    for (const stored of this.#waiting().sort((a, b) => a.dueMs - b.dueMs)) {
      const object = stored.webhook.objectId ?? stored.webhook.id;
      if (stored.dueMs > nowMs || held.has(object)) continue;
      const ofObject = objects.get(object) ?? 0;
      if (ofObject === 0 ? objects.size >= limit : ofObject >= ofOneObjectMax) continue;
      objects.set(object, ofObject + 1);
      this.#leases += 1;
      stored.lease = String(this.#leases);
      stored.leasedUntilMs = nowMs + leaseMs;
      stored.webhook = { ...stored.webhook, attempts: stored.webhook.attempts + 1 };
      claimed.push({ ...stored.webhook, lease: stored.lease });
    }
    return claimed;
  }

  settle({ id, lease }: Pick<ClaimedWebhook, 'id' | 'lease'>, outcome: HandlingOutcome): void {
    const stored = this.#stored.get(id);
    if (stored === undefined || stored.lease !== lease) return;
    stored.lease = '';
    stored.leasedUntilMs = 0;
    const { status } = outcome;
    stored.webhook = {
      ...stored.webhook,
      status,
      note: 'note' in outcome ? outcome.note : null,
      lastError: 'error' in outcome ? outcome.error : null,
      processedAt: 'note' in outcome ? this.#now() : null,
      nextAttemptAt: outcome.status === 'failed' ? outcome.retryAt : null,
    };
    if (outcome.status === 'failed') stored.dueMs = Date.parse(outcome.retryAt);
  }

  /** Makes a webhook due again, as an operator does. */
  replay(id: string): void {
    const stored = this.#stored.get(id);
    if (stored === undefined) return;
    stored.webhook = { ...stored.webhook, status: 'received', attempts: 0 };
    stored.dueMs = this.#scheduler.nowMs;
  }

  all(): readonly InboundWebhook[] {
    return [...this.#stored.values()].map(({ webhook }) => webhook);
  }

  /** When a webhook is due next; undefined when none waits. */
  nextDueMs(): number | undefined {
    const times = this.#waiting().map(({ dueMs, leasedUntilMs }) => Math.max(dueMs, leasedUntilMs));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #waiting(): Stored[] {
    return [...this.#stored.values()].filter(({ webhook }) =>
      ['received', 'failed'].includes(webhook.status),
    );
  }

  #now(): Instant {
    return new Date(this.#scheduler.nowMs).toISOString() as Instant;
  }
}
