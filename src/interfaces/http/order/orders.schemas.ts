import { z } from 'zod';
import { orderStatuses } from '../../../application/ports/order-queries.js';
import { parseCustomerId, parseOrderId } from '../../../domain/shared/ids.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
import { termsField, zoneField } from '../plan/terms.schemas.js';
import { termsSchema } from '../plan/terms-object.js';
import {
  amountField,
  createdParameters,
  currencyField,
  idField,
  integer,
  listOf,
  metadataField,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
} from '../shared/fields.js';

const orderId = idField(parseOrderId, 'ord');
const customerId = idField(parseCustomerId, 'cus');
const status = z.enum(orderStatuses);

export const orderParams = z.strictObject({ id: orderId });

export const createOrderBody = z
  .strictObject({
    customer: customerId,
    currency: currencyField,
    total: amountField.optional(),
    description: textField(1_000).optional(),
    metadata: metadataField.default({}),
  })
  .meta({ id: 'CreateOrder' });

export const transitionBody = z
  .strictObject({
    to: status,
    total: amountField.optional().meta({
      description: 'Set before the approval, amended after it; with the status it has, nothing else happens.',
    }),
    terms: termsField.optional().meta({ description: 'With the approval, which is payment_pending.' }),
    time_zone: zoneField,
    reason: textField(500),
  })
  .refine(({ to, terms }) => terms === undefined || to === 'payment_pending', {
    error: 'Terms come with the approval.',
    path: ['terms'],
  })
  .refine(({ to, total }) => total === undefined || (to !== 'completed' && to !== 'canceled'), {
    error: 'An order that ends has the total it had.',
    path: ['total'],
  })
  .meta({ id: 'OrderTransition' });

export const listOrdersQuery = z
  .strictObject({
    ...pageParameters(orderId),
    ...createdParameters,
    ...expandCustomer,
    status: status.optional(),
    customer: customerId.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const orderSchema = z
  .object({
    id: z.string(),
    object: z.literal('order'),
    status,
    customer: customerOrId,
    currency: z.string(),
    total: integer('Minor units.').nullable(),
    amount_settled: integer('What was settled when it became paid.').nullable(),
    terms: termsSchema.nullable(),
    approved_on: z.string().nullable().meta({ format: 'date' }),
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    revision: integer('Revision of the last event; also the ETag.'),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Order' });

export const orderListSchema = listOf(orderSchema).meta({ id: 'OrderList' });
