import { createHash } from 'node:crypto';

/**
 * Tells one event's body from another's. Stripe counts down the endpoints that have not taken the event yet in the event itself,
 * so a redelivery may differ from the first delivery in that number.
 * @returns SHA-256 of what does not change
 */
export function bodyFingerprint(payload: string): Buffer {
  const settled = payload.replace(/"pending_webhooks":\s*\d+/, '"pending_webhooks":0');
  return createHash('sha256').update(settled).digest();
}
