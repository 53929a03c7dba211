import { z } from 'zod';
import { integer, listOf, oneCursor, oneCursorRefusal, pageParameters, timestamp } from '../shared/fields.js';

const webhookId = z.string().regex(/^[\w.:-]{1,255}$/);
const status = z.enum(['received', 'processed', 'ignored', 'failed', 'parked']);

export const inboundWebhookParams = z.strictObject({ id: webhookId });

const type = z.string().regex(/^[\w.]{1,255}$/);

export const listInboundWebhooksQuery = z
  .strictObject({
    ...pageParameters(webhookId),
    status: status.optional(),
    type: type.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const replayBody = z.strictObject({
  status: z.literal('parked'),
  type: type.optional().meta({ description: 'Only those of this type.' }),
  starting_after: webhookId
    .optional()
    .meta({ description: '`last` of the call before, so that what parked again meanwhile is left out.' }),
});

export const replaySchema = z
  .object({
    object: z.literal('inbound_webhook_replay'),
    replayed: integer('How many are handled again.'),
    has_more: z.boolean(),
    last: z.string().nullable(),
  })
  .meta({ id: 'InboundWebhookReplay' });

export const inboundWebhookSchema = z
  .object({
    id: z.string(),
    object: z.literal('inbound_webhook'),
    type: z.string(),
    status,
    api_version: z.string().nullable(),
    about: z.string().nullable().meta({ description: 'Id of the object that the webhook is about.' }),
    attempts: integer(),
    deliveries: integer('How often it was delivered, duplicates included.'),
    last_error: z.string().nullable(),
    note: z.string().nullable(),
    payload: z.string().optional().meta({
      description: 'The body byte for byte, save client secrets, which are not shown; not in lists.',
    }),
    acts: z
      .array(
        z.object({
          act: z.enum(['replay', 'ignore']),
          actor: z.object({ kind: z.string(), id: z.string() }),
          reason: z.string().nullable(),
          request: z.string(),
          at: timestamp,
        }),
      )
      .optional()
      .meta({ description: 'What was done to it by hand, the latest first; not in lists.' }),
    processed_at: timestamp.nullable(),
    next_attempt_at: timestamp.nullable(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'InboundWebhook' });

export const inboundWebhookListSchema = listOf(inboundWebhookSchema).meta({ id: 'InboundWebhookList' });
