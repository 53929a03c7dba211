import { z } from 'zod';
import { parseCustomerId } from '../../../domain/shared/ids.js';
import { idField, instantField, integer, positionField, timestamp, wholeField } from '../shared/fields.js';

export const statementParams = z.strictObject({ id: idField(parseCustomerId, 'cus') });

export const statementQuery = z.strictObject({
  as_of: instantField.optional().meta({ description: 'What was decided by then; now when absent.' }),
  after_position: positionField
    .optional()
    .meta({ description: 'Lines behind this position: the `next_position` of the page before.' }),
  limit: wholeField(1, 1000).default(100),
});

const amounts = {
  currency: z.string(),
  receivable: integer('Owed on invoices.'),
  credit: integer('Credit that can be spent, below zero.'),
  unapplied: integer('Paid and not set against an invoice, below zero.'),
  balance: integer(
    'The sum of the three: above zero the customer owes it, below zero it is owed to the customer.',
  ),
};

export const statementSchema = z
  .object({
    object: z.literal('customer_statement'),
    customer: z.string(),
    as_of: timestamp,
    position: integer('The last event that is counted.'),
    balances: z.array(z.object(amounts)),
    data: z.array(
      z.object({
        event: z.string(),
        description: z.string(),
        stream: z.string(),
        position: integer(),
        at: timestamp,
        ...amounts,
      }),
    ),
    has_more: z.boolean(),
    next_position: integer('To go on from; the last line of this page.').nullable(),
    livemode: z.boolean(),
  })
  .meta({ id: 'CustomerStatement' });
