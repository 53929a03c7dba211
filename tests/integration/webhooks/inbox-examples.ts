import { randomUUID } from 'node:crypto';
import type { VerifiedWebhook } from '../../../src/application/ports/inbound-webhooks.js';

export function webhook(changes: Partial<VerifiedWebhook> = {}): VerifiedWebhook {
  const id = changes.id ?? `evt_${randomUUID()}`;
  return {
    id,
    type: 'charge.succeeded',
    apiVersion: '2026-10-28.endive',
    livemode: false,
    objectId: `pi_${randomUUID()}`,
    payload: JSON.stringify({ id, umlaut: 'ü "quoted" \\ back\nline' }),
    ...changes,
  };
}
