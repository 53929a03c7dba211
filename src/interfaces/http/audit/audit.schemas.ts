import { z } from 'zod';
import type { StreamName } from '../../../application/ports/event-store.js';
import type { Instant } from '../../../domain/shared/instant.js';
import { parseInstant } from '../../../domain/shared/instant.js';
import { integer, limitField, listOf, positionField, timestamp } from '../shared/fields.js';
import { eventSchema } from './event-object.js';

export const streamField = z
  .templateLiteral([z.string().regex(/^[a-z][A-Za-z]{0,63}$/), '-', z.string().regex(/^[\w.:-]{1,200}$/)])
  .refine((name): name is StreamName => name.length <= 250)
  .meta({ type: 'string', examples: ['payment-pay_0193f1a0-0000-7000-8000-000000000001'] });

/** With its prefix, or the bare UUID. */
const eventId = z
  .string()
  .regex(/^(evt_)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  .transform((id) => id.replace('evt_', ''))
  .meta({ type: 'string' });

const replayId = z.string().regex(/^rpy_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

export const replayParams = z.strictObject({ id: replayId });
export const eventParams = z.strictObject({ id: eventId });
export const streamParams = z.strictObject({ stream: streamField });
export const eventsQuery = z.strictObject({ after_position: positionField.optional(), limit: limitField });
export const streamEventsQuery = z.strictObject({
  from_revision: positionField.optional(),
  limit: limitField,
});
export const eventListSchema = listOf(eventSchema).meta({ id: 'EventList' });

/** After which of its events, or at what time, a stream is looked at. */
export type Moment = { readonly revision: bigint } | { readonly instant: Instant };

export const momentField = z
  .string()
  .transform((text, context): Moment => {
    if (/^\d{1,18}$/.test(text)) return { revision: BigInt(text) };
    const instant = parseInstant(text);
    if (instant !== undefined) return { instant };
    context.issues.push({
      code: 'custom',
      message: 'A revision, or a time in UTC such as 2026-11-01T09:30:00Z, is expected.',
      params: { code: 'moment_malformed' },
      input: text,
    });
    return z.NEVER;
  })
  .meta({ type: 'string' });

export const stateQuery = z.strictObject({ stream: streamField, at: momentField.optional() });
export const stateSchema = z
  .object({
    object: z.literal('historic_state'),
    stream: z.string(),
    revision: integer().nullable(),
    position: integer().nullable(),
    as_of: timestamp.nullable().meta({
      description: 'When the last event that is counted was recorded; null before the first.',
    }),
    recorded_at: timestamp.nullable(),
    caused_by: eventSchema.nullable(),
    state: z.unknown(),
    livemode: z.boolean(),
  })
  .meta({ id: 'HistoricState' });

export const replayBody = z
  .strictObject({
    projection: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,62}$/)
      .default('all'),
    swap: z.boolean().default(false),
  })
  .meta({ id: 'CreateReplay' });

const side = z.record(z.string(), z.unknown()).nullable();
export const replayReportSchema = z
  .object({
    id: z.string(),
    object: z.literal('replay_report'),
    projection: z.string(),
    version: z.int(),
    position: integer(),
    as_of: timestamp,
    events: integer(),
    rows_compared: integer(),
    difference_count: integer(),
    differences: z.array(z.object({ table: z.string(), key: z.string(), live: side, rebuilt: side })),
    swapped: z.boolean(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    started_at: timestamp,
    finished_at: timestamp,
    created_at: timestamp,
  })
  .meta({ id: 'ReplayReport' });
export const replayListSchema = listOf(replayReportSchema).meta({ id: 'ReplayReportList' });
