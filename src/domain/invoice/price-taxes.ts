import { allocate, percentageOf } from '../shared/allocation.js';
import type { Currency } from '../shared/currency.js';
import { divideRounded, unitsAt } from '../shared/decimal.js';
import type { Money } from '../shared/money.js';
import { add, money, subtract, sum, zero } from '../shared/money.js';
import { paired } from '../shared/paired.js';
import type { TaxRate } from './content.js';
import { rateKey, ratesOf } from './content.js';

export type LineTax = {
  /** Which of the document's rates, from 1. */
  readonly rate: number;
  readonly amount: Money;
};

export type PricedTax = {
  readonly rate: TaxRate;
  /** What the rate was applied to, without tax. */
  readonly taxable: Money;
  readonly amount: Money;
  /** Lines, from 1, whose part of the tax was rounded up. */
  readonly remainderTo: readonly number[];
};

/** A line after all discounts: tax is inside of the amount where its rate is inclusive. */
type TaxableLine = { readonly amount: Money; readonly taxes: readonly TaxRate[] };

/** A line while it is being taxed: inclusive tax leaves `net` as it is found. */
type Line = {
  readonly number: number;
  readonly rates: ReadonlySet<Rate>;
  net: Money;
  readonly found: { readonly rate: Rate; readonly amount: Money }[];
};
type Rate = { readonly number: number; readonly rate: TaxRate; readonly remainderTo: number[] };

/**
 * Taxes the lines of one document. Inclusive tax is taken out first, once for all lines that share the same inclusive
 * rates, so that net and tax of them sum to their price; then every exclusive rate is applied once, to the net of all its
 * lines. What a rate comes to is given to its lines by the largest remainder.
 */
export function priceTaxes(
  currency: Currency,
  taxable: readonly TaxableLine[],
): {
  readonly rates: readonly PricedTax[];
  readonly lines: readonly { readonly net: Money; readonly taxes: readonly LineTax[] }[];
} {
  const byKey = new Map(
    [...ratesOf(taxable)].map(([key, rate], place): [string, Rate] => [
      key,
      { number: place + 1, rate, remainderTo: [] },
    ]),
  );
  const rates = [...byKey.values()];
  const lines = taxable.map(({ amount, taxes }, place): Line => {
    const own = taxes.flatMap((tax) => byKey.get(rateKey(tax)) ?? []);
    return { number: place + 1, rates: new Set(own), net: amount, found: [] };
  });
  for (const group of inclusiveGroups(lines, rates)) takeOut(currency, group);
  for (const rate of rates.filter((one) => !one.rate.inclusive)) {
    const own = lines.filter((line) => line.rates.has(rate));
    const tax = percentageOf(
      sum(
        currency,
        own.map(({ net }) => net),
      ),
      rate.rate.percentage,
    );
    give(
      rate,
      tax,
      own.map((line) => ({ line, weight: line.net })),
    );
  }
  return {
    rates: rates.map((rate) => priced(currency, rate, lines)),
    lines: lines.map(({ net, found }) => ({
      net,
      taxes: found
        .map(({ rate, amount }) => ({ rate: rate.number, amount }))
        .toSorted((a, b) => a.rate - b.rate),
    })),
  };
}

type InclusiveGroup = { readonly rates: readonly Rate[]; readonly lines: Line[] };

/** Lines by the set of inclusive rates that they share. */
function inclusiveGroups(lines: readonly Line[], rates: readonly Rate[]): Iterable<InclusiveGroup> {
  const groups = new Map<string, InclusiveGroup>();
  for (const line of lines) {
    const own = rates.filter((rate) => rate.rate.inclusive && line.rates.has(rate));
    if (own.length === 0) continue;
    const name = own.map(({ number }) => number).join();
    const group = groups.get(name) ?? { rates: own, lines: [] };
    groups.set(name, group);
    group.lines.push(line);
  }
  return groups.values();
}

/**
 * Takes the tax that these lines' prices hold out of them. Where lines have several inclusive rates, each rate takes its
 * part of what the earlier ones left of a line's tax, so that rates and lines both come out exactly.
 */
function takeOut(currency: Currency, { rates, lines }: InclusiveGroup): void {
  const scale = Math.max(...rates.map(({ rate }) => rate.percentage.scale));
  const weights = rates.map(({ rate }) => unitsAt(rate.percentage, scale));
  const part = weights.reduce((total, weight) => total + weight, 0n);
  const whole = 100n * 10n ** BigInt(scale) + part;
  const prices = lines.map(({ net }) => net);
  const tax = money(divideRounded(sum(currency, prices).minor * part, whole), currency);
  const ofLines = allocate(
    tax,
    prices.map(({ minor }) => minor),
  );
  const [only, second] = rates;
  if (only !== undefined && second === undefined) only.remainderTo.push(...numbers(lines, ofLines));
  let left = paired(lines, ofLines.parts).map(([line, weight]) => ({ line, weight }));
  for (const [rate, ofRate] of paired(rates, allocate(tax, weights).parts)) {
    const given = give(rate, ofRate, left);
    left = paired(left, given).map(([{ line, weight }, taken]) => ({
      line,
      weight: subtract(weight, taken),
    }));
  }
  for (const [line, ofLine] of paired(lines, ofLines.parts)) line.net = subtract(line.net, ofLine);
}

/** Gives a rate's tax to lines in proportion to their weights; answers what each of them got. */
function give(
  rate: Rate,
  tax: Money,
  to: readonly { readonly line: Line; readonly weight: Money }[],
): readonly Money[] {
  const shares = allocate(
    tax,
    to.map(({ weight }) => weight.minor),
  );
  rate.remainderTo.push(
    ...numbers(
      to.map(({ line }) => line),
      shares,
    ),
  );
  for (const [{ line }, amount] of paired(to, shares.parts)) line.found.push({ rate, amount });
  return shares.parts;
}

function numbers(
  lines: readonly Line[],
  { remainderTo }: { readonly remainderTo: readonly number[] },
): readonly number[] {
  return lines.filter((_line, place) => remainderTo.includes(place)).map(({ number }) => number);
}

function priced(currency: Currency, rate: Rate, lines: readonly Line[]): PricedTax {
  const own = lines.filter((line) => line.rates.has(rate));
  return {
    rate: rate.rate,
    taxable: sum(
      currency,
      own.map(({ net }) => net),
    ),
    amount: own
      .flatMap(({ found }) => found)
      .filter((one) => one.rate === rate)
      .reduce((total, { amount }) => add(total, amount), zero(currency)),
    remainderTo: rate.remainderTo.toSorted((a, b) => a - b),
  };
}
