import { z } from 'zod';
import { manualPaymentStatuses } from '../../../application/ports/manual-payment-queries.js';
import { methods, reversalCauses } from '../../../domain/manual-payment/messages.js';
import { parseCustomerId, parseInvoiceId, parseManualPaymentId } from '../../../domain/shared/ids.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
import { zoneField } from '../plan/terms.schemas.js';
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
} from '../shared/fields.js';

const manualPaymentId = idField(parseManualPaymentId, 'mp');
const customerId = idField(parseCustomerId, 'cus');
const invoiceId = idField(parseInvoiceId, 'inv');
const reference = textField(140);

export const manualPaymentParams = z.strictObject({ id: manualPaymentId });

export const recordManualPaymentBody = z
  .strictObject({
    customer: customerId,
    invoice: invoiceId.optional(),
    method: z.enum(methods),
    amount: amountField,
    currency: currencyField,
    reference: reference.meta({ description: "A cheque's number, a wire's reference: what finds it again." }),
    received_on: dateField,
    value_on: dateField
      .optional()
      .meta({ description: 'From when the money is ours to use; received_on when absent.' }),
    evidence_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'A SHA-256 digest in 64 small hexadecimal digits is expected.' })
      .optional(),
    verify: z.boolean().default(false).meta({
      description: 'Verify at once, below the amount from which a second person is needed.',
    }),
    allow_duplicate: z.boolean().default(false),
    allow_overpayment: z.boolean().default(false).meta({
      description: 'More than the invoice asks for did come in; the rest becomes credit of the customer.',
    }),
    time_zone: zoneField,
  })
  .meta({ id: 'RecordManualPayment' });

export const verifyManualPaymentBody = z.strictObject({ reason: textField(500).optional() });
export const rejectManualPaymentBody = z.strictObject({ reason: textField(500) });

export const reverseManualPaymentBody = z
  .strictObject({
    cause: z.enum(reversalCauses),
    fee: amountField.optional().meta({ description: 'What the bank takes for it, in minor units.' }),
    reason: textField(500),
  })
  .meta({ id: 'ReverseManualPayment' });

export const listManualPaymentsQuery = z
  .strictObject({
    ...pageParameters(manualPaymentId),
    ...createdParameters,
    ...expandCustomer,
    status: z.enum(manualPaymentStatuses).optional(),
    customer: customerId.optional(),
    invoice: invoiceId.optional(),
    reference: reference.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const date = z.string().meta({ format: 'date' });

export const manualPaymentSchema = z
  .object({
    id: z.string(),
    object: z.literal('manual_payment'),
    status: z.enum(manualPaymentStatuses),
    customer: customerOrId,
    invoice: z.string().nullable(),
    method: z.enum(methods),
    amount: integer('Minor units.'),
    currency: z.string(),
    amount_applied: integer('Set against invoices now.'),
    amount_credited: integer('No invoice took it: it became credit of the customer.'),
    amount_unapplied: integer('Ours, and neither set against an invoice nor turned into credit.'),
    reference: z.string(),
    received_on: date,
    recorded_on: date,
    value_on: date,
    evidence_sha256: z.string().nullable(),
    recorded_by: z.string(),
    needs_second_person: z.boolean(),
    verified_by: z.string().nullable(),
    reversal_cause: z.enum(reversalCauses).nullable(),
    reversal_fee: integer().nullable(),
    possible_duplicates: z
      .array(z.string())
      .optional()
      .meta({ description: 'Told when it is recorded: others with its reference, amount and date.' }),
    metadata: z.record(z.string(), z.string()),
    revision: integer('Revision of the last event; also the ETag.'),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'ManualPayment' });

export const manualPaymentListSchema = listOf(manualPaymentSchema).meta({ id: 'ManualPaymentList' });
