import type { Instant } from '../../domain/shared/instant.js';
import type { VerifiedWebhook } from './inbound-webhooks.js';

/** The provider's own memory of what it told, or meant to tell, by webhook. */
export interface ProviderEvents {
  /** How far back it remembers, in milliseconds. */
  readonly keptMs: number;
  /** Every event created within a range, in no order that is to be relied on. @throws what the provider or the network does */
  listEvents(from: Instant, to: Instant): AsyncIterable<VerifiedWebhook>;
}
