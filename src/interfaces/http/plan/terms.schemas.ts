import { z } from 'zod';
import { parseZone } from '../../../application/shared/zones.js';
import type { Conditions } from '../../../domain/plan/terms.js';
import { deposit, installments, manual, netTerms, standard } from '../../../domain/plan/terms.js';
import type { Currency } from '../../../domain/shared/currency.js';
import type { Decimal } from '../../../domain/shared/decimal.js';
import { money } from '../../../domain/shared/money.js';
import type { AmountRule, DueRule, PartTerms, PlanTerms } from '../../../domain/shared/plan-terms.js';
import {
  daysMax,
  milestoneLengthMax,
  monthsMax,
  partsMax,
  refundOrders,
  timesMax,
} from '../../../domain/shared/plan-terms.js';
import { amountField, dateField, decimalField, textField, wholeField } from '../shared/fields.js';

/** Percentages have up to six digits behind the point. */
const percentage = decimalField(6, 'share', '12.5');
const days = wholeField(0, daysMax);
export const milestoneName = textField(milestoneLengthMax);

const amountRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), amount: amountField }),
  z.strictObject({ kind: z.literal('percentage'), percentage }),
  z.strictObject({ kind: z.literal('rest') }),
]);

const dueRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('at_approval') }),
  z.strictObject({ kind: z.literal('days_after'), days }),
  z.strictObject({ kind: z.literal('end_of_month'), days }),
  z.strictObject({ kind: z.literal('date'), on: dateField }),
  z.strictObject({
    kind: z.literal('months_after'),
    months: wholeField(0, monthsMax),
    anchor: dateField.optional(),
  }),
  z.strictObject({ kind: z.literal('milestone'), name: milestoneName }),
]);

const part = z.strictObject({
  amount: amountRule,
  due: dueRule,
  collect: z.enum(['automatic', 'manual']).default('automatic'),
});
export const partsField = z.array(part).min(1).max(partsMax);

const oneOf = { error: 'Give an amount or a percentage, one of them.', path: ['percentage'] };
const isOneOf = (given: { amount?: unknown; percentage?: unknown }): boolean =>
  (given.amount === undefined) !== (given.percentage === undefined);
const fixedOrPercentage = { amount: amountField.optional(), percentage: percentage.optional() };

const conditions = {
  business_days: z.boolean().optional(),
  early_discount: z.strictObject({ percentage, days }).optional(),
  late_fee: z
    .strictObject({ ...fixedOrPercentage, times_max: wholeField(1, timesMax).optional() })
    .refine(isOneOf, oneOf)
    .optional(),
  grace_days: days.optional(),
  notice_days: days.optional(),
  credit_limit: amountField.optional(),
  deposit_refund: z
    .union([z.enum(['always', 'never']), z.strictObject({ until_milestone: milestoneName })])
    .optional(),
  releases_order: z.enum(['approved', 'first_part_settled', 'total_settled']).optional(),
  refund_order: z.enum(refundOrders).optional().meta({
    description:
      'Whether a refund of the invoice goes back to the last payment first, which is the way when absent, or to all of them in proportion.',
  }),
  default_after: wholeField(1, partsMax).optional(),
  skips_max: wholeField(0, partsMax).optional(),
};

/** The five payment timings, and whatever is composed of the same parts. */
export const termsField = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('standard'), ...conditions }),
    z
      .strictObject({
        type: z.literal('deposit'),
        ...fixedOrPercentage,
        balance_due: dueRule,
        ...conditions,
      })
      .refine(isOneOf, oneOf),
    z.strictObject({
      type: z.literal('net'),
      days,
      end_of_month: z.boolean().default(false),
      ...conditions,
    }),
    z.strictObject({
      type: z.literal('installments'),
      count: wholeField(1, partsMax),
      anchor: dateField.optional(),
      ...conditions,
    }),
    z.strictObject({ type: z.literal('manual'), due: dueRule.optional(), ...conditions }),
    z.strictObject({ type: z.literal('custom'), parts: partsField, ...conditions }),
  ])
  .meta({ id: 'PaymentTerms' });

