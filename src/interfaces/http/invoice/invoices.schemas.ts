import { z } from 'zod';
import { taxPoints } from '../../../domain/invoice/content.js';
import { invoicePurposes } from '../../../domain/invoice/events.js';
import { parseCustomerId, parseInvoiceId, parseOrderId } from '../../../domain/shared/ids.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
import {
  amountField,
  createdParameters,
  currencyField,
  dateField,
  decimalField,
  idField,
  integer,
  listOf,
  metadataField,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
  wholeField,
} from '../shared/fields.js';

const invoiceId = idField(parseInvoiceId, 'inv');
const customerId = idField(parseCustomerId, 'cus');
const orderId = idField(parseOrderId, 'ord');

export const invoiceParams = z.strictObject({ id: invoiceId });

const quantity = decimalField(6, 'above_zero', '1.5');
const unitPrice = decimalField(12, 'not_negative', '0.000125').meta({
  description: 'In major units, such as 68.33; the line is rounded to the minor unit once.',
});
const percentage = decimalField(6, 'share', '20');

const discountField = z
  .strictObject({ amount: amountField.optional(), percentage: percentage.optional() })
  .refine(({ amount, percentage: share }) => (amount === undefined) !== (share === undefined), {
    error: 'A discount is an amount or a percentage.',
  })
  .meta({ id: 'Discount' });

const taxField = z
  .strictObject({
    name: textField(100),
    percentage,
    jurisdiction: textField(100).optional(),
    inclusive: z.boolean().default(false),
  })
  .meta({ id: 'GivenTaxRate' });

const tierField = z.strictObject({ description: textField(200), quantity, unit_price: unitPrice });

const lineField = z
  .strictObject({
    description: textField(1000),
    quantity: quantity.optional().meta({ description: '1 when absent.' }),
    unit_price: unitPrice.optional(),
    tiers: z.array(tierField).min(1).max(20).optional(),
    discount: discountField.optional(),
    taxes: z.array(taxField).max(5).default([]),
    period: z.strictObject({ from: dateField, to: dateField }).optional(),
    metadata: metadataField.default({}),
  })
  .refine((line) => (line.unit_price === undefined) !== (line.tiers === undefined), {
    error: 'A line has a unit_price or tiers.',
    path: ['unit_price'],
  })
  .refine((line) => line.quantity === undefined || line.tiers === undefined, {
    error: 'The tiers say the quantity.',
    path: ['quantity'],
  })
  .meta({ id: 'GivenInvoiceLine' });

const linesField = z.array(lineField).min(1).max(500);
const days = wholeField(0, 3_650).meta({ description: 'After the day of issue; 0 when absent.' });
const oneDueRule = {
  error: 'Use due_on or days_until_due, not both.',
  path: ['days_until_due'],
};
const hasOneDueRule = (body: { due_on?: unknown; days_until_due?: unknown }) =>
  body.due_on === undefined || body.days_until_due === undefined;

const taxPointField = z.enum(taxPoints).meta({
  description: 'When tax falls due: all of it at the issue, or with each payment its share, as of a deposit.',
});

export const createInvoiceBody = z
  .strictObject({
    customer: customerId,
    order: orderId.optional(),
    currency: currencyField,
    lines: linesField,
    discount: discountField.optional(),
    due_on: dateField.optional(),
    days_until_due: days.optional(),
    memo: textField(2000).optional(),
    purpose: z.enum(['sale', 'late_fee']).default('sale'),
    tax_point: taxPointField.default('issue'),
    metadata: metadataField.default({}),
  })
  .refine(hasOneDueRule, oneDueRule)
  .meta({
    id: 'CreateInvoice',
    examples: [
      {
        customer: 'cus_0193f1a0-0000-7000-8000-000000000001',
        currency: 'EUR',
        days_until_due: 30,
        lines: [
          {
            description: 'Support, October',
            quantity: '1.5',
            unit_price: '68.33',
            taxes: [{ name: 'VAT', percentage: '20', jurisdiction: 'FR' }],
          },
        ],
      },
    ],
  });

/** What is not given stays as it is. */
export const reviseInvoiceBody = z
  .strictObject({
    lines: linesField.optional(),
    discount: discountField.nullable().optional(),
    due_on: dateField.optional(),
    days_until_due: days.optional(),
    memo: textField(2000).nullable().optional(),
    tax_point: taxPointField.optional(),
    metadata: metadataField.optional(),
  })
  .refine(hasOneDueRule, oneDueRule)
  .refine((body) => Object.keys(body).length > 0, { error: 'Say what is to be revised.' })
  .meta({ id: 'ReviseInvoice' });

const status = z.enum(['draft', 'finalizing', 'open', 'paid', 'void', 'uncollectible']);

