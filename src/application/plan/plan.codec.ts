import { z } from 'zod';
import type { PlanEvent } from '../../domain/plan/events.js';
import {
  parseCollectionId,
  parseCustomerId,
  parseInvoiceId,
  parseOrderId,
  parsePlanId,
} from '../../domain/shared/ids.js';
import {
  createEventCodec,
  storedDate,
  storedId,
  storedInstant,
  storedMoney,
  storedRevision,
} from '../shared/event-codec.js';
import { storedCollectMode, storedTerms } from '../shared/stored-terms.js';

const at = storedInstant;
const part = z.int().positive();
const count = z.int().nonnegative();
const collectionId = storedId(parseCollectionId);
const next = { on: storedDate, zone: z.string() };

const parts = z.array(
  z.strictObject({
    part,
    amount: storedMoney,
    due: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('date'), on: storedDate }),
      z.strictObject({ kind: z.literal('milestone'), name: z.string() }),
    ]),
    collect: storedCollectMode,
  }),
);

/** What a payment plan's facts look like in the store; tests/golden-events holds an example of every version. */
export const planCodec = createEventCodec<PlanEvent>({
  PlanStarted: z
    .strictObject({
      at,
      planId: storedId(parsePlanId),
      invoiceId: storedId(parseInvoiceId),
      orderId: storedId(parseOrderId).nullable(),
      customerId: storedId(parseCustomerId),
      terms: storedTerms,
      approvedOn: storedDate,
      zone: z.string(),
      invoiceRevision: storedRevision.exactOptional(),
      version: z.literal(1),
      total: storedMoney,
      parts,
    })
    .describe(
      'The total of an invoice falls due in these parts, on dates of this zone. The parts sum to the total. Where it was what ' +
        'could still be paid, `invoiceRevision` says when: what the invoice says up to there is in it already.',
    ),
  PlanPartAnnounced: z
    .strictObject({ at, part, amount: storedMoney, on: storedDate })
    .describe('The customer is to be told that the part falls due soon.'),
  PlanPartDue: z
    .strictObject({
      at,
      part,
      amount: storedMoney,
      cause: z.enum(['date', 'milestone', 'prepayment']),
      on: storedDate,
      missed: z.strictObject(next),
    })
    .describe('This much of the part is to be paid now; from the missed date on it is late.'),
  PlanPaused: z
    .strictObject({ at, on: storedDate })
    .describe(
      'Nothing falls due or is missed by its date from this day on, as while the invoice is disputed.',
    ),
  PlanResumed: z
    .strictObject({
      at,
      on: storedDate,
      days: count,
      moved: z.array(
        z.strictObject({
          part,
          step: z.enum(['due', 'missed', 'late_fee']),
          on: storedDate,
          missedOn: storedDate.nullable(),
        }),
      ),
      zone: z.string(),
      noticeDays: count,
    })
    .describe('Dates count again: what had not come is so many days later than it would have been.'),
  PlanPartMissed: z
    .strictObject({ at, part, missedParts: part })
    .describe('The days of grace are over and the part is still open.'),
  LateFeeFellDue: z
    .strictObject({ at, part, number: part, amount: storedMoney, next: z.strictObject(next).nullable() })
    .describe('The customer owes this fee for missing the part; it is no part of the total.'),
  PlanMilestoneReached: z
    .strictObject({ at, name: z.string(), on: storedDate })
    .describe('Somebody said that the milestone was reached: parts that waited for it fall due.'),
  PlanPartCollectionStarted: z
    .strictObject({ at, part, collectionId })
    .describe('An attempt to collect the part is under way; there is never a second one beside it.'),
  PlanPartCollectionFailed: z
    .strictObject({ at, part, collectionId, failure: z.string(), attempts: part })
    .describe('The attempt brought nothing; the part is still due.'),
  PlanPartCollectionConcluded: z
    .strictObject({ at, part, collectionId })
    .describe('The attempt is over and its money has been counted.'),
  PlanPartSettled: z
    .strictObject({ at, part, amount: storedMoney, applicationId: z.string(), outstanding: storedMoney })
    .describe('Money that was set against the invoice pays this much of the part.'),
  PlanPartUnsettled: z
    .strictObject({
      at,
      part,
      amount: storedMoney,
      applicationId: z.string(),
      reversalId: z.string(),
      outstanding: storedMoney,
      next: z.strictObject({ ...next, step: z.enum(['due', 'missed']) }).nullable(),
    })
    .describe('That money is gone again, such as with a bounced cheque: the part is open once more.'),
  EarlyDiscountEarned: z
    .strictObject({ at, amount: storedMoney, closed: z.array(z.strictObject({ part, amount: storedMoney })) })
    .describe('All but the discount was paid in time, so this much is not asked for.'),
  EarlyDiscountLost: z
    .strictObject({
      at,
      amount: storedMoney,
      reopened: z.array(
        z.strictObject({
          part,
          amount: storedMoney,
          next: z.strictObject({ ...next, step: z.enum(['due', 'missed']) }).nullable(),
        }),
      ),
    })
    .describe('The payment that had earned the discount was returned: what it had closed is open again.'),
  PlanReplanned: z
    .strictObject({
      at,
      version: part,
      cause: z.enum(['skipped', 'replanned', 'amended']),
      total: storedMoney,
      parts,
      closed: z.array(part),
      added: z.array(part),
      zone: z.string(),
      noticeDays: count,
    })
    .describe(
      'A new version: these are all parts now, and they sum to the total. What was paid has not moved.',
    ),
  PlanDefaulted: z
    .strictObject({ at, accelerated: z.array(part), missedParts: part, outstanding: storedMoney })
    .describe('So many parts were missed that all that is open is due at once.'),
  PlanReleasedOrder: z
    .strictObject({ at, orderId: storedId(parseOrderId), settled: storedMoney, required: storedMoney })
    .describe('What the terms ask for before the order goes on has come in. Told once.'),
  PlanCompleted: z
    .strictObject({ at, settled: storedMoney, discounted: storedMoney })
    .describe('Nothing is open any more.'),
  PlanCanceled: z
    .strictObject({ at, open: z.array(part), refundable: storedMoney, retained: storedMoney })
    .describe(
      'What is open is not asked for any more; of what was paid, the retained deposit does not go back.',
    ),
});
