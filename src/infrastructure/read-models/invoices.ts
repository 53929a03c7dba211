import type { Pool } from 'pg';
import { invoiceCodec } from '../../application/invoice/invoice.codec.js';
import type { Position } from '../../application/ports/event-store.js';
import type {
  CreditNoteQueries,
  CreditNoteRow,
  InvoiceFilter,
  InvoiceQueries,
  InvoiceRow,
} from '../../application/ports/invoice-queries.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { InvoiceContent } from '../../domain/invoice/content.js';
import type { CreditedParts, InvoiceEvent } from '../../domain/invoice/events.js';
import { priceInvoice } from '../../domain/invoice/price-invoice.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { Currency } from '../../domain/shared/currency.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import { money, negate } from '../../domain/shared/money.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/**
 * `due_changes` has a row for every fact that changes what is due, so that what was due at any time can be added up; only
 * invoices that were not settled by then need to be looked at.
 */
const ddl = `
  create table invoices (
    id                 text        primary key,
    status             text        not null,
    number             text,
    issued_on          date,
    due_on             date,
    customer           text        not null,
    "order"            text,
    purpose            text        not null,
    currency           text        not null,
    amount_net         bigint      not null,
    amount_tax         bigint      not null,
    amount_tax_due     bigint      not null,
    amount_total       bigint      not null,
    amount_paid        bigint      not null,
    amount_credited    bigint      not null,
    amount_written_off bigint      not null,
    amount_due         bigint      not null check (amount_due >= 0),
    metadata           jsonb       not null,
    revision           bigint      not null,
    created_at         timestamptz not null,
    finalized_at       timestamptz,
    settled_at         timestamptz
  ) with (fillfactor = 70);
  create index invoices_by_time     on invoices (created_at, id);
  create index invoices_by_customer on invoices (customer, created_at, id);
  create index invoices_by_order    on invoices ("order", created_at, id) where "order" is not null;
  create index invoices_by_status   on invoices (status, created_at, id);
  create index invoices_by_due_date on invoices (due_on) where due_on is not null;
  create index invoices_by_amount   on invoices (amount_total, created_at);
  create index invoices_by_number on invoices (number text_pattern_ops) where number is not null;
  create index invoices_by_settlement
    on invoices ((coalesce(settled_at, 'infinity'::timestamptz))) where finalized_at is not null;

  create table credit_notes (
    id           text        primary key,
    invoice      text        not null,
    customer     text        not null,
    status       text        not null,
    number       text,
    reason       text        not null,
    issued_on    date        not null,
    currency     text        not null,
    amount_net   bigint      not null,
    amount_tax   bigint      not null,
    amount_total bigint      not null,
    reverses     text,
    created_at   timestamptz not null
  ) with (fillfactor = 85);
  create index credit_notes_by_time     on credit_notes (created_at, id);
  create index credit_notes_by_invoice  on credit_notes (invoice, created_at, id);
  create index credit_notes_by_number   on credit_notes (number text_pattern_ops) where number is not null;
  create index credit_notes_by_customer on credit_notes (customer, created_at, id);

  create table due_changes (
    invoice  text        not null,
    revision bigint      not null,
    at       timestamptz not null,
    amount   bigint      not null,
    primary key (invoice, revision) include (at, amount)
  );
`;

/** Changes the event's invoice, and notes that it is the invoice's latest. */
function change(
  envelope: Envelope,
  set: Row,
  add: Readonly<Record<string, bigint>> = {},
): readonly RowChange[] {
  return [update('invoices', { id: idOf(envelope.stream) }, { revision: envelope.revision, ...set }, add)];
}

/** What is due moves by `amount`, and `counter` of the invoice against it. */
function move(
  envelope: Envelope,
  at: Instant,
  { minor }: Money,
  counter: 'amount_paid' | 'amount_credited' | 'amount_written_off',
  set: Row = {},
): readonly RowChange[] {
  return [
    ...change(envelope, set, { amount_due: minor, [counter]: -minor }),
    ...dueChange(envelope, at, minor),
  ];
}

function dueChange(envelope: Envelope, at: Instant, amount: bigint): readonly RowChange[] {
  const { revision } = envelope;
  return amount === 0n
    ? []
    : [insert('due_changes', { invoice: idOf(envelope.stream), revision, at, amount })];
}

