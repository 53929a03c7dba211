import { allocateInSteps, isShare, percentageOf } from './allocation.js';
import type { CivilDate } from './civil-date.js';
import { addDays, addMonths, compareDates, endOfMonth, nextBusinessDay } from './civil-date.js';
import type { Decimal } from './decimal.js';
import { compareDecimals, decimal } from './decimal.js';
import type { Money } from './money.js';
import { isPositive, money, subtract, sum } from './money.js';
import type { AmountRule, CollectMode, DueRule, PartTerms, PlanTerms } from './plan-terms.js';
import { daysMax, milestoneLengthMax, monthsMax, partsMax, stepOf, timesMax } from './plan-terms.js';

type Due =
  | { readonly kind: 'date'; readonly on: CivilDate }
  | { readonly kind: 'milestone'; readonly name: string };

export type ScheduledPart = {
  /** Names the part within its plan; numbers are never used again. */
  readonly part: number;
  readonly amount: Money;
  readonly due: Due;
  readonly collect: CollectMode;
};

/** Why terms cannot be those of a total. `part` counts from 1; null where no single part is to blame. */
export type TermsRefusal = {
  readonly code:
    | 'plan_parts_out_of_range'
    | 'plan_percentage_out_of_range'
    | 'plan_parts_do_not_sum'
    | 'plan_part_not_positive'
    | 'plan_part_not_collectable'
    | 'plan_terms_out_of_range'
    | 'plan_date_in_the_past'
    | 'plan_dates_not_increasing'
    | 'currency_mismatch';
  readonly part: number | null;
};

export type Schedule =
  | { readonly outcome: 'scheduled'; readonly parts: readonly ScheduledPart[] }
  | { readonly outcome: 'refused'; readonly refusal: TermsRefusal };

/** A schedule to be made: the parts' terms, the whole they are parts of, and the day from which they count. */
export type ScheduleRequest = {
  readonly parts: readonly PartTerms[];
  readonly total: Money;
  readonly approvedOn: CivilDate;
  readonly businessDays: boolean;
  /** See `PlanTerms.stepMinor`. */
  readonly step: bigint;
  /** The number of the first part. */
  readonly from: number;
};

/** The parts of a total under these terms; they sum to it exactly, and their dates rise strictly. */
export function schedule(terms: PlanTerms, total: Money, approvedOn: CivilDate): Schedule {
  const refusal = refuseConditions(terms, total);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  const { parts, businessDays } = terms;
  return scheduleParts({ parts, total, approvedOn, businessDays, step: stepOf(terms), from: 1 });
}

export function scheduleParts(request: ScheduleRequest): Schedule {
  const { parts, total, step, from } = request;
  const refusal = refuseParts(parts, total);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  const amounts = amountsOf(parts, total, step);
  if (amounts === undefined) return refused('plan_parts_do_not_sum');
  const empty = amounts.findIndex((amount) => !isPositive(amount));
  if (empty >= 0) return refused('plan_part_not_positive', empty + 1);
  const uneven = amounts.findIndex(
    ({ minor }, place) => parts[place]?.collect === 'automatic' && minor % step !== 0n,
  );
  if (uneven >= 0) return refused('plan_part_not_collectable', uneven + 1);
  const dues = parts.map(({ due }) => dueOf(due, request));
  const disorder = refuseDates(dues, request.approvedOn);
  if (disorder !== undefined) return { outcome: 'refused', refusal: disorder };
  const scheduled = parts.flatMap(({ collect }, place): readonly ScheduledPart[] => {
    const [amount, due] = [amounts[place], dues[place]];
    return amount === undefined || due === undefined ? [] : [{ part: from + place, amount, due, collect }];
  });
  return { outcome: 'scheduled', parts: scheduled };
}

function refused(code: TermsRefusal['code'], part: number | null = null): Schedule {
  return { outcome: 'refused', refusal: { code, part } };
}

function refuseConditions(terms: PlanTerms, total: Money): TermsRefusal | undefined {
  const { earlyDiscount, lateFee, creditLimit, defaultAfter } = terms;
  const amounts = [creditLimit, lateFee?.fee.kind === 'fixed' ? lateFee.fee.amount : null];
  for (const amount of amounts) {
    if (amount === null) continue;
    if (amount.currency !== total.currency) return { code: 'currency_mismatch', part: null };
    if (!isPositive(amount)) return { code: 'plan_terms_out_of_range', part: null };
  }
  const percentages = [
    earlyDiscount?.percentage,
    lateFee?.fee.kind === 'percentage' ? lateFee.fee.percentage : undefined,
  ];
  if (percentages.some((percentage) => percentage !== undefined && !isPart(percentage))) {
    return { code: 'plan_percentage_out_of_range', part: null };
  }
  const fee = lateFee?.fee;
  if (fee?.kind === 'fixed' && fee.amount.minor % stepOf(terms) !== 0n) {
    return { code: 'plan_part_not_collectable', part: null };
  }
  const fits =
    isWithin(terms.graceDays, 0, daysMax) &&
    isWithin(terms.noticeDays, 0, daysMax) &&
    isWithin(terms.skipsMax, 0, partsMax) &&
    isWithin(earlyDiscount?.days ?? 0, 0, daysMax) &&
    isWithin(lateFee?.timesMax ?? 1, 1, timesMax) &&
    isWithin(defaultAfter ?? 1, 1, partsMax) &&
    (terms.depositRefund.kind !== 'until_milestone' || isName(terms.depositRefund.name));
  return fits ? undefined : { code: 'plan_terms_out_of_range', part: null };
}

