import { z } from 'zod';
import { disputeStatuses } from '../../../domain/payment/intent.js';
import { parseCustomerId, parseDisputeId, parsePaymentId } from '../../../domain/shared/ids.js';
import { customerOrId } from '../customer/customers.schemas.js';
import { expandField } from '../shared/expand.js';
import {
  createdParameters,
  currencyField,
  idField,
  instantField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  timestamp,
} from '../shared/fields.js';
import { paymentSchema } from './payments.schemas.js';

const disputeId = idField(parseDisputeId, 'dp');
const status = z.enum(disputeStatuses);

export const disputeParams = z.strictObject({ id: disputeId });

const expand = expandField(['customer', 'payment', 'payment.customer']);
export const disputeQuery = z.strictObject(expand);

export const listDisputesQuery = z
  .strictObject({
    ...pageParameters(disputeId),
    ...createdParameters,
    ...expand,
    status: status.optional(),
    customer: idField(parseCustomerId, 'cus').optional(),
    payment: idField(parsePaymentId, 'pay').optional(),
    currency: currencyField.optional(),
    awaits_evidence: z
      .enum(['true', 'false'])
      .optional()
      .meta({ description: 'Whether nobody has answered or decided it.' }),
    'evidence_due_by[gte]': instantField
      .optional()
      .meta({ description: 'With either of these the list is by that time, the latest first.' }),
    'evidence_due_by[lt]': instantField.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const disputeSchema = z
  .object({
    id: z.string().meta({
      description:
        "Derived from the payment's id and the provider's id for the dispute, so that it never changes.",
    }),
    object: z.literal('dispute'),
    payment: z.union([z.string(), paymentSchema]),
    customer: customerOrId.nullable(),
    status,
    amount: integer('Minor units; may be more than was captured.'),
    currency: z.string(),
    amount_taken: integer('Minor units that it took and has not brought back.'),
    reason: z.string().meta({ description: "The bank's, in the provider's word for it." }),
    evidence_due_by: timestamp.nullable(),
    metadata: z.record(z.string(), z.string()),
    provider: z.object({ name: z.literal('stripe'), dispute: z.string() }),
    livemode: z.boolean(),
    created_at: timestamp,
    closed_at: timestamp.nullable(),
  })
  .meta({ id: 'Dispute' });

export const disputeListSchema = listOf(disputeSchema).meta({ id: 'DisputeList' });
