import type { CivilDate } from '../../domain/shared/civil-date.js';
import { exponentOf } from '../../domain/shared/currency.js';
import type { Decimal } from '../../domain/shared/decimal.js';
import { formatDecimal } from '../../domain/shared/decimal.js';
import type { Money } from '../../domain/shared/money.js';

/** Figures and dates as one place writes them. Exact at any size: figures go in as decimal text, never as a float. */
export type LocaleFormat = {
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** Without its currency: `1,234.50`. */
  amount(amount: Money): string;
  /** With its currency: `€1,234.50`. */
  money(amount: Money): string;
  /** A price in major units, with the currency's decimals at least and twelve at most. */
  price(price: Decimal, currency: Money['currency']): string;
  quantity(quantity: Decimal): string;
  /** Of 100. */
  percentage(percentage: Decimal): string;
  count(count: number): string;
  date(date: CivilDate): string;
};

/** The most decimals that quantities and prices have. */
const decimalsMax = 12;
/** As few languages as there are that are written from the right. */
const fromTheRight = /^(ar|arc|dv|fa|ha-Arab|he|ks|ku-Arab|ps|sd|ug|ur|yi)(-|$)/;

/** @param locale BCP 47; one that this program does not know is written the English way */
export function localeFormat(locale: string): LocaleFormat {
  const known = knownLocale(locale);
  const numbers = (options: Intl.NumberFormatOptions) => (text: string) => numberFormat(known, options)(text);
  const quantity = numbers({ maximumFractionDigits: decimalsMax });
  return {
    locale: known,
    direction: fromTheRight.test(known) ? 'rtl' : 'ltr',
    amount: (amount) => numbers(decimalsOf(amount.currency))(majorUnits(amount)),
    money: (amount) =>
      numbers({ style: 'currency', currency: amount.currency, ...decimalsOf(amount.currency) })(
        majorUnits(amount),
      ),
    price: (price, currency) =>
      numbers({ ...decimalsOf(currency), maximumFractionDigits: decimalsMax })(formatDecimal(price)),
    quantity: (value) => quantity(formatDecimal(value)),
    percentage: ({ units, scale }) =>
      numbers({ style: 'percent', maximumFractionDigits: decimalsMax })(
        formatDecimal({ units, scale: scale + 2 }),
      ),
    count: (count) => quantity(count.toString()),
    date: (date) => dateFormat(known).format(Date.parse(`${date}T00:00:00.000Z`)),
  };
}

/** The currency's decimals by ISO 4217, whatever this program's database of places thinks of them. */
function decimalsOf(currency: Money['currency']) {
  const digits = exponentOf(currency);
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

function majorUnits({ minor, currency }: Money): string {
  const sign = minor < 0n ? '-' : '';
  const exponent = exponentOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  return exponent === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-exponent)}`;
}

/** Formatters are slow to make and few. */
const numberFormats = new Map<string, (text: string) => string>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();
const formatsMax = 500;

function numberFormat(locale: string, options: Intl.NumberFormatOptions): (text: string) => string {
  return remembered(numberFormats, `${locale} ${JSON.stringify(options)}`, () => {
    const format = new Intl.NumberFormat(locale, options);
    // Decimal text is read exactly.
    return (text) => format.format(text as Intl.StringNumericLiteral);
  });
}

/** The civil calendar everywhere: a due date is the same day for everybody who reads it. */
function dateFormat(locale: string): Intl.DateTimeFormat {
  return remembered(
    dateFormats,
    locale,
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC', calendar: 'gregory' }),
  );
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  // Locales come from customers, who could name any number of them.
  if (known.size >= formatsMax) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}

function knownLocale(locale: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale)[0] ?? 'en';
  } catch (error) {
    if (error instanceof RangeError) return 'en';
    throw error;
  }
}