type TermsInput = z.output<typeof termsField>;

/**
 * Terms as the API takes them, in the one currency of what is paid under them.
 * @param stepMinor what the provider can carry of it; see `PlanTerms.stepMinor`
 */
export function termsOf(input: TermsInput, currency: Currency, stepMinor: bigint): PlanTerms {
  const given = { ...conditionsOf(input, currency), ...(stepMinor === 1n ? {} : { stepMinor }) };
  switch (input.type) {
    case 'standard':
      return standard(given);
    case 'deposit':
      return deposit(fixedOrShare(input, currency), dueOf(input.balance_due), given);
    case 'net':
      return netTerms(input.days, input.end_of_month, given);
    case 'installments':
      return installments(input.count, input.anchor ?? null, given);
    case 'manual':
      return manual(input.due === undefined ? { kind: 'at_approval' } : dueOf(input.due), given);
    case 'custom':
      return { ...standard(given), parts: partsOf(input.parts, currency) };
  }
}

export function partsOf(parts: z.output<typeof partsField>, currency: Currency): readonly PartTerms[] {
  return parts.map(({ amount, due, collect }) => ({
    amount: amount.kind === 'fixed' ? { kind: 'fixed', amount: money(amount.amount, currency) } : amount,
    due: dueOf(due),
    collect,
  }));
}

function dueOf(due: z.output<typeof dueRule>): DueRule {
  return due.kind === 'months_after' ? { ...due, anchor: due.anchor ?? null } : due;
}

type FixedOrShare = { readonly amount?: bigint | undefined; readonly percentage?: Decimal | undefined };

function fixedOrShare(
  { amount, percentage: share }: FixedOrShare,
  currency: Currency,
): Exclude<AmountRule, { readonly kind: 'rest' }> {
  if (amount !== undefined) return { kind: 'fixed', amount: money(amount, currency) };
  if (share !== undefined) return { kind: 'percentage', percentage: share };
  throw new TypeError('an amount or a percentage was checked for');
}

/** Only what was said: each of the timings has its own ways where nothing is. */
function conditionsOf(input: TermsInput, currency: Currency): Conditions {
  const { late_fee: fee, deposit_refund: refund } = input;
  return {
    ...(input.business_days === undefined ? {} : { businessDays: input.business_days }),
    ...(input.early_discount === undefined ? {} : { earlyDiscount: input.early_discount }),
    ...(fee === undefined
      ? {}
      : { lateFee: { fee: fixedOrShare(fee, currency), timesMax: fee.times_max ?? 1 } }),
    ...(input.grace_days === undefined ? {} : { graceDays: input.grace_days }),
    ...(input.notice_days === undefined ? {} : { noticeDays: input.notice_days }),
    ...(input.credit_limit === undefined ? {} : { creditLimit: money(input.credit_limit, currency) }),
    ...(refund === undefined ? {} : { depositRefund: refundOf(refund) }),
    ...(input.releases_order === undefined ? {} : { releasesOrder: input.releases_order }),
    ...(input.refund_order === 'pro_rata' ? { refundOrder: input.refund_order } : {}),
    ...(input.default_after === undefined ? {} : { defaultAfter: input.default_after }),
    ...(input.skips_max === undefined ? {} : { skipsMax: input.skips_max }),
  };
}

function refundOf(
  refund: 'always' | 'never' | { readonly until_milestone: string },
): PlanTerms['depositRefund'] {
  if (typeof refund !== 'string') return { kind: 'until_milestone', name: refund.until_milestone };
  return refund === 'always' ? { kind: 'always' } : { kind: 'never' };
}

/** In whose calendar days begin and end. */
export const zoneField = z
  .string()
  .refine((name) => parseZone(name) !== undefined, {
    error: 'A zone of the IANA database is expected, such as Europe/Paris.',
    params: { code: 'time_zone_unknown' },
  })
  .optional()
  .meta({ description: "The customer's own when absent." });
