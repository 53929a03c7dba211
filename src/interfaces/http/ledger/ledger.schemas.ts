import { z } from 'zod';
import {
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  positionField,
  timestamp,
} from '../shared/fields.js';

export const accountParams = z.strictObject({ id: z.string().regex(/^[a-z_]{1,64}$/) });

/** `<event id>/<line>` */
const entryId = z.string().regex(/^[0-9a-f-]{36}\/\d{1,4}$/);
export const entriesQuery = z.strictObject(pageParameters(entryId)).refine(oneCursor, oneCursorRefusal);
export const trialBalanceQuery = z.strictObject({ at: positionField.optional() });

const sums = { debits: integer(), credits: integer(), balance: integer('debits - credits') };

const accountSchema = z
  .object({
    id: z.string(),
    object: z.literal('ledger_account'),
    type: z.enum(['asset', 'liability', 'income', 'expense']),
    balances: z.array(z.object({ currency: z.string(), ...sums })),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
  })
  .meta({ id: 'LedgerAccount' });
const asOfField = timestamp.nullable().meta({
  description: 'When the last journal that is counted was recorded; null before the first.',
});
export const accountListSchema = listOf(accountSchema).extend({ as_of: asOfField, position: integer() });

const entrySchema = z
  .object({
    id: z.string(),
    object: z.literal('ledger_entry'),
    account: z.string(),
    amount: integer('Positive for a debit, negative for a credit.'),
    currency: z.string(),
    description: z.string(),
    event: z.string(),
    stream: z.string(),
    position: integer(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'LedgerEntry' });
export const entryListSchema = listOf(entrySchema);

export const trialBalanceSchema = z
  .object({
    object: z.literal('trial_balance'),
    as_of: asOfField,
    position: integer('The last event that is counted.'),
    data: z.array(z.object({ account: z.string(), currency: z.string(), ...sums })),
    livemode: z.boolean(),
  })
  .meta({ id: 'TrialBalance' });
