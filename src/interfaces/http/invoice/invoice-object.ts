import type { InvoiceRow } from '../../../application/ports/invoice-queries.js';
import type { Discount, InvoiceContent } from '../../../domain/invoice/content.js';
import type { PricedInvoice } from '../../../domain/invoice/price-invoice.js';
import { priceInvoice } from '../../../domain/invoice/price-invoice.js';
import type { ExistingInvoice } from '../../../domain/invoice/state.js';
import { claimOn, creditedOf, dueOf, isIssued, leftOf, paidOf } from '../../../domain/invoice/state.js';
import { taxDueOf } from '../../../domain/invoice/tax-point.js';
import type { CivilDate } from '../../../domain/shared/civil-date.js';
import { formatDecimal } from '../../../domain/shared/decimal.js';
import { subtract } from '../../../domain/shared/money.js';
import { paired } from '../../../domain/shared/paired.js';
import { carrierOf } from '../../../domain/shared/tender.js';

/** Invoices as the API shows them: in short from the read model, whole from the aggregate. */
export function invoiceOfRow(row: InvoiceRow, today: CivilDate, livemode: boolean) {
  const overdue = row.status === 'open' && row.due_on !== null && row.due_on < today;
  return { ...row, object: 'invoice' as const, overdue, livemode };
}

export function invoiceOfState(
  state: ExistingInvoice,
  revision: bigint,
  today: CivilDate,
  livemode: boolean,
) {
  const { details, content } = state;
  const priced = pricedOf(state);
  return {
    ...invoiceOfRow(rowOf(state, priced, revision), today, livemode),
    amount_gross: priced.gross.minor,
    amount_discount: priced.discount.minor,
    lines: linesOf(content, priced),
    taxes: priced.taxes.map(({ rate, taxable, amount, remainderTo }, place) => ({
      rate: place + 1,
      name: rate.name,
      percentage: formatDecimal(rate.percentage),
      jurisdiction: rate.jurisdiction,
      inclusive: rate.inclusive,
      amount_taxable: taxable.minor,
      amount: amount.minor,
      remainder_to: remainderTo,
    })),
    discount: discountOf(content.discount),
    discount_remainder_to: priced.discountRemainderTo,
    memo: content.memo,
    tax_point: content.taxPoint ?? ('issue' as const),
    days_until_due: content.due.kind === 'after' ? content.due.days : null,
    ...afterIssue(state),
    currency: details.currency,
  };
}

/** A draft is priced as if it were issued as it is. */
function pricedOf(state: ExistingInvoice): PricedInvoice {
  if (isIssued(state)) return state.priced;
  const result = priceInvoice(state.details.currency, state.content);
  if ('tooLarge' in result) throw new TypeError('a stored draft cannot be priced');
  return result.priced;
}

function rowOf(state: ExistingInvoice, priced: PricedInvoice, revision: bigint): InvoiceRow {
  const { details, content, createdAt, status } = state;
  const issued = isIssued(state) ? state : undefined;
  const due = content.due.kind === 'on' ? content.due.date : null;
  return {
    id: details.invoiceId,
    status,
    number: issued?.number ?? null,
    issued_on: issued?.issuedOn ?? null,
    due_on: status === 'draft' ? due : state.dueOn,
    customer: details.customerId,
    order: details.orderId,
    purpose: details.purpose,
    currency: details.currency,
    amount_net: priced.net.minor,
    amount_tax: priced.tax.minor,
    amount_tax_due: issued === undefined ? 0n : taxDueOf(issued).minor,
    amount_total: priced.total.minor,
    amount_paid: issued === undefined ? 0n : paidOf(issued).minor,
    amount_credited: issued === undefined ? 0n : creditedOf(issued).minor,
    amount_written_off: issued?.writtenOff.minor ?? 0n,
    amount_due: issued === undefined ? 0n : dueOf(issued).minor,
    metadata: content.metadata,
    revision,
    created_at: createdAt,
  };
}

function afterIssue(state: ExistingInvoice) {
  const issued = isIssued(state) ? state : undefined;
  return {
    payments: (issued?.applications ?? []).map((application) => ({
      application: application.applicationId,
      tender: application.tender.kind,
      payment: carrierOf(application.tender),
      amount: application.amount.minor,
      amount_reversed: subtract(application.amount, leftOf(application)).minor,
      applied_at: application.appliedAt,
    })),
    credit_notes: (issued?.creditNotes ?? []).map(({ creditNoteId, number, total }) => ({
      id: creditNoteId,
      number,
      amount_total: total.minor,
    })),
    collection: issued === undefined ? null : (claimOn(issued)?.collectionId ?? null),
    billing_identity_sha256: issued?.billingIdentitySha256 ?? null,
    sent_at: issued?.sentAt ?? null,
    finalized_at: issued?.finalizedAt ?? null,
  };
}

function linesOf(content: InvoiceContent, priced: PricedInvoice) {
  return paired(content.lines, priced.lines).map(([line, amounts], place) => {
    const { charge } = line;
    const unit = charge.kind === 'unit' ? charge : null;
    return {
      line: place + 1,
      description: line.description,
      quantity: unit === null ? null : formatDecimal(unit.quantity),
      unit_price: unit === null ? null : formatDecimal(unit.unitPrice),
      tiers:
        charge.kind === 'unit'
          ? null
          : charge.tiers.map(({ description, quantity, unitPrice }) => ({
              description,
              quantity: formatDecimal(quantity),
              unit_price: formatDecimal(unitPrice),
            })),
      discount: discountOf(line.discount),
      period: line.period,
      amount_gross: amounts.gross.minor,
      amount_discount: amounts.lineDiscount.minor + amounts.invoiceDiscount.minor,
      amount_net: amounts.net.minor,
      amount_tax: amounts.tax.minor,
      amount_total: amounts.total.minor,
      taxes: amounts.taxes.map(({ rate, amount }) => ({ rate, amount: amount.minor })),
      metadata: line.metadata,
    };
  });
}

function discountOf(discount: Discount | null) {
  if (discount === null) return null;
  return discount.kind === 'amount'
    ? { amount: discount.amount.minor }
    : { percentage: formatDecimal(discount.percentage) };
}
