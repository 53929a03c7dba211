import type { CollectionQueries } from '../../../../application/ports/collection-queries.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { collectionOfState } from '../../collection/collection-object.js';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import type { planObject } from '../../plan/plan-object.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Table } from './cells.js';
import { amount, day, idCell, status, text, time, words } from './cells.js';

type Invoice = ReturnType<typeof invoiceOfState>;
type Collection = ReturnType<typeof collectionOfState>;
type Plan = ReturnType<typeof planObject>;

/** Who looks into why an invoice is not paid needs the latest attempts; the others are in the events. */
const attemptsShown = 10;

export function linesOf({ lines, currency }: Invoice): Table {
  return {
    caption: 'Lines',
    columns: [
      { title: 'Description' },
      { title: 'Quantity' },
      { title: 'Unit price' },
      { title: 'Amount', amounts: true },
    ],
    rows: lines.map((line) => [
      text(line.description),
      text(line.quantity),
      text(line.unit_price),
      amount(line.amount_net, currency),
    ]),
  };
}

export function taxesOf({ taxes, currency }: Invoice): Table {
  return {
    caption: 'Taxes',
    columns: [
      { title: 'Tax' },
      { title: 'Rate' },
      { title: 'Where' },
      { title: 'Of', amounts: true },
      { title: 'Amount', amounts: true },
    ],
    rows: taxes.map((tax) => [
      text(tax.name),
      text(`${tax.percentage} %${tax.inclusive ? ', in the price' : ''}`),
      text(tax.jurisdiction),
      amount(tax.amount_taxable, currency),
      amount(tax.amount, currency),
    ]),
  };
}

/** What was set against the invoice: cards, credit, and what came by hand. */
export function paymentsOf({ payments, currency }: Invoice): Table {
  return {
    caption: 'Paid with',
    columns: [
      { title: 'How' },
      { title: 'Which' },
      { title: 'Amount', amounts: true },
      { title: 'Taken back', amounts: true },
      { title: 'When' },
    ],
    rows: payments.map((payment) => [
      words(payment.tender),
      idCell(payment.payment),
      amount(payment.amount, currency),
      amount(payment.amount_reversed, currency),
      time(payment.applied_at),
    ]),
  };
}

export function creditNotesOf({ credit_notes: notes, currency }: Invoice): Table {
  return {
    caption: 'Credit notes',
    columns: [{ title: 'Number' }, { title: 'Credit note' }, { title: 'Amount', amounts: true }],
    rows: notes.map((note) => [
      text(note.number ?? 'waits for its number'),
      idCell(note.id),
      amount(note.amount_total, currency),
    ]),
  };
}

/** What was tried to collect the invoice, newest first, with the payments that were made for it. */
export async function attemptsAt(
  invoice: string,
  {
    collections,
    ask,
    by,
  }: { readonly collections: CollectionQueries; readonly ask: AskApi; readonly by: Asker },
): Promise<Table> {
  const { rows } = await collections.list({
    ...firstPage(attemptsShown),
    ...anyTime,
    ...{ invoice, customer: null, status: null },
  });
  const found = await Promise.all(
    rows.map(async ({ id }) => {
      const { body } = await ask('GET /v1/collections/:id', { params: { id } }, by);
      return body as Collection;
    }),
  );
  return {
    caption: 'Attempts to collect',
    columns: [
      { title: 'When' },
      { title: 'Outcome' },
      { title: 'Asked for', amounts: true },
      { title: 'Came in', amounts: true },
      { title: 'By' },
      { title: 'Payment' },
      { title: 'Why it failed' },
    ],
    rows: found.flatMap((each) =>
      each.legs.map((leg, place) => [
        place === 0 ? time(each.created_at) : text(null),
        status(leg.status),
        amount(leg.amount, each.currency),
        amount(leg.status === 'settled' ? leg.amount : 0n, each.currency),
        words(leg.type),
        idCell(leg.payment ?? leg.manual_payment ?? null),
        text((leg.last_error ?? each.last_error)?.message),
      ]),
    ),
  };
}

/** The plan by which the invoice is paid, with each part as it is now; null where it has none. */
export async function planAt(
  invoice: string,
  { plans, ask, by }: { readonly plans: PlanQueries; readonly ask: AskApi; readonly by: Asker },
): Promise<{ readonly id: string; readonly table: Table } | null> {
  const { rows } = await plans.list({
    ...firstPage(1),
    ...anyTime,
    ...{ status: null, customer: null, order: null, invoice },
  });
  const [latest] = rows;
  if (latest === undefined) return null;
  const { body } = await ask('GET /v1/payment_plans/:id', { params: { id: latest.id } }, by);
  const plan = body as Plan;
  return { id: plan.id, table: partsOf(plan, `Payment plan, ${plan.status}`) };
}

/** The parts of a plan as they are now. */
export function partsOf(plan: Plan, caption: string): Table {
  return {
    caption,
    columns: [
      { title: 'Part' },
      { title: 'Due' },
      { title: 'Status' },
      { title: 'Amount', amounts: true },
      { title: 'Settled', amounts: true },
      { title: 'Late fees', amounts: true },
      { title: 'Collected' },
    ],
    rows: plan.parts.map((part) => [
      text(String(part.part)),
      part.due_on === null ? text(`at ${part.milestone}`) : day(part.due_on),
      status(part.status),
      amount(part.amount, plan.currency),
      amount(part.amount_settled, plan.currency),
      amount(part.late_fees, plan.currency),
      text(collectedHow(part)),
    ]),
  };
}

function collectedHow({ collect, failed_collections: failed }: Plan['parts'][number]): string {
  const how = collect === 'automatic' ? 'by itself' : 'by hand';
  return failed === 0n ? how : `${how}, failed ${failed === 1n ? 'once' : `${failed} times`}`;
}
