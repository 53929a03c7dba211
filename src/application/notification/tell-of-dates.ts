import type { CivilDate } from '../../domain/shared/civil-date.js';
import { addDays } from '../../domain/shared/civil-date.js';
import { parseCurrency } from '../../domain/shared/currency.js';
import type { Clock } from '../ports/clock.js';
import type { ExpiringCards } from '../ports/expiring-cards.js';
import type { InvoiceQueries, InvoiceRow } from '../ports/invoice-queries.js';
import type { JobReport } from '../ports/jobs.js';
import type { Notifications } from '../ports/notifications.js';
import type { PlanQueries } from '../ports/plan-queries.js';
import type { CreditQueries, Page } from '../ports/read-models.js';
import { anyTime, firstPage } from '../ports/read-models.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn } from '../shared/zones.js';
import { later } from '../webhook/retry-schedule.js';
import type { NoticeFact, NoticeKind } from './notice-kinds.js';

/** How long before its date a customer is told of something. */
const dueSoonDays = 3;
const creditDays = 7;
/** What was due longer ago was told then, or was nothing to tell of when this program was first started. */
const overdueDays = 14;
const dayMs = 24 * 3_600_000;
const pageMax = 100;

/**
 * Queues what no fact brings about but the calendar: invoices without a plan that fall due or were missed, cards and credit
 * that expire. It runs again and again, and the outbox takes each once.
 */
export function createTellOfDates(parts: {
  readonly invoices: Pick<InvoiceQueries, 'list'>;
  readonly plans: Pick<PlanQueries, 'list'>;
  readonly credits: Pick<CreditQueries, 'list'>;
  readonly cards: ExpiringCards;
  readonly notifications: Pick<Notifications, 'queue'>;
  /** Where the business's days begin and end. */
  readonly zone: Zone;
  readonly clock: Clock;
}): () => Promise<JobReport> {
  const { invoices, plans, credits, cards, notifications, zone, clock } = parts;

  async function tellOfInvoices(kind: NoticeKind, from: CivilDate, to: CivilDate): Promise<number> {
    return eachRow(
      (startingAfter) =>
        invoices.list({
          ...{ limit: pageMax, startingAfter, endingBefore: null },
          ...anyTime,
          ...{ status: 'open', customer: null, order: null, number: null, dueGte: from, dueLte: to },
        }),
      (row) => tellOfInvoice(kind, row),
    );
  }

  async function tellOfInvoice(kind: NoticeKind, row: InvoiceRow): Promise<boolean> {
    const { id, customer, number, due_on: dueOn } = row;
    if (row.amount_due <= 0n || dueOn === null || (await hasPlan(id))) return false;
    return notifications.queue({
      kind,
      subject: id,
      state: `due ${dueOn}`,
      customer,
      facts: {
        invoice: { text: id },
        reference: { text: number ?? id },
        amount: amountFact(row.amount_due, row.currency),
        due_on: { date: dueOn },
      },
      eventId: null,
    });
  }

  /** A plan tells of its own parts. */
  async function hasPlan(invoice: string): Promise<boolean> {
    const { rows } = await plans.list({
      ...firstPage(1),
      ...anyTime,
      ...{ status: null, customer: null, order: null, invoice },
    });
    return rows.some(({ status }) => status === 'active' || status === 'defaulted');
  }

  async function tellOfCredit(): Promise<number> {
    const now = clock.now();
    return eachRow(
      (startingAfter) =>
        credits.list({
          ...{ limit: pageMax, startingAfter, endingBefore: null },
          ...anyTime,
          ...{ customer: null, status: 'active', type: null, currency: null },
          expiresLte: later(now, creditDays * dayMs),
        }),
      async (row) => {
        const free = row.remaining_amount - row.held_amount;
        if (row.expires_at === null || row.expires_at <= now || free <= 0n) return false;
        return notifications.queue({
          kind: 'credit_expiring',
          subject: row.id,
          state: `expires ${row.expires_at}`,
          customer: row.customer_id,
          facts: { amount: amountFact(free, row.currency), expires_on: { instant: row.expires_at } },
          eventId: null,
        });
      },
    );
  }

  /** Cards of this month and the next: told once, when they come into sight. */
  async function tellOfCards(today: CivilDate): Promise<number> {
    const [year = 0, month = 0] = today.split('-').map(Number);
    const next = month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 };
    return (await cardsOf(year, month)) + (await cardsOf(next.year, next.month));
  }

  async function cardsOf(year: number, month: number): Promise<number> {
    let told = 0;
    let after: string | null = null;
    for (;;) {
      const found = await cards.inMonth(year, month, after, pageMax);
      for (const { paymentMethodId, customer } of found) {
        const queued = await notifications.queue({
          kind: 'card_expiring',
          subject: paymentMethodId,
          state: `expires ${year}-${month}`,
          customer,
          facts: { method: { text: paymentMethodId } },
          eventId: null,
        });
        if (queued) told += 1;
      }
      after = found.at(-1)?.paymentMethodId ?? null;
      if (found.length < pageMax) return told;
    }
  }

  return async () => {
    const today = civilDateIn(zone, clock.now());
    return {
      due_soon: await tellOfInvoices('due_soon', addDays(today, 1), addDays(today, dueSoonDays)),
      overdue: await tellOfInvoices('overdue', addDays(today, -overdueDays), addDays(today, -1)),
      credit_expiring: await tellOfCredit(),
      card_expiring: await tellOfCards(today),
    };
  };
}

/** Goes through all pages of a list; answers for how many rows something was done. */
async function eachRow<Row extends { readonly id: string }>(
  page: (after: string | null) => Promise<Page<Row>>,
  act: (row: Row) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  let after: string | null = null;
  for (;;) {
    const { rows, hasMore }: Page<Row> = await page(after);
    for (const row of rows) if (await act(row)) done += 1;
    after = rows.at(-1)?.id ?? null;
    if (!hasMore || after === null) return done;
  }
}

function amountFact(minor: bigint, currency: string): NoticeFact {
  if (parseCurrency(currency) === undefined) throw new TypeError(`${currency} is no currency`);
  return { amount: minor.toString(), currency };
}
