import { z } from 'zod';
import type { DescribeEvent } from '../../../application/audit/describe-event.js';
import type { RecordedEvent } from '../../../application/ports/event-store.js';
import { integer, timestamp } from '../shared/fields.js';

/** A stored event as an auditor sees it: the fact, who set it in motion, why and because of what. */
export function eventObject(describe: DescribeEvent, livemode: boolean) {
  return (event: RecordedEvent) => ({
    id: eventName(event.id),
    object: 'event' as const,
    type: event.type,
    stream: event.stream,
    revision: event.revision,
    position: event.position,
    sentence: describe(event),
    actor: event.metadata.actor,
    reason: event.metadata.reason,
    causation_id: causeOf(event.metadata.causationId),
    correlation_id: event.metadata.correlationId,
    command_id: event.metadata.commandId,
    data: event.data,
    metadata: {},
    livemode,
    recorded_at: event.recordedAt,
    created_at: event.recordedAt,
  });
}

/** The API's name for an event of that UUID. */
function eventName(id: string): string {
  return `evt_${id}`;
}

/** Our events have UUIDs of version 5, made from their command; other causes are requests and webhooks. */
const eventUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function causeOf(id: string): string {
  return eventUuid.test(id) ? eventName(id) : id;
}

export const eventSchema = z
  .object({
    id: z.string(),
    object: z.literal('event'),
    type: z.string(),
    stream: z.string(),
    revision: integer('The first event of a stream has 0.'),
    position: integer('Place in the order of all events.'),
    sentence: z.string(),
    actor: z.object({ kind: z.enum(['api_key', 'user', 'customer', 'system', 'stripe']), id: z.string() }),
    reason: z.string().nullable(),
    causation_id: z.string().meta({ description: 'The event, request or webhook that caused it.' }),
    correlation_id: z.string(),
    command_id: z.string(),
    data: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    recorded_at: timestamp,
    created_at: timestamp,
  })
  .meta({ id: 'Event' });
