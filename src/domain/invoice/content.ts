import type { CivilDate } from '../shared/civil-date.js';
import type { Decimal } from '../shared/decimal.js';
import { formatDecimal } from '../shared/decimal.js';
import type { Money } from '../shared/money.js';

/**
 * When tax falls due, owed to the authorities: all of it as the invoice is issued, or with each payment its share, as of a
 * deposit.
 */
export const taxPoints = ['issue', 'payment'] as const;
type TaxPoint = (typeof taxPoints)[number];

/** What an invoice says before it is priced; revised freely while it is a draft. */
export type InvoiceContent = {
  /** Known by their place: the first one is line 1. */
  readonly lines: readonly InvoiceLine[];
  /** On the whole invoice, after the lines' own discounts and before tax. */
  readonly discount: Discount | null;
  readonly due: DueRule;
  /** Absent where it is the issue. */
  readonly taxPoint?: Exclude<TaxPoint, 'issue'>;
  /** In words for the customer. */
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
};

export type InvoiceLine = {
  readonly description: string;
  readonly charge: Charge;
  readonly discount: Discount | null;
  /** Given rates, each once; none for a line without tax. */
  readonly taxes: readonly TaxRate[];
  readonly period: { readonly from: CivilDate; readonly to: CivilDate } | null;
  readonly metadata: Readonly<Record<string, string>>;
};

/** How much of something at which price in major units, rounded to the minor unit once, for the line. */
export type Charge =
  | { readonly kind: 'unit'; readonly quantity: Decimal; readonly unitPrice: Decimal }
  /** Each tier says what it takes part in, such as `1 to 1,000 calls`. */
  | { readonly kind: 'tiered'; readonly tiers: readonly Tier[] };

type Tier = {
  readonly description: string;
  readonly quantity: Decimal;
  readonly unitPrice: Decimal;
};

export type Discount =
  | { readonly kind: 'amount'; readonly amount: Money }
  | { readonly kind: 'percentage'; readonly percentage: Decimal };

export type TaxRate = {
  readonly name: string;
  readonly percentage: Decimal;
  /** Where the tax is owed, such as `US-CA` or `FR`. */
  readonly jurisdiction: string | null;
  /** True when the prices hold the tax already; false when it comes on top. */
  readonly inclusive: boolean;
};

/** A day, or so many days after the day of issue. */
type DueRule =
  | { readonly kind: 'on'; readonly date: CivilDate }
  | { readonly kind: 'after'; readonly days: number };

/** One text for rates that are the same tax: decimals have one shortest form. */
export function rateKey({ name, jurisdiction, inclusive, percentage }: TaxRate): string {
  const where = jurisdiction === null ? '' : `@${jurisdiction}`;
  return `${inclusive ? 'in' : 'on'} ${formatDecimal(percentage)} ${name.length} ${name}${where}`;
}

/** Each rate of a document once by its key, in the order in which the lines name them. */
export function ratesOf(lines: readonly Pick<InvoiceLine, 'taxes'>[]): ReadonlyMap<string, TaxRate> {
  const rates = new Map<string, TaxRate>();
  for (const rate of lines.flatMap(({ taxes }) => taxes)) {
    const key = rateKey(rate);
    if (!rates.has(key)) rates.set(key, rate);
  }
  return rates;
}