/** What a draft would come to; it was checked before it was stored. */
function draftAmounts(currency: Currency, content: InvoiceContent): Row {
  const result = priceInvoice(currency, content);
  if ('tooLarge' in result) throw new TypeError('a stored draft cannot be priced');
  return amountsOf(result.priced);
}

function amountsOf({ net, tax, total }: Omit<CreditedParts, 'lines'>): Row {
  return { amount_net: net.minor, amount_tax: tax.minor, amount_total: total.minor };
}

const handlers = onEvents<InvoiceEvent>(invoiceCodec, {
  InvoiceDrafted: (event, { revision }) => [
    insert('invoices', {
      id: event.invoiceId,
      status: 'draft',
      number: null,
      issued_on: null,
      due_on: null,
      customer: event.customerId,
      order: event.orderId,
      purpose: event.purpose,
      currency: event.currency,
      ...draftAmounts(event.currency, event.content),
      amount_tax_due: 0n,
      amount_paid: 0n,
      amount_credited: 0n,
      amount_written_off: 0n,
      amount_due: 0n,
      metadata: event.content.metadata,
      revision,
      created_at: event.at,
      finalized_at: null,
      settled_at: null,
    }),
  ],
  InvoiceDraftRevised: ({ content, currency }, envelope) =>
    change(envelope, { ...draftAmounts(currency, content), metadata: content.metadata }),
  InvoiceFinalizationRequested: (_event, envelope) => change(envelope, { status: 'finalizing' }),
  InvoiceFinalized: (event, envelope) => [
    ...change(envelope, {
      status: 'open',
      number: event.number,
      issued_on: event.issuedOn,
      due_on: event.dueOn,
      ...amountsOf(event),
      amount_tax_due: event.content.taxPoint === 'payment' ? 0n : event.tax.minor,
      amount_due: event.total.minor,
      finalized_at: event.at,
    }),
    ...dueChange(envelope, event.at, event.total.minor),
  ],
  InvoiceSent: (_event, envelope) => change(envelope, {}),
  InvoiceCollectionClaimed: (_event, envelope) => change(envelope, {}),
  InvoiceCollectionReleased: (_event, envelope) => change(envelope, {}),
  InvoicePaymentApplied: ({ at, amount }, envelope) => move(envelope, at, negate(amount), 'amount_paid'),
  InvoicePaymentReversed: ({ at, amount }, envelope) => move(envelope, at, amount, 'amount_paid'),
  InvoiceRefundRequested: (_event, envelope) => change(envelope, {}),
  InvoiceRefundPartRefused: (_event, envelope) => change(envelope, {}),
  InvoiceCreditRequested: (event, envelope) => [
    ...change(envelope, {}),
    insert('credit_notes', {
      id: event.creditNoteId,
      invoice: idOf(envelope.stream),
      customer: event.customerId,
      status: 'pending',
      number: null,
      reason: event.creditReason,
      issued_on: event.issuedOn,
      currency: event.total.currency,
      ...amountsOf(event),
      reverses: event.reverses ?? null,
      created_at: event.at,
    }),
  ],
  InvoiceCredited: ({ at, total, tax, taxPoint, number, creditNoteId }, envelope) => [
    ...move(envelope, at, negate(total), 'amount_credited'),
    ...(taxPoint === 'payment' ? [] : change(envelope, {}, { amount_tax_due: -tax.minor })),
    update('credit_notes', { id: creditNoteId }, { status: 'issued', number }),
  ],
  InvoicePaid: ({ at }, envelope) => change(envelope, { status: 'paid', settled_at: at }),
  InvoiceReopened: (_event, envelope) => change(envelope, { status: 'open', settled_at: null }),
  InvoiceVoided: ({ at, total }, envelope) => [
    ...change(envelope, { status: 'void', amount_due: 0n, amount_tax_due: 0n, settled_at: at }),
    ...dueChange(envelope, at, -total.minor),
  ],
  InvoiceMarkedUncollectible: ({ at, amount }, envelope) =>
    move(envelope, at, negate(amount), 'amount_written_off', { status: 'uncollectible', settled_at: at }),
  InvoiceDifferenceWrittenOff: ({ at, amount }, envelope) =>
    move(envelope, at, negate(amount), 'amount_written_off'),
  InvoiceTaxFellDue: ({ amount }, envelope) => change(envelope, {}, { amount_tax_due: amount.minor }),
});

