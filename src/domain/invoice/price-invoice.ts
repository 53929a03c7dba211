import { allocate, percentageOf } from '../shared/allocation.js';
import type { Currency } from '../shared/currency.js';
import { exponentOf } from '../shared/currency.js';
import { multiplyDecimals, roundToUnits, sumOfDecimals } from '../shared/decimal.js';
import type { Money } from '../shared/money.js';
import { add, compare, money, subtract, sum, zero } from '../shared/money.js';
import { paired } from '../shared/paired.js';
import type { Charge, Discount, InvoiceContent } from './content.js';
import type { LineTax, PricedTax } from './price-taxes.js';
import { priceTaxes } from './price-taxes.js';

/** What every line and the whole come to. Lines and rates are named by their place, from 1. */
export type PricedInvoice = {
  readonly lines: readonly PricedLine[];
  /** Each rate of the document once, in the order in which the lines name them. */
  readonly taxes: readonly PricedTax[];
  /** Lines whose part of the invoice's discount was rounded up. */
  readonly discountRemainderTo: readonly number[];
  /** Sum of the lines before any discount. */
  readonly gross: Money;
  readonly discount: Money;
  /** gross - discount - tax that the prices held already */
  readonly net: Money;
  readonly tax: Money;
  /** net + tax */
  readonly total: Money;
};

export type PricedLine = {
  readonly gross: Money;
  readonly lineDiscount: Money;
  /** The line's part of the invoice's discount. */
  readonly invoiceDiscount: Money;
  readonly net: Money;
  /** In the order of the document's rates. */
  readonly taxes: readonly LineTax[];
  readonly tax: Money;
  readonly total: Money;
};

/** A discount is larger than what it is taken from; `line` is null for the invoice's own. */
export type DiscountTooLarge = { readonly line: number | null; readonly atMost: Money };

/**
 * Prices an invoice: amounts are rounded once for each line, tax once for each rate on the whole document, and every part
 * of a whole sums to it exactly. Discounts come before tax.
 */
export function priceInvoice(
  currency: Currency,
  content: InvoiceContent,
): { readonly priced: PricedInvoice } | { readonly tooLarge: DiscountTooLarge } {
  const charged = content.lines.map(({ charge, discount, taxes }) => {
    const gross = grossOf(currency, charge);
    return { gross, lineDiscount: discountOf(discount, gross), taxes };
  });
  const place = charged.findIndex(({ gross, lineDiscount }) => compare(lineDiscount, gross) > 0);
  const refused = charged[place];
  if (refused !== undefined) return { tooLarge: { line: place + 1, atMost: refused.gross } };
  const discounted = charged.map(({ gross, lineDiscount }) => subtract(gross, lineDiscount));
  const subtotal = sum(currency, discounted);
  const invoiceDiscount = discountOf(content.discount, subtotal);
  if (compare(invoiceDiscount, subtotal) > 0) return { tooLarge: { line: null, atMost: subtotal } };
  const shares = allocate(
    invoiceDiscount,
    discounted.map(({ minor }) => minor),
  );
  const amounts = paired(discounted, shares.parts).map(([amount, share]) => subtract(amount, share));
  const taxed = priceTaxes(
    currency,
    paired(charged, amounts).map(([{ taxes }, amount]) => ({ amount, taxes })),
  );
  const lines = paired(paired(charged, shares.parts), taxed.lines).map(
    ([[{ gross, lineDiscount }, invoiceDiscountShare], { net, taxes }]): PricedLine => {
      const tax = sumOf(currency, taxes, ({ amount }) => amount);
      return {
        gross,
        lineDiscount,
        invoiceDiscount: invoiceDiscountShare,
        net,
        taxes,
        tax,
        total: add(net, tax),
      };
    },
  );
  return {
    priced: {
      lines,
      taxes: taxed.rates,
      discountRemainderTo: shares.remainderTo.map((at) => at + 1),
      gross: sumOf(currency, lines, ({ gross }) => gross),
      discount: sumOf(currency, lines, (line) => add(line.lineDiscount, line.invoiceDiscount)),
      net: sumOf(currency, lines, ({ net }) => net),
      tax: sumOf(currency, taxed.rates, ({ amount }) => amount),
      total: sumOf(currency, lines, ({ total }) => total),
    },
  };
}

function grossOf(currency: Currency, charge: Charge): Money {
  const products = (charge.kind === 'unit' ? [charge] : charge.tiers).map(({ quantity, unitPrice }) =>
    multiplyDecimals(quantity, unitPrice),
  );
  return money(roundToUnits(sumOfDecimals(products), exponentOf(currency)), currency);
}

function discountOf(discount: Discount | null, amount: Money): Money {
  if (discount === null) return zero(amount.currency);
  return discount.kind === 'amount' ? discount.amount : percentageOf(amount, discount.percentage);
}

function sumOf<T>(currency: Currency, items: readonly T[], amountOf: (item: T) => Money): Money {
  return sum(currency, items.map(amountOf));
}
