import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import type { InvoiceFilter, InvoiceRow } from '../../../src/application/ports/invoice-queries.js';
import { eventIdOf } from '../../../src/application/shared/event-ids.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import type { InvoiceEvent } from '../../../src/domain/invoice/events.js';
import { dueOf, isIssued } from '../../../src/domain/invoice/state.js';
import { parseCivilDate } from '../../../src/domain/shared/civil-date.js';
import type { CreditNoteId, InvoiceId } from '../../../src/domain/shared/ids.js';
import { parseCustomerId } from '../../../src/domain/shared/ids.js';
import { agendaProjection } from '../../../src/infrastructure/read-models/agenda.js';
import {
  invoicesProjection,
  PostgresCreditNoteQueries,
  PostgresInvoiceQueries,
} from '../../../src/infrastructure/read-models/invoices.js';
import { ledgerProjection, PostgresLedgerQueries } from '../../../src/infrastructure/read-models/ledger.js';
import { foldInvoice, invoiceCommands } from '../../support/invoice-arbitraries.js';
import {
  at,
  content,
  draftInvoice,
  finalizeInvoice,
  line,
  play,
  recordFinalized,
} from '../../support/invoice-examples.js';
import { invoiceRowsOf } from '../../support/invoice-rows.js';
import { required } from '../../support/payment-examples.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recorded } from './support.js';

const projections = [invoicesProjection, ledgerProjection, agendaProjection];
const dayMs = 86_400_000;
const day = (n: number) => later(at, n * dayMs);
const anything: InvoiceFilter = {
  limit: 100,
  startingAfter: null,
  endingBefore: null,
  createdGte: null,
  createdGt: null,
  createdLte: null,
  createdLt: null,
  status: null,
  customer: null,
  order: null,
  number: null,
  dueGte: null,
  dueLte: null,
};

type History = { readonly id: InvoiceId; readonly events: readonly InvoiceEvent[] };

/** The same history for another invoice, a day between one fact and the next. */
function retold(events: readonly InvoiceEvent[], n: number): History {
  const named = <I extends string>(prefix: string, id: string) =>
    `${prefix}_${v5(`${id} ${n}`, v5.URL)}` as I;
  const id = named<InvoiceId>('inv', 'invoice');
  const own = events.map((event, index): InvoiceEvent => {
    const at = day(index);
    if (event.type === 'InvoiceDrafted' || event.type === 'InvoiceFinalized') {
      return { ...event, at, invoiceId: id };
    }
    return 'creditNoteId' in event
      ? { ...event, at, creditNoteId: named<CreditNoteId>('cn', event.creditNoteId) }
      : { ...event, at };
  });
  return { id, events: own };
}

function logOf(all: readonly History[]): readonly RecordedEvent[] {
  const events = all.flatMap(({ id, events: own }) =>
    own.map((event, index) => ({
      ...recorded(`invoice-${id}`, BigInt(index), 0n),
      id: eventIdOf(id, index),
      ...invoiceCodec.encode(event),
    })),
  );
  return events
    .sort((a, b) => Number(a.revision - b.revision))
    .map((event, index) => ({ ...event, position: BigInt(index + 1) }));
}

