import { z } from 'zod';
import type { PlanTerms } from '../../domain/shared/plan-terms.js';
import { storedDate, storedDecimal, storedMoney } from './event-codec.js';

const count = z.int().nonnegative();
const name = z.string();

const amount = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), amount: storedMoney }),
  z.strictObject({ kind: z.literal('percentage'), percentage: storedDecimal }),
  z.strictObject({ kind: z.literal('rest') }),
]);

const due = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('at_approval') }),
  z.strictObject({ kind: z.literal('days_after'), days: count }),
  z.strictObject({ kind: z.literal('end_of_month'), days: count }),
  z.strictObject({ kind: z.literal('date'), on: storedDate }),
  z.strictObject({ kind: z.literal('months_after'), anchor: storedDate.nullable(), months: count }),
  z.strictObject({ kind: z.literal('milestone'), name }),
]);

export const storedCollectMode = z.enum(['automatic', 'manual']);

const storedStep = z.codec(z.string().regex(/^[1-9]\d{0,5}$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (step) => step.toString(),
});

/** Payment terms as they stand in events. */
export const storedTerms: z.ZodType<PlanTerms> = z.strictObject({
  parts: z.array(z.strictObject({ amount, due, collect: storedCollectMode })),
  stepMinor: storedStep.exactOptional(),
  businessDays: z.boolean(),
  earlyDiscount: z.strictObject({ percentage: storedDecimal, days: count }).nullable(),
  lateFee: z
    .strictObject({
      fee: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('fixed'), amount: storedMoney }),
        z.strictObject({ kind: z.literal('percentage'), percentage: storedDecimal }),
      ]),
      timesMax: count,
    })
    .nullable(),
  graceDays: count,
  noticeDays: count,
  creditLimit: storedMoney.nullable(),
  depositRefund: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('always') }),
    z.strictObject({ kind: z.literal('never') }),
    z.strictObject({ kind: z.literal('until_milestone'), name }),
  ]),
  releasesOrder: z.enum(['approved', 'first_part_settled', 'total_settled']),
  refundOrder: z.literal('pro_rata').exactOptional(),
  defaultAfter: count.nullable(),
  skipsMax: count,
});

/** Terms in their stored form as JSON text, for a column. */
export function writeTerms(terms: PlanTerms): string {
  return JSON.stringify(z.encode(storedTerms, terms));
}

/** Terms from what `writeTerms` wrote. */
export function readTerms(json: string): PlanTerms {
  return storedTerms.parse(JSON.parse(json));
}
