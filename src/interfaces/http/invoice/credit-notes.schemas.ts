import { z } from 'zod';
import { parseCreditNoteId, parseCustomerId, parseInvoiceId } from '../../../domain/shared/ids.js';
import {
  amountField,
  createdParameters,
  idField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  timestamp,
  wholeField,
} from '../shared/fields.js';

const creditNoteId = idField(parseCreditNoteId, 'cn');
const invoiceId = idField(parseInvoiceId, 'inv');

export const creditNoteParams = z.strictObject({ id: creditNoteId });

const reason = z.enum([
  'returned',
  'duplicate',
  'order_change',
  'goodwill',
  'early_payment_discount',
  'other',
]);

const creditedLine = z.strictObject({
  line: wholeField(1, 500),
  amount: amountField
    .optional()
    .meta({ description: 'Minor units, with tax; all that is left of the line when absent.' }),
});

export const createCreditNoteBody = z
  .strictObject({
    invoice: invoiceId,
    lines: z.array(creditedLine).min(1).max(500).optional(),
    amount: amountField
      .optional()
      .meta({ description: 'Minor units of the whole invoice, with tax, shared out to its lines.' }),
    reason,
  })
  .refine(({ lines, amount }) => lines === undefined || amount === undefined, {
    error: 'Use lines or amount, or neither to credit all that is left.',
    path: ['amount'],
  })
  .refine(({ lines = [] }) => new Set(lines.map(({ amount }) => amount === undefined)).size <= 1, {
    error: 'Give an amount for every line, or for none.',
    path: ['lines'],
  })
  .meta({
    id: 'CreateCreditNote',
    examples: [
      { invoice: 'inv_0193f1a0-0000-7000-8000-000000000001', lines: [{ line: 2 }], reason: 'returned' },
    ],
  });

export const listCreditNotesQuery = z
  .strictObject({
    ...pageParameters(creditNoteId),
    ...createdParameters,
    invoice: invoiceId.optional(),
    customer: idField(parseCustomerId, 'cus').optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const summary = {
  id: z.string(),
  object: z.literal('credit_note'),
  invoice: z.string(),
  status: z.enum(['pending', 'issued']),
  number: z.string().nullable(),
  reason,
  issued_on: z.string(),
  currency: z.string(),
  amount_net: integer(),
  amount_tax: integer(),
  amount_total: integer('Below zero where it takes another credit note back.'),
  reverses: z.string().nullable().meta({ description: 'The credit note that this one takes back.' }),
  metadata: z.record(z.string(), z.string()),
  livemode: z.boolean(),
  created_at: timestamp,
};

export const creditNoteSchema = z
  .object({
    ...summary,
    lines: z.array(
      z.object({
        line: z.number().int(),
        amount_net: integer(),
        amount_tax: integer(),
        amount_total: integer(),
        taxes: z.array(
          z.object({ rate: z.number().int().meta({ description: "As the invoice's." }), amount: integer() }),
        ),
      }),
    ),
  })
  .meta({ id: 'CreditNote' });

export const creditNoteListSchema = listOf(z.object(summary).meta({ id: 'CreditNoteSummary' })).meta({
  id: 'CreditNoteList',
});
