import { z } from 'zod';
import { parseCustomerId, parseSetupId } from '../../../domain/shared/ids.js';
import { idField, integer, listOf, timestamp } from '../shared/fields.js';

const customerId = idField(parseCustomerId, 'cus');

export const customerParams = z.strictObject({ id: customerId });
export const setupParams = z.strictObject({ id: customerId, setup: idField(parseSetupId, 'pms') });
export const methodParams = z.strictObject({ id: customerId, pm: z.string().regex(/^pm_\w{1,250}$/) });

export const createSetupBody = z
  .strictObject({ usage: z.enum(['off_session', 'on_session']).default('off_session') })
  .meta({ id: 'CreateSetupIntent' });

const status = z.enum(['processing', 'requires_payment_method', 'requires_action', 'succeeded', 'canceled']);

export const setupSchema = z
  .object({
    id: z.string(),
    object: z.literal('setup_intent'),
    customer: z.string(),
    status: status.meta({ description: '`processing` also while the provider has not answered yet.' }),
    payment_method: z.string().nullable(),
    client_secret: z.string().optional().meta({ description: 'Only while the customer must act.' }),
    next_action: z.object({ type: z.literal('redirect_to_url'), url: z.string() }).optional(),
    last_error: z.object({ code: z.string(), message: z.string() }).nullable(),
    provider: z.object({ name: z.literal('stripe'), setup_intent: z.string().nullable() }),
    revision: integer("Of the customer's last event; also the ETag."),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'SetupIntent' });

export const methodSchema = z
  .object({
    id: z.string(),
    object: z.literal('payment_method'),
    customer: z.string(),
    kind: z.string(),
    brand: z.string().nullable(),
    last4: z.string().nullable(),
    exp_month: z.int().nullable(),
    exp_year: z.int().nullable(),
    funding: z.string().nullable(),
    country: z.string().nullable(),
    default: z.boolean(),
    status: z.enum(['active', 'removing']),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'PaymentMethod' });

export const removedMethodSchema = z
  .object({
    id: z.string(),
    object: z.literal('payment_method'),
    customer: z.string(),
    status: z.enum(['removing', 'removed']),
  })
  .meta({ id: 'RemovedPaymentMethod' });

export const methodListSchema = listOf(methodSchema).meta({ id: 'PaymentMethodList' });
