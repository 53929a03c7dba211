import { isShare } from '../shared/allocation.js';
import { compareDates } from '../shared/civil-date.js';
import type { Currency } from '../shared/currency.js';
import type { Decimal } from '../shared/decimal.js';
import type { Money } from '../shared/money.js';
import { largestMinor } from '../shared/money.js';
import type { Discount, InvoiceContent, InvoiceLine } from './content.js';
import { rateKey, ratesOf } from './content.js';
import type { PricedInvoice } from './price-invoice.js';
import { priceInvoice } from './price-invoice.js';

/** Why there can be no invoice of a content; `line` counts from 1 and is null for the invoice as a whole. */
export type ContentRefusal =
  | { readonly code: 'invoice_without_lines' }
  | { readonly code: 'too_many_lines' | 'too_many_tax_rates'; readonly atMost: number }
  | {
      readonly code:
        | 'quantity_not_positive'
        | 'unit_price_negative'
        | 'tax_rate_given_twice'
        | 'period_reversed';
      readonly line: number;
    }
  | { readonly code: 'percentage_out_of_range'; readonly line: number | null }
  | { readonly code: 'discount_too_large'; readonly line: number | null; readonly atMost: Money }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'currency_mismatch'; readonly expected: string }
  | { readonly code: 'amount_too_large' }
  | { readonly code: 'due_days_out_of_range' };

/** An invoice with so many lines, and so many rates on all of them together, still fits into one event. */
const linesMax = 500;
const ratesMax = 50;
const dueDaysMax = 3_650;

/** The price of a content, or why it cannot be an invoice. */
export function priceChecked(
  currency: Currency,
  content: InvoiceContent,
): { readonly priced: PricedInvoice } | { readonly refusal: ContentRefusal } {
  const refusal = refusalOf(currency, content);
  if (refusal !== undefined) return { refusal };
  const result = priceInvoice(currency, content);
  if ('tooLarge' in result) return { refusal: { code: 'discount_too_large', ...result.tooLarge } };
  const { gross, total } = result.priced;
  if (gross.minor > largestMinor || total.minor > largestMinor) {
    return { refusal: { code: 'amount_too_large' } };
  }
  return result;
}

function refusalOf(currency: Currency, { lines, discount, due }: InvoiceContent): ContentRefusal | undefined {
  if (lines.length === 0) return { code: 'invoice_without_lines' };
  if (lines.length > linesMax) return { code: 'too_many_lines', atMost: linesMax };
  if (due.kind === 'after' && !(Number.isInteger(due.days) && due.days >= 0 && due.days <= dueDaysMax)) {
    return { code: 'due_days_out_of_range' };
  }
  if (ratesOf(lines).size > ratesMax) return { code: 'too_many_tax_rates', atMost: ratesMax };
  for (const [place, line] of lines.entries()) {
    const refusal = lineRefusal(currency, line, place + 1);
    if (refusal !== undefined) return refusal;
  }
  return discountRefusal(currency, discount, null);
}

function lineRefusal(currency: Currency, line: InvoiceLine, number: number): ContentRefusal | undefined {
  const { charge, discount, taxes, period } = line;
  for (const { quantity, unitPrice } of charge.kind === 'unit' ? [charge] : charge.tiers) {
    if (quantity.units <= 0n) return { code: 'quantity_not_positive', line: number };
    if (unitPrice.units < 0n) return { code: 'unit_price_negative', line: number };
  }
  // A tiered line without tiers takes nothing.
  if (charge.kind === 'tiered' && charge.tiers.length === 0) {
    return { code: 'quantity_not_positive', line: number };
  }
  if (!taxes.every(({ percentage }) => isShare(percentage))) {
    return { code: 'percentage_out_of_range', line: number };
  }
  if (new Set(taxes.map(rateKey)).size < taxes.length) return { code: 'tax_rate_given_twice', line: number };
  if (period !== null && compareDates(period.from, period.to) > 0) {
    return { code: 'period_reversed', line: number };
  }
  return discountRefusal(currency, discount, number);
}

function discountRefusal(
  currency: Currency,
  discount: Discount | null,
  line: number | null,
): ContentRefusal | undefined {
  if (discount === null) return undefined;
  if (discount.kind === 'percentage') return percentageRefusal(discount.percentage, line);
  if (discount.amount.currency !== currency) return { code: 'currency_mismatch', expected: currency };
  return discount.amount.minor < 0n ? { code: 'amount_not_positive' } : undefined;
}

function percentageRefusal(percentage: Decimal, line: number | null): ContentRefusal | undefined {
  return isShare(percentage) ? undefined : { code: 'percentage_out_of_range', line };
}
