import { z } from 'zod';
import { creditTypes } from '../../../domain/credit/grant.js';
import { parseCreditId, parseCustomerId } from '../../../domain/shared/ids.js';
import { customerOrId, expandCustomer } from '../customer/customers.schemas.js';
import {
  amountField,
  createdParameters,
  currencyField,
  dateField,
  idField,
  instantField,
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

const creditId = idField(parseCreditId, 'crd');
const customerId = idField(parseCustomerId, 'cus');
const type = z.enum(creditTypes);
const status = z.enum(['active', 'exhausted', 'expired', 'voided']);
const lateReturn = z.enum(['breakage', 'extension']);

export const creditParams = z.strictObject({ id: creditId });
export const customerParams = z.strictObject({ id: customerId });

export const grantCreditBody = z
  .strictObject({
    customer: customerId,
    amount: amountField,
    currency: currencyField.default('USD'),
    type,
    source: textField(200)
      .optional()
      .meta({ description: 'Where it comes from, such as a campaign or the id of a payment.' }),
    description: textField(1000).optional(),
    priority: wholeField(0, 1000).default(100).meta({ description: 'Lower is used first.' }),
    expires_at: instantField
      .optional()
      .meta({ description: 'The first instant at which it cannot be spent any more.' }),
    expires_on: dateField
      .optional()
      .meta({ description: "The last day on which it can be spent, in the customer's time zone." }),
    late_return: lateReturn
      .default('breakage')
      .meta({ description: 'What becomes of credit that comes back after the expiry.' }),
    late_return_days: wholeField(1, 366)
      .optional()
      .meta({ description: 'With `extension`: how much longer it can be spent then.' }),
    metadata: metadataField.default({}),
  })
  .refine((body) => body.expires_at === undefined || body.expires_on === undefined, {
    error: 'Use expires_at or expires_on, not both.',
    path: ['expires_on'],
  })
  .refine((body) => (body.late_return === 'extension') === (body.late_return_days !== undefined), {
    error: 'late_return_days goes with late_return: extension.',
    path: ['late_return_days'],
  })
  .meta({ id: 'GrantCredit' });

export const listCreditsQuery = z
  .strictObject({
    ...pageParameters(creditId),
    ...createdParameters,
    ...expandCustomer,
    customer: customerId.optional(),
    status: status.optional(),
    type: type.optional(),
    currency: currencyField.optional(),
    'expires_at[lte]': instantField.optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const creditSchema = z
  .object({
    id: z.string(),
    object: z.literal('credit'),
    customer: customerOrId,
    status,
    amount: integer('Minor units, as granted.'),
    currency: z.string(),
    remaining_amount: integer('Neither spent nor gone; what is on hold is in it.'),
    held_amount: integer(),
    fully_used: z.boolean().meta({ description: 'All of it was spent.' }),
    type,
    paid: z.boolean().meta({ description: "Whether the customer's money stands behind it." }),
    source: z.string().nullable(),
    description: z.string().nullable(),
    priority: z.int(),
    expires_at: timestamp.nullable(),
    late_return: lateReturn,
    late_return_days: z.int().nullable(),
    granted_by: z.string(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Credit' });

export const creditListSchema = listOf(creditSchema).meta({ id: 'CreditList' });

export const walletSchema = z
  .object({
    id: z.string(),
    object: z.literal('wallet'),
    customer: z.string(),
    balances: z.array(
      z.object({
        currency: z.string(),
        available: integer('What can be spent now.'),
        held: integer(),
        remaining: integer('What can be spent, is on hold, or has expired moments ago.'),
        granted: integer('Sums since the beginning, as the next four.'),
        spent: integer(),
        restored: integer(),
        expired: integer(),
        revoked: integer(),
      }),
    ),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp.nullable(),
  })
  .meta({ id: 'Wallet' });

/** An id of this list is `<event id>/<line>`. */
const transactionId = z.string().regex(/^[0-9a-f-]{36}\/\d{1,4}$/);

export const listTransactionsQuery = z
  .strictObject(pageParameters(transactionId))
  .refine(oneCursor, oneCursorRefusal);

const transactionSchema = z
  .object({
    id: z.string(),
    object: z.literal('wallet_transaction'),
    type: z.enum([
      'granted',
      'held',
      'released',
      'spent',
      'restored',
      'expired',
      'extended',
      'revoked',
      'left_unpaid',
      'unpaid_returned',
    ]),
    credit: z.string(),
    amount: integer('Minor units, never negative.'),
    currency: z.string(),
    hold: z.string().nullable(),
    invoice: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'WalletTransaction' });

export const transactionListSchema = listOf(transactionSchema).meta({ id: 'WalletTransactionList' });