export const invoicesProjection: Projection = {
  name: 'invoices',
  version: 4,
  ddl,
  tables: { invoices: ['id'], credit_notes: ['id'], due_changes: ['invoice', 'revision'] },
  changesOf: routeByCategory({ invoice: handlers }),
};

export class PostgresInvoiceQueries implements InvoiceQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: InvoiceFilter): ReturnType<InvoiceQueries['list']> {
    return keysetPage<InvoiceRow>(this.#pool, {
      select: `select id, status, number, issued_on::text, due_on::text, customer, "order", purpose, currency,
                 amount_net, amount_tax, amount_tax_due, amount_total, amount_paid, amount_credited, amount_written_off,
                 amount_due, metadata, revision, created_at
               from read_invoices.invoices`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_invoices.invoices where id = $)',
      conditions: new Conditions()
        .add('status = $', filter.status)
        .add('customer = $', filter.customer)
        .add('"order" = $', filter.order)
        .add('number like $', filter.number === null ? null : `${escaped(filter.number)}%`)
        .add('due_on >= $', filter.dueGte)
        .add('due_on <= $', filter.dueLte)
        .addCreated(filter),
      page: filter,
    });
  }

  async owedBy(customer: string, today: CivilDate, elsewhere: readonly string[]) {
    const { rows } = await this.#pool.query<{ currency: string; due: bigint; overdue: bigint }>(
      `select currency, sum(amount_due)::bigint as due,
         coalesce(sum(amount_due) filter (where due_on < $2 and id <> all ($3)), 0)::bigint as overdue
       from read_invoices.invoices where customer = $1 and status = 'open' and amount_due > 0
       group by currency order by currency`,
      [customer, today, elsewhere],
    );
    return rows;
  }

  async dueAt(instant: Instant, customer: string | null): ReturnType<InvoiceQueries['dueAt']> {
    const conditions = new Conditions()
      .add("coalesce(i.settled_at, 'infinity'::timestamptz) >= $", instant)
      .add('i.finalized_at < $', instant)
      .add('c.at < $', instant)
      .add('i.customer = $', customer);
    type Due = { readonly dueOn: CivilDate; readonly currency: Currency; readonly amount: bigint };
    type Nothing = { readonly dueOn: null };
    // One statement, so that the position and the sums are of one snapshot.
    const { rows } = await this.#pool.query<{ readonly position: Position } & (Due | Nothing)>(
      `with due as (
         select i.due_on::text as "dueOn", i.currency, sum(c.amount)::bigint as amount
         from read_invoices.invoices i join read_invoices.due_changes c on c.invoice = i.id
         ${conditions.where} group by i.due_on, i.currency having sum(c.amount) <> 0
       )
       select position, due.* from counterfoil.projections left join due on true
       where name = 'invoices' order by "dueOn", currency`,
      conditions.values,
    );
    return {
      position: rows[0]?.position ?? 0n,
      due: rows.flatMap((row) =>
        row.dueOn === null ? [] : [{ dueOn: row.dueOn, amount: money(row.amount, row.currency) }],
      ),
    };
  }
}

/** The text as it stands, for `like`. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}

export class PostgresCreditNoteQueries implements CreditNoteQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<CreditNoteQueries['list']>[0]): ReturnType<CreditNoteQueries['list']> {
    return keysetPage<CreditNoteRow>(this.#pool, {
      select: `select id, invoice, status, number, reason, issued_on::text, currency, amount_net, amount_tax,
                 amount_total, reverses, created_at
               from read_invoices.credit_notes`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_invoices.credit_notes where id = $)',
      conditions: new Conditions()
        .add('invoice = $', filter.invoice)
        .add('customer = $', filter.customer)
        .addCreated(filter),
      page: filter,
    });
  }

  async findInvoice(creditNoteId: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ invoice: string }>(
      'select invoice from read_invoices.credit_notes where id = $1',
      [creditNoteId],
    );
    return rows[0]?.invoice;
  }
}
