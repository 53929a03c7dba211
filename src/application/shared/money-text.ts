import { exponentOf } from '../../domain/shared/currency.js';
import type { Money } from '../../domain/shared/money.js';

/** Formatters are slow to make; there are few languages and currencies in one deployment. */
const formatters = new Map<string, Intl.NumberFormat>();

/**
 * An amount as people of a language write it, such as `12,30 €`. Exact at any size: the digits go in as text and never
 * through a floating point number.
 * @param locale BCP 47
 */
export function moneyText({ minor, currency }: Money, locale: string): string {
  const exponent = exponentOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const text = `${minor < 0n ? '-' : ''}${whole}${exponent === 0 ? '' : `.${digits.slice(-exponent)}`}`;
  return formatterOf(locale, currency, exponent).format(text as Intl.StringNumericLiteral);
}

function formatterOf(locale: string, currency: string, digits: number): Intl.NumberFormat {
  const name = `${locale} ${currency}`;
  const known = formatters.get(name);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formatters.set(name, made);
  return made;
}
