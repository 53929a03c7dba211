import { z } from 'zod';
import type { CollectionEvent } from '../../domain/collection/events.js';
import {
  parseCollectionId,
  parseCustomerId,
  parseHoldId,
  parseInvoiceId,
  parseManualPaymentId,
  parsePaymentId,
  parsePlanId,
} from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';

const at = storedInstant;
const leg = z.int().positive();
const refusal = { code: z.string(), message: z.string() };

const tender = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('credit'), holdId: storedId(parseHoldId) }),
  z.strictObject({
    kind: z.literal('card'),
    paymentId: storedId(parsePaymentId),
    paymentMethod: z.string(),
    offSession: z.boolean(),
    capture: z.enum(['automatic', 'manual']),
  }),
  z.strictObject({ kind: z.literal('manual'), manualPaymentId: storedId(parseManualPaymentId) }),
]);

/** What a collection's facts look like in the store; tests/golden-events holds an example of every version. */
export const collectionCodec = createEventCodec<CollectionEvent>({
  CollectionStarted: z
    .strictObject({
      at,
      collectionId: storedId(parseCollectionId),
      invoiceId: storedId(parseInvoiceId),
      customerId: storedId(parseCustomerId),
      planPart: z.strictObject({ planId: storedId(parsePlanId), part: z.int().positive() }).nullable(),
      amount: storedMoney,
      due: storedMoney.exactOptional(),
      mode: z.enum(['all_or_nothing', 'accumulate']),
      legs: z.array(z.strictObject({ leg, tender, amount: storedMoney })),
      expiresAt: storedInstant,
    })
    .describe(
      'An amount of an invoice is to be collected by these tenders, in this order. Where the amount follows from what was due, ' +
        '`due` says how much that was: the claim is refused once it is another.',
    ),
  CollectionClaimGranted: z
    .strictObject({ at })
    .describe('Nobody else may collect the invoice until this collection ends.'),
  CollectionClaimRefused: z
    .strictObject({ at, ...refusal })
    .describe('The invoice cannot be collected now; nothing was tried.'),
  CollectionLegReserved: z
    .strictObject({ at, leg })
    .describe("The leg's amount is certain: held, authorized or verified. It is not taken yet."),
  CollectionLegSettled: z
    .strictObject({ at, leg, amount: storedMoney })
    .describe("The leg's amount is ours."),
  CollectionLegFailed: z
    .strictObject({ at, leg, ...refusal })
    .describe('The leg came to nothing, and what it may still hold is to be given back.'),
  CollectionLegReleased: z
    .strictObject({ at, leg })
    .describe('Nothing of the leg is held or taken any more.'),
  CollectionAbandoned: z
    .strictObject({ at, ...refusal })
    .describe('The collection was given up from outside, such as when its time ran out.'),
  CollectionSucceeded: z
    .strictObject({ at, settled: storedMoney })
    .describe('What was taken is set against the invoice, which others may collect again.'),
  CollectionFailed: z
    .strictObject({ at, ...refusal })
    .describe('Every leg is given back exactly, and the invoice may be collected by others again.'),
});
