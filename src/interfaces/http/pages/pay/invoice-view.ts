import type { Charge, InvoiceLine } from '../../../../domain/invoice/content.js';
import type { IssuedInvoice } from '../../../../domain/invoice/state.js';
import { creditedOf, leftOf, paidOf, payableOf } from '../../../../domain/invoice/state.js';
import { formatDecimal } from '../../../../domain/shared/decimal.js';
import { isZero } from '../../../../domain/shared/money.js';
import type { Tender } from '../../../../domain/shared/tender.js';

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
      name: `${rate.name} ${formatDecimal(rate.percentage)}%`,
      amount,
    })),
    memo: content.memo,
    lines: content.lines.map((line, index) => ({
      description: line.description,
      detail: detailOf(line),
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

function detailOf({ charge, period }: InvoiceLine): string {
  const when = period === null ? '' : `${period.from} to ${period.to}`;
  return [chargeText(charge), when].filter((text) => text !== '').join(', ');
}

function chargeText(charge: Charge): string {
  if (charge.kind === 'tiered') return charge.tiers.map(({ description }) => description).join('; ');
  const quantity = formatDecimal(charge.quantity);
  return quantity === '1' ? '' : `${quantity} × ${formatDecimal(charge.unitPrice)}`;
}
