import type { JsonObject } from './json.js';
import type { StripeEvent } from './resources.js';
import type { Cause, WebhookEndpoint, World } from './world.js';

/** How long `GET /v1/events` remembers, on the virtual clock. */
export const EVENT_RETENTION_SECONDS = 30 * 24 * 3600;

/**
 * Records an event with a snapshot of the object and queues it for every endpoint that listens. Rows are
 * replaced and never changed in place, so keeping the reference is keeping the snapshot.
 */
export function emit(
  world: World,
  cause: Cause,
  type: string,
  object: JsonObject,
  previous?: JsonObject,
): StripeEvent {
  const id = world.ids.mint('evt_1');
  const listeners = world.endpoints.filter((endpoint) => listensTo(endpoint, type));
  const event = world.store.put('event', {
    id,
    object: 'event',
    api_version: world.settings.apiVersion,
    created: world.clock.nowSeconds(),
    data: previous === undefined ? { object } : { object, previous_attributes: previous },
    livemode: false,
    pending_webhooks: listeners.length,
    request: { id: cause?.requestId ?? null, idempotency_key: cause?.idempotencyKey ?? null },
    type,
  });
  for (const endpoint of listeners) {
    const delivery = world.store.put('delivery', {
      id: world.ids.mint('whd_', 16),
      event: id,
      endpoint: endpoint.id,
      attempts: 0,
      due_ms: world.clock.nowMs(),
    });
    world.outbox.push(delivery.id);
  }
  return event;
}

function listensTo(endpoint: WebhookEndpoint, type: string): boolean {
  return endpoint.enabledEvents.includes('*') || endpoint.enabledEvents.includes(type);
}

/** The fields of `before` that differ in `after`, as `previous_attributes` shows them. */
export function previousAttributes(before: JsonObject, after: JsonObject): JsonObject {
  const changed: Record<string, JsonObject[string]> = {};
  for (const key of Object.keys(after)) {
    if (before[key] !== after[key]) changed[key] = before[key] ?? null;
  }
  return changed;
}