describe('the read models of random invoices', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());

  async function project(log: readonly RecordedEvent[], batchMax: number): Promise<void> {
    for (const { name } of projections) await bench.rows(`drop schema if exists read_${name} cascade`);
    await bench.rows('truncate counterfoil.projections, counterfoil.parked_events');
    const running = await bench.start(new RecordedEventStore(log), projections, { batchMax });
    expect(await running.reached(BigInt(log.length), 20_000)).toBe(true);
    await running.stop();
    expect(await bench.rows('select projection, error from counterfoil.parked_events')).toEqual([]);
  }

  it('equal a fold of the log, and what was due at any time is what the facts by then had left', async () => {
    const histories = fc
      .array(
        invoiceCommands.map((commands) => play(commands).events),
        { minLength: 1, maxLength: 20 },
      )
      .map((all) => all.map(retold));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    await fc.assert(
      fc.asyncProperty(histories, fc.constantFrom(2, 7, 1_000), async (all, batchMax) => {
        await project(logOf(all), batchMax);
        const queries = new PostgresInvoiceQueries(bench.pool);
        const { rows } = await queries.list(anything);
        const expected = all.flatMap(({ events }) => invoiceRowsOf(foldInvoice(events), events.length));
        expect([...rows].sort(byId)).toEqual(expected.sort(byId));
        for (const n of [0, 1, 3, 5, 8, 13, 40]) {
          const { due } = await queries.dueAt(day(n), null);
          const sum = due.reduce((total, { amount }) => total + amount.minor, 0n);
          const left = all.map(({ events }) => {
            const state = foldInvoice(events.filter((event) => event.at < day(n)));
            return isIssued(state) ? dueOf(state).minor : 0n;
          });
          expect(sum).toBe(left.reduce((total, one) => total + one, 0n));
        }
        await expectOwed(queries, expected);
        const balance = await new PostgresLedgerQueries(bench.pool).trialBalance(null);
        const receivable = balance.rows.find(({ account }) => account === 'accounts_receivable');
        expect(receivable?.balance ?? 0n).toBe(expected.reduce((total, row) => total + row.amount_due, 0n));
        expect(balance.rows.reduce((total, row) => total + row.balance, 0n)).toBe(0n);
        const waiting = all.flatMap(({ events }) => {
          const state = foldInvoice(events);
          if (state.status === 'finalizing') return ['invoice.finalization'];
          const notes = isIssued(state) ? state.creditNotes : [];
          return notes.filter(({ number }) => number === null).map(() => 'invoice.credit_note');
        });
        const items = await bench.rows('select kind from read_agenda.items');
        expect(items.map(({ kind }) => kind).sort()).toEqual(waiting.sort());
      }),
      { numRuns: 6 },
    );
  });

  /** The sums of each customer, added up a second time; one invoice has dates elsewhere. */
  async function expectOwed(queries: PostgresInvoiceQueries, all: readonly InvoiceRow[]): Promise<void> {
    const elsewhere = all.find((row) => row.status === 'open' && row.amount_due > 0n)?.id ?? '';
    // Late enough for whatever is open to be overdue.
    const today = required(parseCivilDate('2099-01-01'));
    for (const customer of new Set(all.map((row) => row.customer))) {
      const open = all.filter(
        (row) => row.customer === customer && row.status === 'open' && row.amount_due > 0n,
      );
      const late = open.filter((row) => row.id !== elsewhere && row.due_on !== null && row.due_on < today);
      const sumOf = (rows: readonly InvoiceRow[], of: string) =>
        rows.reduce((sum, row) => sum + (row.currency === of ? row.amount_due : 0n), 0n);
      const expected = [...new Set(open.map(({ currency }) => currency))]
        .sort()
        .map((currency) => ({ currency, due: sumOf(open, currency), overdue: sumOf(late, currency) }));
      expect(await queries.owedBy(customer, today, [elsewhere])).toEqual(expected);
    }
  }

  it('are found by customer, status, due date and the beginning of a number', async () => {
    const other = required(parseCustomerId('cus_0193f1a0-0000-7000-8000-000000000002'));
    const issued = (n: number, days: number) => {
      const draft = draftInvoice(content([line('1')], { due: { kind: 'after', days } }));
      const number = `INV-2026-00000${n}`;
      return retold(play([draft, finalizeInvoice, recordFinalized(number)]).events, n);
    };
    const draft = retold(play([draftInvoice()]).events, 4);
    const all = [issued(1, 0), issued(2, 30), issued(3, 60), draft].map((history, place) => ({
      ...history,
      events: history.events.map((event) =>
        place === 0 && 'customerId' in event ? { ...event, customerId: other } : event,
      ),
    }));
    await project(logOf(all), 100);
    const queries = new PostgresInvoiceQueries(bench.pool);
    const find = async (filter: Partial<InvoiceFilter>) =>
      (await queries.list({ ...anything, ...filter })).rows.map(({ number }) => number).sort();
    const dates = (await queries.list(anything)).rows
      .map((row) => row.due_on)
      .filter((on) => on !== null)
      .sort();
    expect(dates).toEqual(['2026-11-01', '2026-12-01', '2026-12-31']);
    const [, middle = null] = dates;
    expect(await find({ number: 'INV-2026-000002' })).toEqual(['INV-2026-000002']);
    expect(await find({ number: 'INV-2026' })).toHaveLength(3);
    expect(await find({ number: 'INV_2026' })).toEqual([]);
    expect(await find({ number: '%' })).toEqual([]);
    expect(await find({ status: 'draft' })).toEqual([null]);
    expect(await find({ customer: other })).toEqual(['INV-2026-000001']);
    expect(await find({ dueGte: middle })).toEqual(['INV-2026-000002', 'INV-2026-000003']);
    expect(await find({ dueLte: middle })).toEqual(['INV-2026-000001', 'INV-2026-000002']);
    const { due } = await queries.dueAt(day(40), other);
    expect(due).toEqual([{ dueOn: '2026-11-01', amount: { minor: 100n, currency: 'EUR' } }]);
    const owed = await queries.owedBy(other, required(parseCivilDate('2026-11-02')), []);
    expect(owed).toEqual([{ currency: 'EUR', due: 100n, overdue: 100n }]);
    expect((await queries.list({ ...anything, limit: 2 })).hasMore).toBe(true);
    const notes = await new PostgresCreditNoteQueries(bench.pool).list({ ...anything, invoice: null });
    expect(notes).toEqual({ rows: [], hasMore: false });
  });
});
