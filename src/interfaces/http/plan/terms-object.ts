import { z } from 'zod';
import { formatDecimal } from '../../../domain/shared/decimal.js';
import type { AmountRule, DueRule, LateFee, PlanTerms } from '../../../domain/shared/plan-terms.js';
import { refundOrders } from '../../../domain/shared/plan-terms.js';
import { integer } from '../shared/fields.js';

const rule = z.looseObject({ kind: z.string() });

export const termsSchema = z
  .object({
    type: z.literal('custom'),
    parts: z.array(z.object({ amount: rule, due: rule, collect: z.enum(['automatic', 'manual']) })),
    business_days: z.boolean(),
    early_discount: z.object({ percentage: z.string(), days: z.int() }).nullable(),
    late_fee: z
      .object({ amount: integer().optional(), percentage: z.string().optional(), times_max: z.int() })
      .nullable(),
    grace_days: z.int(),
    notice_days: z.int(),
    credit_limit: integer().nullable(),
    deposit_refund: z.union([z.enum(['always', 'never']), z.object({ until_milestone: z.string() })]),
    releases_order: z.enum(['approved', 'first_part_settled', 'total_settled']),
    refund_order: z.enum(refundOrders),
    default_after: z.int().nullable(),
    skips_max: z.int(),
  })
  .meta({ id: 'PaymentTermsInForce' });

/** Terms as the API shows them: whatever they were written as, in the parts that they are made of. */
export function termsObject(terms: PlanTerms) {
  const { earlyDiscount, lateFee, depositRefund } = terms;
  return {
    type: 'custom' as const,
    parts: terms.parts.map(({ amount, due, collect }) => ({
      amount: amountObject(amount),
      due: dueObject(due),
      collect,
    })),
    business_days: terms.businessDays,
    early_discount:
      earlyDiscount === null
        ? null
        : { ...earlyDiscount, percentage: formatDecimal(earlyDiscount.percentage) },
    late_fee: lateFee === null ? null : feeObject(lateFee),
    grace_days: terms.graceDays,
    notice_days: terms.noticeDays,
    credit_limit: terms.creditLimit === null ? null : terms.creditLimit.minor,
    deposit_refund:
      depositRefund.kind === 'until_milestone' ? { until_milestone: depositRefund.name } : depositRefund.kind,
    releases_order: terms.releasesOrder,
    refund_order: terms.refundOrder ?? ('last_payment_first' as const),
    default_after: terms.defaultAfter,
    skips_max: terms.skipsMax,
  };
}

function amountObject(amount: AmountRule) {
  switch (amount.kind) {
    case 'fixed':
      return { kind: amount.kind, amount: amount.amount.minor };
    case 'percentage':
      return { kind: amount.kind, percentage: formatDecimal(amount.percentage) };
    case 'rest':
      return { kind: amount.kind };
  }
}

function dueObject(due: DueRule) {
  if (due.kind !== 'months_after') return due;
  const { kind, months, anchor } = due;
  return anchor === null ? { kind, months } : { kind, months, anchor };
}

function feeObject({ fee, timesMax }: LateFee) {
  return fee.kind === 'fixed'
    ? { amount: fee.amount.minor, times_max: timesMax }
    : { percentage: formatDecimal(fee.percentage), times_max: timesMax };
}