function refuseParts(parts: readonly PartTerms[], total: Money): TermsRefusal | undefined {
  if (parts.length < 1 || parts.length > partsMax) return { code: 'plan_parts_out_of_range', part: null };
  if (!isPositive(total)) return { code: 'plan_part_not_positive', part: null };
  for (const [place, { amount, due }] of parts.entries()) {
    const part = place + 1;
    if (amount.kind === 'percentage' && !isPart(amount.percentage)) {
      return { code: 'plan_percentage_out_of_range', part };
    }
    if (amount.kind === 'fixed') {
      if (amount.amount.currency !== total.currency) return { code: 'currency_mismatch', part };
      if (!isPositive(amount.amount)) return { code: 'plan_part_not_positive', part };
    }
    if (!isDueRule(due)) return { code: 'plan_terms_out_of_range', part };
  }
  return undefined;
}

/** Above 0 and at most 100. */
function isPart(percentage: Decimal): boolean {
  return percentage.units > 0n && isShare(percentage);
}

function isDueRule(due: DueRule): boolean {
  switch (due.kind) {
    case 'days_after':
    case 'end_of_month':
      return isWithin(due.days, 0, daysMax);
    case 'months_after':
      return isWithin(due.months, 0, monthsMax) && (due.anchor === null || isCountable(due.anchor));
    case 'milestone':
      return isName(due.name);
    case 'at_approval':
    case 'date':
      return true;
  }
}

/** So far from the end of the calendar that all the months which terms may name fit behind it. */
function isCountable(anchor: CivilDate): boolean {
  return Number(anchor.slice(0, 4)) < 9_900;
}

function isWithin(count: number, from: number, to: number): boolean {
  return Number.isSafeInteger(count) && count >= from && count <= to;
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= milestoneLengthMax;
}

/** One amount for each part; undefined where they cannot sum to the total. */
function amountsOf(parts: readonly PartTerms[], total: Money, step: bigint): readonly Money[] | undefined {
  const rests = placesOf(parts, 'rest');
  if (placesOf(parts, 'percentage').length === parts.length) return shares(parts, total, step);
  const named = parts.map(({ amount }) => namedAmount(amount, total, step));
  const left = subtract(total, sum(total.currency, named));
  if (left.minor < 0n || (rests.length === 0 && left.minor !== 0n)) return undefined;
  if (rests.length === 0) return named;
  const fractionTo = fractionCarrier(rests.flatMap((place) => parts[place] ?? []));
  const equal = rests.map(() => 1n);
  const ofRests = allocateInSteps(left, equal, { step, fractionTo });
  return named.map((amount, place) => ofRests[rests.indexOf(place)] ?? amount);
}

function namedAmount(rule: AmountRule, total: Money, step: bigint): Money {
  switch (rule.kind) {
    case 'fixed':
      return rule.amount;
    case 'percentage':
      return percentageOf(total, rule.percentage, step);
    case 'rest':
      return money(0n, total.currency);
  }
}

function placesOf(parts: readonly PartTerms[], kind: PartTerms['amount']['kind']): readonly number[] {
  return parts.flatMap(({ amount }, place) => (amount.kind === kind ? [place] : []));
}

/** Which part takes what is less than a step: the last that is paid by hand, which any amount can be; else the last. */
export function fractionCarrier(parts: readonly Pick<PartTerms, 'collect'>[]): number {
  const byHand = parts.findLastIndex(({ collect }) => collect === 'manual');
  return byHand >= 0 ? byHand : parts.length - 1;
}

/** Percentages alone are the whole when they come to 100; the largest remainders carry what rounding leaves. */
function shares(parts: readonly PartTerms[], total: Money, step: bigint): readonly Money[] | undefined {
  const percentages = parts.flatMap(({ amount }) =>
    amount.kind === 'percentage' ? [amount.percentage] : [],
  );
  const scale = Math.max(...percentages.map((percentage) => percentage.scale));
  const weights = percentages.map(({ units, scale: own }) => units * 10n ** BigInt(scale - own));
  const whole = weights.reduce((all, weight) => all + weight, 0n);
  if (compareDecimals(decimal(whole, scale), decimal(100n, 0)) !== 0) return undefined;
  const fractionTo = fractionCarrier(parts);
  return allocateInSteps(total, weights, { step, fractionTo });
}

function dueOf(rule: DueRule, { approvedOn, businessDays }: ScheduleRequest): Due {
  if (rule.kind === 'milestone') return { kind: 'milestone', name: rule.name };
  const on = dateOf(rule, approvedOn);
  return { kind: 'date', on: businessDays ? nextBusinessDay(on) : on };
}

function dateOf(rule: Exclude<DueRule, { readonly kind: 'milestone' }>, approvedOn: CivilDate): CivilDate {
  switch (rule.kind) {
    case 'at_approval':
      return approvedOn;
    case 'days_after':
      return addDays(approvedOn, rule.days);
    case 'end_of_month':
      return endOfMonth(addDays(approvedOn, rule.days));
    case 'date':
      return rule.on;
    case 'months_after':
      return addMonths(rule.anchor ?? approvedOn, rule.months);
  }
}

/** Parts that wait for a milestone have no date, and so no place among the dates. */
function refuseDates(dues: readonly Due[], approvedOn: CivilDate): TermsRefusal | undefined {
  const horizon = addDays(approvedOn, daysMax + 31);
  let last: CivilDate | undefined;
  for (const [place, due] of dues.entries()) {
    if (due.kind === 'milestone') continue;
    const part = place + 1;
    if (compareDates(due.on, approvedOn) < 0) return { code: 'plan_date_in_the_past', part };
    if (compareDates(due.on, horizon) > 0) return { code: 'plan_terms_out_of_range', part };
    if (last !== undefined && compareDates(due.on, last) <= 0) {
      return { code: 'plan_dates_not_increasing', part };
    }
    last = due.on;
  }
  return undefined;
}
