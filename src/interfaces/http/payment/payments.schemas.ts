import { z } from 'zod';
import { paymentStatuses } from '../../../application/ports/read-models.js';
import { parseCustomerId, parseOrderId, parsePaymentId } from '../../../domain/shared/ids.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
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

const paymentId = idField(parsePaymentId, 'pay');
const customerId = idField(parseCustomerId, 'cus');
const orderId = idField(parseOrderId, 'ord');

const paymentMethod = z
  .string()
  .regex(/^pm_\w{1,250}$/, { error: 'A payment method of the provider, such as pm_card_visa, is expected.' });

const offSession = z.boolean().default(false).meta({
  description: 'The customer is not there: a saved method is charged, and cannot be authenticated.',
});

export const paymentParams = z.strictObject({ id: paymentId });

const status = z.enum(paymentStatuses);

/** What is filled in where somebody tries it out in the documentation. */
const paymentExample = {
  ...{ amount: 5_000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true },
  ...{ description: 'Order 1001', metadata: { cart: '77' } },
};

export const createPaymentBody = z
  .strictObject({
    amount: amountField,
    currency: currencyField,
    customer: customerId.optional(),
    order: orderId.optional().meta({
      description:
        'Refused with 422: an order is paid through its invoice, by `POST /v1/invoices/:id/pay`, and the refusal names it.',
    }),
    capture_method: z.enum(['automatic', 'manual']).default('automatic'),
    payment_method: paymentMethod.optional(),
    confirm: z.boolean().default(false),
    off_session: offSession,
    description: textField(1000).optional(),
    metadata: metadataField.default({}),
  })
  .refine((body) => body.confirm === (body.payment_method !== undefined), {
    error: 'payment_method and confirm: true go together; without them the payment waits to be confirmed.',
    path: ['payment_method'],
  })
  .refine((body) => !body.off_session || (body.confirm && body.customer !== undefined), {
    error:
      'off_session charges a saved payment method of the customer: it goes with customer and confirm: true.',
    path: ['off_session'],
  })
  .meta({ id: 'CreatePayment', examples: [paymentExample] });

export const confirmPaymentBody = z
  .strictObject({ payment_method: paymentMethod, off_session: offSession })
  .meta({ id: 'ConfirmPayment' });

export const capturePaymentBody = z
  .strictObject({ amount: amountField.optional() })
  .meta({ id: 'CapturePayment' });

export const emptyBody = z.strictObject({});

export const listPaymentsQuery = z
  .strictObject({
    ...pageParameters(paymentId),
    ...createdParameters,
    ...expandCustomer,
    status: status.optional(),
    customer: customerId.optional(),
    order: orderId.optional(),
    currency: currencyField.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const lastErrorSchema = z.object({
  code: z.string(),
  decline_code: z.string().nullable(),
  message: z.string(),
});

export const paymentSchema = z
  .object({
    id: z.string(),
    object: z.literal('payment'),
    status,
    amount: integer('Minor units.'),
    currency: z.string(),
    amount_authorized: integer(),
    amount_captured: integer(),
    amount_refunded: integer(),
    capture_method: z.enum(['automatic', 'manual']),
    customer: customerOrId.nullable(),
    order: z.string().nullable(),
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    provider: z.object({ name: z.literal('stripe'), payment_intent: z.string().nullable() }),
    client_secret: z.string().optional().meta({ description: 'Only while the customer must act.' }),
    next_action: z.object({ type: z.literal('redirect_to_url'), url: z.string() }).optional(),
    last_error: lastErrorSchema.nullable(),
    revision: integer('Revision of the last event; also the ETag.'),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Payment' });

export const paymentListSchema = listOf(paymentSchema).meta({ id: 'PaymentList' });
