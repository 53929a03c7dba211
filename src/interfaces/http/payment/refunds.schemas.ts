import { z } from 'zod';
import { refundStatuses } from '../../../application/ports/read-models.js';
import { parsePaymentId, parseRefundId } from '../../../domain/shared/ids.js';
import { refundReasons } from '../../../domain/shared/refund-reason.js';
import { expandField } from '../shared/expand.js';
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
import { paymentSchema } from './payments.schemas.js';

const refundId = idField(parseRefundId, 're');
const paymentId = idField(parsePaymentId, 'pay');
const status = z.enum(refundStatuses);
const expand = expandField(['payment', 'payment.customer']);

export const refundParams = z.strictObject({ id: refundId });
export const refundQuery = z.strictObject(expand);

export const createRefundBody = z
  .strictObject({
    payment: paymentId,
    amount: amountField.optional().meta({ description: 'Minor units; all that is left when absent.' }),
    reason: z.enum(refundReasons).optional(),
  })
  .meta({ id: 'CreateRefund' });

export const decideRefundBody = z.strictObject({ reason: textField(500) }).meta({ id: 'DecideRefund' });

export const listRefundsQuery = z
  .strictObject({
    ...pageParameters(refundId),
    ...createdParameters,
    ...expand,
    payment: paymentId.optional(),
    status: status.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const refundSchema = z
  .object({
    id: z.string(),
    object: z.literal('refund'),
    payment: z.union([z.string(), paymentSchema]),
    status,
    amount: integer('Minor units.'),
    currency: z.string(),
    reason: z.string().nullable(),
    failure_reason: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    provider: z.object({ name: z.literal('stripe'), refund: z.string().nullable() }),
    approval: z.object({ requested_by: z.string(), decided_by: z.string().nullable() }).nullable().meta({
      description: 'Who asked and who decided, where it took two people; null where one was enough.',
    }),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Refund' });

export const refundListSchema = listOf(refundSchema).meta({ id: 'RefundList' });
