import { z } from 'zod';
import {
  parseCollectionId,
  parseCustomerId,
  parseInvoiceId,
  parseManualPaymentId,
} from '../../../domain/shared/ids.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
import {
  amountField,
  createdParameters,
  idField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
} from '../shared/fields.js';

const collectionId = idField(parseCollectionId, 'col');
const invoiceId = idField(parseInvoiceId, 'inv');

export const collectionParams = z.strictObject({ id: collectionId });
export const payInvoiceParams = z.strictObject({ id: invoiceId });

const amount = amountField.optional();

const tender = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('credit'), amount }).meta({ title: "The customer's credit" }),
  z
    .strictObject({
      type: z.literal('card'),
      amount,
      payment_method: textField(255),
      off_session: z.boolean().default(false),
    })
    .meta({ title: 'A payment method of the provider' }),
  z
    .strictObject({
      type: z.literal('manual'),
      amount,
      manual_payment: idField(parseManualPaymentId, 'mp'),
    })
    .meta({ title: 'A cheque, wire or cash' }),
]);

export const payInvoiceBody = z
  .strictObject({
    amount: amountField.optional().meta({ description: 'Minor units; all that is due when absent.' }),
    mode: z
      .enum(['all_or_nothing', 'accumulate'])
      .default('all_or_nothing')
      .meta({ description: 'Whether parts that came in are kept when another one fails.' }),
    tenders: z.array(tender).min(1).max(10).meta({
      description:
        'In the order in which they are tried. One without an amount brings as much as it has, or all that is left.',
    }),
  })
  .meta({ id: 'PayInvoice' });

export const listCollectionsQuery = z
  .strictObject({
    ...pageParameters(collectionId),
    ...createdParameters,
    ...expandCustomer,
    invoice: invoiceId.optional(),
    customer: idField(parseCustomerId, 'cus').optional(),
    status: z.enum(['processing', 'succeeded', 'failed']).optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const refusal = z.object({ code: z.string(), message: z.string() });

const legSchema = z.object({
  leg: z.int(),
  type: z.enum(['credit', 'card', 'manual']),
  status: z.enum(['waiting', 'reserved', 'settled', 'failed', 'released']),
  amount: integer('Minor units.'),
  payment: z.string().optional(),
  manual_payment: z.string().optional(),
  last_error: refusal.nullable(),
});

const shared = {
  id: z.string(),
  object: z.literal('collection'),
  invoice: z.string(),
  customer: customerOrId,
  payment_plan: z.string().nullable(),
  part: z.int().nullable(),
  status: z.enum(['processing', 'succeeded', 'failed']),
  mode: z.enum(['all_or_nothing', 'accumulate']),
  amount: integer('Minor units.'),
  amount_settled: integer(),
  currency: z.string(),
  livemode: z.boolean(),
  created_at: timestamp,
};

export const collectionSchema = z
  .object({
    ...shared,
    legs: z.array(legSchema),
    last_error: refusal.nullable(),
    revision: integer('Revision of the last event; also the ETag.'),
  })
  .meta({ id: 'Collection' });

export const collectionListSchema = listOf(
  z.object({ ...shared, failure_code: z.string().nullable() }).meta({ id: 'ListedCollection' }),
).meta({ id: 'CollectionList' });
