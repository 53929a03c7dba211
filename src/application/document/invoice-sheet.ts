import type { InvoiceContent } from '../../domain/invoice/content.js';
import type { PricedInvoice } from '../../domain/invoice/price-invoice.js';
import { priceInvoice } from '../../domain/invoice/price-invoice.js';
import type { ExistingInvoice } from '../../domain/invoice/state.js';
import { dueOf, isIssued } from '../../domain/invoice/state.js';
import type { ExistingPlan } from '../../domain/plan/state.js';
import type { Money } from '../../domain/shared/money.js';
import { add, isPositive, isZero, negate, sum } from '../../domain/shared/money.js';
import type { BillingIdentity } from '../ports/billing-identities.js';
import type { Zone } from '../shared/zones.js';
import type { Wording } from './document-look.js';
import { buyerOf, frameOf } from './document-look.js';
import { discountLabel, lineTable } from './invoice-lines.js';
import { filled, nearest } from './labels.js';
import { paymentSections, planSections, settlementTotals, taxSections } from './settlement.js';
import type { Fact, Sheet, Total } from './sheet.js';

/** More rates than these stand in a table of their own, so that the totals stay in sight. */
const ratesInTotalsMax = 4;

export type PrintedInvoice = {
  readonly invoice: ExistingInvoice;
  /** Null where nobody is on record (any more). */
  readonly buyer: BillingIdentity | null;
  readonly plan: ExistingPlan | null;
  /** Whose days payments are dated by. */
  readonly zone: Zone;
};

export function invoiceSheet(wording: Wording, printed: PrintedInvoice): Sheet {
  const { invoice, buyer, plan, zone } = printed;
  const { labels, look } = wording;
  const { blocks, texts } = look.template;
  const { content, createdAt } = invoice;
  const priced = pricedOf(invoice);
  const issued = isIssued(invoice) ? invoice : null;
  const { intro = null, closing = null } = nearest(texts, wording.format.locale) ?? {};
  const memo = blocks.includes('memo') ? content.memo : null;
  return {
    ...frameOf(wording),
    madeAt: issued?.finalizedAt ?? createdAt,
    heading: labels.invoice,
    number: issued?.number ?? null,
    mark: markOf(wording, invoice),
    buyer: buyerOf(wording, buyer),
    facts: factsOf(wording, invoice),
    headline: headlineOf(wording, invoice, priced.total),
    intro,
    lines: lineTable(wording, content, priced),
    totals: [
      ...pricedTotals(wording, content, priced),
      ...(issued === null ? [] : settlementTotals(wording, issued)),
    ],
    sections: [
      ...(blocks.includes('tax_table') || priced.taxes.length > ratesInTotalsMax
        ? taxSections(wording, priced)
        : []),
      ...(issued !== null && blocks.includes('payments') ? paymentSections(wording, issued, zone) : []),
      ...(blocks.includes('payment_plan') ? planSections(wording, plan, invoice) : []),
    ],
    closing: [memo, closing].filter((text) => text !== null),
  };
}

/** A draft is priced as if it were issued as it is. */
function pricedOf(invoice: ExistingInvoice): PricedInvoice {
  if (isIssued(invoice)) return invoice.priced;
  const result = priceInvoice(invoice.details.currency, invoice.content);
  if ('tooLarge' in result) throw new TypeError('a stored draft cannot be priced');
  return result.priced;
}

function markOf({ labels }: Wording, { status }: ExistingInvoice): string | null {
  switch (status) {
    case 'draft':
    case 'finalizing':
      return labels.draft;
    case 'void':
      return labels.void;
    case 'uncollectible':
      return labels.uncollectible;
    case 'open':
    case 'paid':
      return null;
  }
}

function factsOf({ labels, format }: Wording, invoice: ExistingInvoice): readonly Fact[] {
  const { content, details, status } = invoice;
  const dueOn = status === 'draft' ? (content.due.kind === 'on' ? content.due.date : null) : invoice.dueOn;
  return [
    ...(status === 'draft' ? [] : [{ label: labels.issued_on, value: format.date(invoice.issuedOn) }]),
    ...(dueOn === null ? [] : [{ label: labels.due_on, value: format.date(dueOn) }]),
    { label: labels.currency, value: details.currency },
    ...(details.orderId === null ? [] : [{ label: labels.order, value: details.orderId }]),
  ];
}

function headlineOf({ labels, format }: Wording, invoice: ExistingInvoice, total: Money): Sheet['headline'] {
  if (!isIssued(invoice)) return { amount: format.money(total), note: labels.draft };
  const due = dueOf(invoice);
  return {
    amount: format.money(due),
    note: isZero(due) ? labels.nothing_due : filled(labels.due_by, { date: format.date(invoice.dueOn) }),
  };
}

/** From the lines to the total, each figure following from those above it. */
function pricedTotals(
  wording: Wording,
  content: InvoiceContent,
  { lines, gross, net, tax, taxes, total }: PricedInvoice,
): readonly Total[] {
  const { labels, format } = wording;
  const { currency } = total;
  const lineDiscounts = sum(
    currency,
    lines.map(({ lineDiscount }) => lineDiscount),
  );
  const invoiceDiscount = sum(
    currency,
    lines.map((line) => line.invoiceDiscount),
  );
  const subtotal = add(gross, negate(lineDiscounts));
  const plain = (label: string, amount: Money): Total => ({
    label,
    value: format.amount(amount),
    weight: 'plain',
  });
  return [
    plain(labels.subtotal, subtotal),
    ...(content.discount !== null && isPositive(invoiceDiscount)
      ? [plain(discountLabel(wording, content.discount), negate(invoiceDiscount))]
      : []),
    ...(isZero(tax) ? [] : [plain(labels.net, net)]),
    ...(taxes.length > ratesInTotalsMax
      ? [plain(labels.tax, tax)]
      : taxes.map(({ rate, taxable, amount }) => {
          const named = `${rate.name} ${format.percentage(rate.percentage)}`;
          const on = filled(labels.tax_on, { tax: named, base: format.amount(taxable) });
          return plain(rate.inclusive ? `${on} (${labels.included})` : on, amount);
        })),
    { label: labels.total, value: format.money(total), weight: 'strong' },
  ];
}
