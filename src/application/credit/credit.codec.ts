import { z } from 'zod';
import type { CreditEvent } from '../../domain/credit/events.js';
import { creditTypes } from '../../domain/credit/grant.js';
import { parseCreditId, parseCustomerId, parseHoldId, parseInvoiceId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';

const at = storedInstant;
const creditId = storedId(parseCreditId);
const expiresAt = storedInstant.nullable();
const shared = {
  at,
  holdId: storedId(parseHoldId),
  amount: storedMoney,
  parts: z.array(z.strictObject({ creditId, amount: storedMoney })),
  invoiceId: storedId(parseInvoiceId).nullable(),
};

/** What a credit account's facts look like in the store; tests/golden-events holds an example of every version. */
export const creditCodec = createEventCodec<CreditEvent>({
  CreditGranted: z
    .strictObject({
      at,
      creditId,
      customerId: storedId(parseCustomerId),
      amount: storedMoney,
      grantType: z.enum(creditTypes),
      paid: z.boolean(),
      source: z.string().nullable(),
      description: z.string().nullable(),
      priority: z.int().nonnegative(),
      expiresAt,
      lateReturn: z.discriminatedUnion('policy', [
        z.strictObject({ policy: z.literal('breakage') }),
        z.strictObject({ policy: z.literal('extension'), days: z.int().positive() }),
      ]),
      grantedBy: z.string(),
      metadata: z.record(z.string(), z.string()),
    })
    .describe(
      'The customer may spend this amount. `paid` credit was paid for by the customer, other credit is a gift; ' +
        '`lateReturn` is what becomes of what comes back after `expiresAt`.',
    ),
  CreditHeld: z
    .strictObject(shared)
    .describe('An amount is set aside, out of these grants and in this order: nothing else can use it.'),
  CreditHoldReleased: z.strictObject(shared).describe('A hold was let go, back to the same grants.'),
  CreditSpent: z
    .strictObject({ ...shared, emptied: z.array(creditId) })
    .describe('A hold was spent: the parts name the grants that it ate, `emptied` those with nothing left.'),
  CreditRestored: z
    .strictObject({
      ...shared,
      restoreId: z.string(),
      revived: z.array(z.strictObject({ creditId, expiresAt })),
    })
    .describe(
      'A part of what was spent came back to the grants it was taken from, the last one used first; nothing was left of ' +
        'those that are `revived`.',
    ),
  CreditExpired: z
    .strictObject({ at, creditId, amount: storedMoney })
    .describe('This amount of a grant was not spent in time and is lost to the customer.'),
  CreditExpiryExtended: z
    .strictObject({ at, creditId, amount: storedMoney, expiresAt: storedInstant })
    .describe(
      'This amount came back after its grant had expired; by the policy of the grant it can be used until `expiresAt`.',
    ),
  CreditRevoked: z
    .strictObject({
      at,
      creditId,
      amount: storedMoney,
      paid: z.boolean(),
      paymentReturned: z.literal(true).exactOptional(),
      partly: z.enum(['empty', 'some_left']).exactOptional(),
    })
    .describe(
      'What was left of a grant, but for what is on hold, was taken back. What comes back later is taken back then. ' +
        '`paymentReturned` when the money that was paid for it is gone; `partly` when the grant goes on, with something ' +
        'left or not.',
    ),
  CreditLeftUnpaid: z
    .strictObject({ at, creditId, amount: storedMoney, debt: z.int().positive().exactOptional() })
    .describe(
      'The money behind this much of a grant is gone, and it was spent already: the customer owes it. `debt` counts ' +
        'them from the second one of a grant on.',
    ),
  CreditUnpaidReturned: z
    .strictObject({ at, creditId, amount: storedMoney })
    .describe('This much of such a grant came back from what it had been spent on, and is owed no more.'),
});