export const listInvoicesQuery = z
  .strictObject({
    ...pageParameters(invoiceId),
    ...createdParameters,
    ...expandCustomer,
    status: status.optional(),
    customer: customerId.optional(),
    order: orderId.optional(),
    number: textField(60).optional().meta({ description: 'The beginning of a number, or all of it.' }),
    'due_on[gte]': dateField.optional(),
    'due_on[lte]': dateField.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const agingQuery = z.strictObject({
  as_of: dateField.optional().meta({ description: 'The end of that day; today when absent.' }),
  customer: customerId.optional(),
});

const summary = {
  id: z.string(),
  object: z.literal('invoice'),
  status,
  number: z.string().nullable(),
  issued_on: z.string().nullable(),
  due_on: z.string().nullable(),
  overdue: z.boolean(),
  customer: customerOrId,
  order: z.string().nullable(),
  purpose: z.enum(invoicePurposes),
  currency: z.string(),
  amount_net: integer('Minor units, after discounts and without tax.'),
  amount_tax: integer(),
  amount_tax_due: integer(
    'Owed to the authorities by now: all of it from the issue on, or what was paid of it, by `tax_point`.',
  ),
  amount_total: integer(),
  amount_paid: integer(),
  amount_credited: integer('By credit notes.'),
  amount_written_off: integer(),
  amount_due: integer('total - paid - credited - written off; 0 on drafts and void ones.'),
  metadata: z.record(z.string(), z.string()),
  revision: integer('Revision of the last event; also the ETag.'),
  livemode: z.boolean(),
  created_at: timestamp,
};

const given = z.object({ amount: integer().optional(), percentage: z.string().optional() }).nullable();
const lineSchema = z.object({
  line: z.number().int(),
  description: z.string(),
  quantity: z.string().nullable(),
  unit_price: z.string().nullable(),
  tiers: z
    .array(z.object({ description: z.string(), quantity: z.string(), unit_price: z.string() }))
    .nullable(),
  discount: given,
  period: z.object({ from: z.string(), to: z.string() }).nullable(),
  amount_gross: integer('Before discounts.'),
  amount_discount: integer("Its own discount and its part of the invoice's."),
  amount_net: integer(),
  amount_tax: integer(),
  amount_total: integer(),
  taxes: z.array(z.object({ rate: z.number().int(), amount: integer() })),
  metadata: z.record(z.string(), z.string()),
});

export const invoiceSchema = z
  .object({
    ...summary,
    amount_gross: integer(),
    amount_discount: integer(),
    lines: z.array(lineSchema),
    taxes: z.array(
      z.object({
        rate: z.number().int(),
        name: z.string(),
        percentage: z.string(),
        jurisdiction: z.string().nullable(),
        inclusive: z.boolean(),
        amount_taxable: integer('What the rate was applied to, without tax.'),
        amount: integer('Worked out once for the whole invoice.'),
        remainder_to: z
          .array(z.number().int())
          .meta({ description: 'Lines whose part of the amount was rounded up.' }),
      }),
    ),
    discount: given,
    discount_remainder_to: z.array(z.number().int()),
    memo: z.string().nullable(),
    tax_point: z.enum(taxPoints),
    days_until_due: z.number().int().nullable(),
    payments: z.array(
      z.object({
        application: z.string(),
        tender: z.enum(['card', 'credit', 'manual']),
        payment: z.string().meta({ description: 'The payment, hold or manual payment that brought it.' }),
        amount: integer(),
        amount_reversed: integer(),
        applied_at: timestamp,
      }),
    ),
    credit_notes: z.array(
      z.object({ id: z.string(), number: z.string().nullable(), amount_total: integer() }),
    ),
    collection: z
      .string()
      .nullable()
      .meta({ description: 'The collection that alone may ask for money now.' }),
    billing_identity_sha256: z.string().nullable(),
    sent_at: timestamp.nullable(),
    finalized_at: timestamp.nullable(),
  })
  .meta({ id: 'Invoice' });

export const invoiceListSchema = listOf(z.object(summary).meta({ id: 'InvoiceSummary' })).meta({
  id: 'InvoiceList',
});

const aged = {
  current: integer('Not yet overdue: until the end of the due date.'),
  days_1_30: integer(),
  days_31_60: integer(),
  days_61_90: integer(),
  days_over_90: integer(),
  overdue: integer(),
  total: integer(),
};
export const agingSchema = z
  .object({
    object: z.literal('aging'),
    as_of: z.string(),
    position: integer('The last event that is counted.'),
    customer: z.string().nullable(),
    data: z.array(z.object({ currency: z.string(), ...aged })),
  })
  .meta({ id: 'Aging' });
