import type { Charge, InvoiceLine } from '../../../../domain/invoice/content.js';
import type { IssuedInvoice } from '../../../../domain/invoice/state.js';
import { creditedOf, leftOf, paidOf, payableOf } from '../../../../domain/invoice/state.js';
import { exponentOf } from '../../../../domain/shared/currency.js';
import { formatDecimal } from '../../../../domain/shared/decimal.js';
import { isZero } from '../../../../domain/shared/money.js';
import type { Tender } from '../../../../domain/shared/tender.js';
import { formatDay } from '../shared/format.js';

const paidBy: Readonly<Record<Tender['kind'], string>> = {
  card: 'Card',
  credit: 'Your credit',
  manual: 'Transfer, cheque or cash',
};

/** An issued invoice as its customer reads it: what it is for, what was paid, and what is left. */
export function invoiceView(invoice: IssuedInvoice) {
  const { number, issuedOn, dueOn, priced, content } = invoice;
  const { lines, taxes, discount, net, tax, total } = priced;
  return {
    ...{ number, issuedOn, dueOn, net, total, status: invoice.status },
    tax: isZero(tax) ? null : tax,
    discount: isZero(discount) ? null : discount,
    taxes: taxes.map(({ rate, amount }) => ({
      name: `${rate.inclusive ? 'Of it ' : ''}${rate.name} ${formatDecimal(rate.percentage)}%`,
      amount,
    })),
    memo: content.memo,
    lines: content.lines.map((line, index) => ({
      description: line.description,
      detail: detailOf(line, exponentOf(total.currency)),
      amount: lines[index]?.gross ?? total,
    })),
    payments: invoice.applications
      .map((application) => ({
        by: paidBy[application.tender.kind],
        at: application.appliedAt,
        amount: leftOf(application),
      }))
      .filter(({ amount }) => !isZero(amount)),
    paid: paidOf(invoice),
    credited: isZero(creditedOf(invoice)) ? null : creditedOf(invoice),
    due: payableOf(invoice),
  };
}

function detailOf({ charge, period }: InvoiceLine, exponent: number): string {
  const when = period === null ? '' : `${formatDay(period.from)} to ${formatDay(period.to)}`;
  return [chargeText(charge, exponent), when].filter((text) => text !== '').join(', ');
}

function chargeText(charge: Charge, exponent: number): string {
  if (charge.kind === 'tiered') return charge.tiers.map(({ description }) => description).join('; ');
  const quantity = formatDecimal(charge.quantity);
  return quantity === '1' ? '' : `${quantity} × ${priceText(formatDecimal(charge.unitPrice), exponent)}`;
}

/** A price has the digits of its currency at least, and more where it is finer than that. */
function priceText(text: string, exponent: number): string {
  const [whole = '', fraction = ''] = text.split('.');
  const digits = fraction.padEnd(exponent, '0');
  return digits === '' ? whole : `${whole}.${digits}`;
}
