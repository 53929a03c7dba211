import { z } from 'zod';
import { planStatuses } from '../../../application/ports/plan-queries.js';
import { parseCustomerId, parseInvoiceId, parseOrderId, parsePlanId } from '../../../domain/shared/ids.js';
import { partsMax } from '../../../domain/shared/plan-terms.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
import {
  amountField,
  createdParameters,
  currencyField,
  dateField,
  idField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
  wholeField,
} from '../shared/fields.js';
import { milestoneName, partsField, termsField, zoneField } from './terms.schemas.js';
import { termsSchema } from './terms-object.js';

const planId = idField(parsePlanId, 'plan');
const customerId = idField(parseCustomerId, 'cus');
const orderId = idField(parseOrderId, 'ord');
const invoiceId = idField(parseInvoiceId, 'inv');
const reason = textField(500);

export const planParams = z.strictObject({ id: planId });

export const createPlanBody = z
  .strictObject({
    invoice: invoiceId.meta({ description: 'An open one; the plan is of what may still be paid of it.' }),
    terms: termsField,
    time_zone: zoneField,
  })
  .meta({ id: 'CreatePaymentPlan' });

export const previewPlanBody = z
  .strictObject({
    amount: amountField,
    currency: currencyField,
    terms: termsField,
    approved_on: dateField.optional().meta({ description: 'Today when absent.' }),
    time_zone: zoneField,
  })
  .meta({ id: 'PreviewPaymentPlan' });

export const cancelPlanBody = z.strictObject({ reason });
export const pausePlanBody = z.strictObject({ reason });

const partNumber = wholeField(1, 1_000_000);

export const reschedulePlanBody = z
  .discriminatedUnion('action', [
    z.strictObject({
      action: z.literal('skip'),
      part: partNumber,
      to: dateField.optional().meta({ description: "The plan's next month when absent." }),
      reason,
    }),
    z.strictObject({ action: z.literal('replan'), parts: partsField, reason }),
  ])
  .meta({ id: 'ReschedulePaymentPlan' });

export const prepayPlanBody = z.strictObject({
  parts: wholeField(1, partsMax).optional().meta({ description: 'How many; all when absent.' }),
});

export const milestoneBody = z.strictObject({ name: milestoneName });

export const listPlansQuery = z
  .strictObject({
    ...pageParameters(planId),
    ...createdParameters,
    ...expandCustomer,
    status: z.enum(planStatuses).optional(),
    customer: customerId.optional(),
    order: orderId.optional(),
    invoice: invoiceId.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const partSchema = z.object({
  part: z.int(),
  status: z.enum(['scheduled', 'due', 'missed', 'settled']),
  amount: integer('Minor units.'),
  amount_tax: integer(
    'The tax in it; the parts have all the tax of the invoice, to the unit. Falls due with the part where the ' +
      "invoice's `tax_point` is `payment`, and fell due at the issue where it is not.",
  ),
  due_on: z.string().nullable().meta({ format: 'date' }),
  milestone: z.string().nullable(),
  collect: z.enum(['automatic', 'manual']),
  step: z.enum(['scheduled', 'due', 'missed']),
  amount_settled: integer(),
  amount_discounted: integer(),
  amount_outstanding: integer(),
  late_fees: integer('What missing it has cost so far; no part of the total.'),
  collection: z.string().nullable(),
  failed_collections: integer(),
});

export const planSchema = z
  .object({
    id: z.string(),
    object: z.literal('payment_plan'),
    status: z.enum(planStatuses),
    invoice: z.string(),
    order: z.string().nullable(),
    customer: customerOrId,
    currency: z.string(),
    total: integer('Minor units; the amounts of the parts sum to it.'),
    amount_settled: integer(),
    amount_discounted: integer(),
    amount_outstanding: integer(),
    amount_refundable: integer().nullable(),
    amount_retained: integer().nullable(),
    version: z.int(),
    parts: z.array(partSchema),
    terms: termsSchema,
    approved_on: z.string().meta({ format: 'date' }),
    time_zone: z.string(),
    released_at: timestamp.nullable(),
    paused_on: z.string().nullable().meta({ format: 'date', description: 'Null while dates count.' }),
    metadata: z.record(z.string(), z.string()),
    revision: integer('Revision of the last event; also the ETag.'),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'PaymentPlan' });

export const planListSchema = listOf(planSchema).meta({ id: 'PaymentPlanList' });

export const previewSchema = z
  .object({
    object: z.literal('payment_plan_preview'),
    currency: z.string(),
    total: integer(),
    approved_on: z.string().meta({ format: 'date' }),
    parts: z.array(
      partSchema.pick({ part: true, amount: true, due_on: true, milestone: true, collect: true }),
    ),
    terms: termsSchema,
  })
  .meta({ id: 'PaymentPlanPreview' });
