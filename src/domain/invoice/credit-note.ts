import { allocate } from '../shared/allocation.js';
import { divideRounded } from '../shared/decimal.js';
import type { Money } from '../shared/money.js';
import { compare, isPositive, money, subtract, sum, zero } from '../shared/money.js';
import { paired } from '../shared/paired.js';
import type { PricedInvoice, PricedLine } from './price-invoice.js';
import type { LineTax } from './price-taxes.js';

/** What is to be credited, amounts with tax: all that is left of some lines, parts of lines, or a part of the whole. */
export type CreditScope =
  | { readonly by: 'lines'; readonly lines: readonly number[] }
  | {
      readonly by: 'line_amounts';
      readonly amounts: readonly { readonly line: number; readonly amount: Money }[];
    }
  | { readonly by: 'total'; readonly amount: Money }
  | { readonly by: 'everything' };

/** What a credit note takes back of one line. */
export type CreditedLine = {
  readonly line: number;
  readonly net: Money;
  readonly taxes: readonly LineTax[];
  readonly tax: Money;
  readonly total: Money;
};

export type CreditRefusal =
  | { readonly code: 'line_not_found'; readonly line: number }
  | { readonly code: 'line_given_twice'; readonly line: number }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'currency_mismatch'; readonly expected: string }
  /** `line` is null where the whole invoice is meant. */
  | { readonly code: 'credit_exceeds_invoice'; readonly line: number | null; readonly creditable: Money };

/** A line with what earlier credit notes took of its total. */
type CreditableLine = { readonly number: number; readonly priced: PricedLine; readonly credited: Money };

/**
 * Says what a credit note takes back of each line. Net and taxes follow from how much of the line's total is credited
 * altogether, before and after: so whatever the parts are and in whatever order they come, all of them together are
 * exactly the line.
 */
export function creditLines(
  priced: PricedInvoice,
  earlier: readonly CreditedLine[],
  scope: CreditScope,
): { readonly lines: readonly CreditedLine[] } | { readonly refusal: CreditRefusal } {
  const { currency } = priced.total;
  const all = priced.lines.map((line, place): CreditableLine => {
    const number = place + 1;
    const own = earlier.filter((credit) => credit.line === number);
    const credited = sum(
      currency,
      own.map(({ total }) => total),
    );
    return { number, priced: line, credited };
  });
  const asked = amountsOf(
    all,
    scope,
    subtract(
      priced.total,
      sum(
        currency,
        all.map(({ credited }) => credited),
      ),
    ),
  );
  if ('refusal' in asked) return asked;
  const lines = asked.amounts
    .filter(({ amount }) => isPositive(amount))
    .map(({ line, amount }) => takenBack(line, amount));
  return { lines };
}

type LineAmount = { readonly line: CreditableLine; readonly amount: Money };
type Asked = { readonly amounts: readonly LineAmount[] } | { readonly refusal: CreditRefusal };

function amountsOf(all: readonly CreditableLine[], scope: CreditScope, creditable: Money): Asked {
  switch (scope.by) {
    case 'everything':
      return { amounts: all.map((line) => ({ line, amount: left(line) })) };
    case 'lines': {
      const named = find(all, scope.lines);
      if ('refusal' in named) return named;
      const spent = named.lines.find((line) => !isPositive(left(line)));
      if (spent !== undefined) return { refusal: exceeds(spent.number, left(spent)) };
      return { amounts: named.lines.map((line) => ({ line, amount: left(line) })) };
    }
    case 'line_amounts': {
      const named = find(
        all,
        scope.amounts.map(({ line }) => line),
      );
      if ('refusal' in named) return named;
      const amounts = paired(named.lines, scope.amounts).map(([line, { amount }]) => ({ line, amount }));
      const refusal = amounts.map(({ line, amount }) => refusalOf(line.number, amount, left(line)));
      const first = refusal.find((one) => one !== undefined);
      return first === undefined ? { amounts } : { refusal: first };
    }
    case 'total': {
      const refusal = refusalOf(null, scope.amount, creditable);
      if (refusal !== undefined) return { refusal };
      const { parts } = allocate(
        scope.amount,
        all.map((line) => left(line).minor),
      );
      return { amounts: paired(all, parts).map(([line, amount]) => ({ line, amount })) };
    }
  }
}

function find(
  all: readonly CreditableLine[],
  numbers: readonly number[],
): { readonly lines: readonly CreditableLine[] } | { readonly refusal: CreditRefusal } {
  const lines: CreditableLine[] = [];
  for (const number of numbers) {
    const line = all.find((one) => one.number === number);
    if (line === undefined) return { refusal: { code: 'line_not_found', line: number } };
    if (lines.includes(line)) return { refusal: { code: 'line_given_twice', line: number } };
    lines.push(line);
  }
  return { lines };
}

function refusalOf(line: number | null, amount: Money, creditable: Money): CreditRefusal | undefined {
  if (amount.currency !== creditable.currency) {
    return { code: 'currency_mismatch', expected: creditable.currency };
  }
  if (!isPositive(amount)) return { code: 'amount_not_positive' };
  return compare(amount, creditable) > 0 ? exceeds(line, creditable) : undefined;
}

function exceeds(line: number | null, creditable: Money): CreditRefusal {
  return { code: 'credit_exceeds_invoice', line, creditable };
}

function left({ priced, credited }: CreditableLine): Money {
  return subtract(priced.total, credited);
}

/** What the line's parts are with this amount credited, less what they were without it. */
function takenBack({ number, priced, credited }: CreditableLine, amount: Money): CreditedLine {
  const before = partsAt(priced, credited.minor);
  const after = partsAt(priced, credited.minor + amount.minor);
  const { currency } = amount;
  const [net, ...taxes] = paired(after, before).map(([to, from]) => money(to - from, currency));
  const lineTaxes = paired(priced.taxes, taxes).map(([{ rate }, taken]) => ({ rate, amount: taken }));
  return {
    line: number,
    net: net ?? zero(currency),
    taxes: lineTaxes,
    tax: sum(currency, taxes),
    total: amount,
  };
}

/**
 * Net and taxes of a line, in this order, when so much of its total is credited. Each takes its proportion of what the ones
 * before it left, rounded half up, and the last takes the rest. None of them ever shrinks as the amount grows, so no
 * credit note takes a negative part; at the line's total they are the line's own.
 */
function partsAt({ net, taxes, total }: PricedLine, credited: bigint): readonly bigint[] {
  let amount = credited;
  let whole = total.minor;
  return [net, ...taxes.map((tax) => tax.amount)].map(({ minor }) => {
    const part = whole === 0n ? 0n : divideRounded(amount * minor, whole);
    amount -= part;
    whole -= minor;
    return part;
  });
}
