import type { PricedInvoice } from '../../domain/invoice/price-invoice.js';
import type { Application, ExistingInvoice, IssuedInvoice } from '../../domain/invoice/state.js';
import { creditedOf, dueOf, isIssued, leftOf, paidOf } from '../../domain/invoice/state.js';
import { taxesIn } from '../../domain/invoice/tax-point.js';
import type { ExistingPlan } from '../../domain/plan/state.js';
import { askedOf, nothing, outstandingOf } from '../../domain/plan/state.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, negate, subtract } from '../../domain/shared/money.js';
import { carrierOf } from '../../domain/shared/tender.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn } from '../shared/zones.js';
import type { Wording } from './document-look.js';
import { filled } from './labels.js';
import type { Column, Section, Total } from './sheet.js';

/** What was paid and credited, and what is left: the end of the totals. */
export function settlementTotals({ labels, format }: Wording, invoice: IssuedInvoice): readonly Total[] {
  const taken: readonly (readonly [string, Money])[] = [
    [labels.paid, paidOf(invoice)],
    [labels.credited, creditedOf(invoice)],
    [labels.written_off, invoice.writtenOff],
  ];
  return [
    ...taken
      .filter(([, amount]) => isPositive(amount))
      .map(([label, amount]): Total => ({ label, value: format.amount(negate(amount)), weight: 'plain' })),
    { label: labels.amount_due, value: format.money(dueOf(invoice)), weight: 'grand' },
  ];
}

/** Each payment and each credit note of an invoice. */
export function paymentSections(wording: Wording, invoice: IssuedInvoice, zone: Zone): readonly Section[] {
  const { labels, format } = wording;
  const notes = invoice.creditNotes.filter(({ number }) => number !== null);
  const rows = [
    ...invoice.applications.map((application) => ({
      on: civilDateIn(zone, application.appliedAt),
      how: labels[`how_${application.tender.kind}`],
      reference: carrierOf(application.tender),
      amount: leftOf(application),
      note: returnedOf(wording, application),
    })),
    ...notes.map(({ issuedOn, number, total }) => ({
      on: issuedOn,
      how: labels.credit_note,
      reference: number ?? '',
      amount: total,
      note: '',
    })),
  ];
  if (rows.length === 0) return [];
  const columns = [
    column(labels.date),
    column(labels.how),
    { ...column(labels.reference), grows: true },
    figures(labels.amount),
  ];
  return [
    {
      title: labels.payments,
      table: {
        columns,
        rows: rows
          .toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
          .map(({ on, how, reference, amount, note }) => ({
            cells: [format.date(on), how, reference, format.amount(negate(amount))],
            details: note === '' ? [] : [['', '', note, '']],
          })),
      },
    },
  ];
}

function returnedOf({ labels, format }: Wording, application: Application): string {
  const returned = subtract(application.amount, leftOf(application));
  return isPositive(returned) ? filled(labels.returned, { amount: format.amount(returned) }) : '';
}

/** When which part is to be paid; nothing for a plan that only says when the whole is due, or that asks for nothing. */
export function planSections(
  { labels, format }: Wording,
  plan: ExistingPlan | null,
  invoice: ExistingInvoice,
): readonly Section[] {
  if (plan === null || plan.status === 'canceled' || plan.parts.length < 2) return [];
  // Where the tax falls due with the payments, each part says how much of it is tax.
  const taxes =
    isIssued(invoice) && invoice.content.taxPoint === 'payment'
      ? taxesIn(invoice, plan.parts.map(askedOf))
      : null;
  const columns = [
    column(labels.part),
    { ...column(labels.due_on), grows: true },
    figures(labels.amount),
    ...(taxes === null ? [] : [figures(labels.tax)]),
    figures(labels.settled),
    figures(labels.open),
  ];
  return [
    {
      title: labels.payment_plan,
      table: {
        columns,
        rows: plan.parts.map((part, place) => ({
          cells: [
            format.count(part.part),
            part.due.kind === 'date' ? format.date(part.due.on) : filled(labels.milestone, part.due),
            format.amount(part.amount),
            ...(taxes === null ? [] : [format.amount(taxes[place] ?? nothing(plan))]),
            format.amount(part.settled),
            format.amount(outstandingOf(part)),
          ],
          details: [],
        })),
      },
    },
  ];
}

/** The rates with what they are taken of. */
export function taxSections({ labels, format }: Wording, { taxes }: PricedInvoice): readonly Section[] {
  if (taxes.length === 0) return [];
  const columns = [
    { ...column(labels.tax), grows: true },
    column(labels.jurisdiction),
    figures(labels.rate),
    figures(labels.taxable),
    figures(labels.amount),
  ];
  return [
    {
      title: labels.taxes,
      table: {
        columns,
        rows: taxes.map(({ rate, taxable, amount }) => ({
          cells: [
            rate.name,
            rate.jurisdiction ?? '',
            format.percentage(rate.percentage),
            format.amount(taxable),
            format.amount(amount),
          ],
          details: rate.inclusive ? [[labels.included, '', '', '', '']] : [],
        })),
      },
    },
  ];
}

function column(label: string): Column {
  return { label, align: 'start', grows: false };
}

function figures(label: string): Column {
  return { label, align: 'end', grows: false };
}
