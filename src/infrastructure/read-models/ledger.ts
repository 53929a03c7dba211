import type { Pool } from 'pg';
import { creditCodec } from '../../application/credit/credit.codec.js';
import { invoiceCodec } from '../../application/invoice/invoice.codec.js';
import { creditJournalOf } from '../../application/ledger/credit-journals.js';
import { invoiceJournalOf } from '../../application/ledger/invoice-journals.js';
import { manualPaymentJournalOf } from '../../application/ledger/manual-payment-journals.js';
import { journalOf } from '../../application/ledger/payment-journals.js';
import { manualPaymentCodec } from '../../application/manual-payment/manual-payment.codec.js';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import type { Position } from '../../application/ports/event-store.js';
import type { LedgerEntryRow, LedgerQueries, TrialBalanceRow } from '../../application/ports/read-models.js';
import type { Journal } from '../../domain/ledger/journal.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEveryEvent, routeByCategory } from '../projections/projection.js';
import type { RowChange } from '../projections/row-changes.js';
import { insert } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/** Positions whose entries are summed up together: few enough to be added up while somebody waits for a trial balance. */
export const positionsPerSum = 8_192;

/**
 * Journals are written once, whole, and never changed: the database holds that every statement that adds entries leaves
 * each of its journals balanced in each currency, with two lines or more and none of zero. Two tables follow
 * from the entries, and spare queries the sum of them all: `sums` has those of each stretch of positions, for trial balances, and
 * `moves` what each journal did to a customer's account with us, for statements.
 */
const ddl = `
  create table journals (
    event_id    uuid        primary key,
    description text        not null,
    stream      text        not null,
    position    bigint      not null,
    at          timestamptz not null,
    recorded_at timestamptz not null
  );
  create table entries (
    position bigint   not null,
    line     smallint not null,
    event_id uuid     not null,
    account  text     not null,
    amount   bigint   not null check (amount <> 0),
    currency text     not null,
    primary key (position, line) include (account, currency, amount)
  );
  create index entries_by_account on entries (account, position, line);
  create table sums (
    stretch  bigint not null,
    account  text   not null,
    currency text   not null,
    debits   bigint not null,
    credits  bigint not null,
    primary key (stretch, account, currency)
  );

  create table owners (
    stream   text primary key,
    customer text not null
  );
  -- Receivable, credit and unapplied payments are what stands between a customer and us: every other account is ours alone.
  create table moves (
    customer   text        not null,
    position   bigint      not null,
    currency   text        not null,
    event_id   uuid        not null,
    at         timestamptz not null,
    receivable bigint      not null,
    credit     bigint      not null,
    unapplied  bigint      not null,
    primary key (customer, position, currency)
  );

  create function check_balance() returns trigger language plpgsql as $body$
  begin
    if exists (select 1 from added group by event_id, currency having sum(amount) <> 0)
      or exists (select 1 from added group by event_id having count(*) < 2) then
      raise exception 'a journal does not balance' using errcode = 'check_violation';
    end if;
    -- For the statement as a whole, where a foreign key would look for the journal of each entry.
    if (select count(*) from journals j where (j.event_id, j.position) in (select event_id, position from added))
      <> (select count(distinct event_id) from added) then
      raise exception 'an entry has no journal' using errcode = 'foreign_key_violation';
    end if;
    return null;
  end $body$;
  create trigger balanced after insert on entries
    referencing new table as added for each statement execute function check_balance();

  create function sum_up() returns trigger language plpgsql as $body$
  begin
    insert into sums
      select position / ${positionsPerSum}, account, currency,
        coalesce(sum(amount) filter (where amount > 0), 0), coalesce(-sum(amount) filter (where amount < 0), 0)
      from added group by 1, account, currency
      on conflict (stretch, account, currency) do update
        set debits = sums.debits + excluded.debits, credits = sums.credits + excluded.credits;
    -- A credit account is a customer's by its name; other streams are by their first fact.
    insert into moves
      select coalesce(o.customer, substr(j.stream, ${'creditAccount-'.length + 1})), a.position, a.currency, a.event_id, j.at,
        coalesce(sum(a.amount) filter (where a.account = 'accounts_receivable'), 0),
        coalesce(sum(a.amount) filter (where a.account = 'customer_credit'), 0),
        coalesce(sum(a.amount) filter (where a.account = 'unapplied_payments'), 0)
      from added a join journals j using (event_id) left join owners o using (stream)
      where a.account in ('accounts_receivable', 'customer_credit', 'unapplied_payments')
        and (o.customer is not null or starts_with(j.stream, 'creditAccount-'))
      group by 1, a.position, a.currency, a.event_id, j.at;
    return null;
  end $body$;
  create trigger summed after insert on entries
    referencing new table as added for each statement execute function sum_up();

  create function refuse_change() returns trigger language plpgsql as $body$
  begin
    raise exception 'the ledger is append-only: % refused', tg_op using errcode = 'restrict_violation';
  end $body$;
  create trigger append_only before update or delete or truncate on journals
    for each statement execute function refuse_change();
  create trigger append_only before update or delete or truncate on entries
    for each statement execute function refuse_change();
`;

function post({ description, lines }: Journal, at: Instant, envelope: Envelope): readonly RowChange[] {
  const { id, stream, position, recordedAt } = envelope;
  return [
    insert('journals', { event_id: id, description, stream, position, at, recorded_at: recordedAt }),
    ...lines.map(({ account, amount }, line) =>
      insert('entries', {
        event_id: id,
        line,
        account,
        amount: amount.minor,
        currency: amount.currency,
        position,
      }),
    ),
  ];
}

/**
 * Books the facts of a module for which its function makes journals.
 * @param ownerOf the customer whose stream it is, told by the stream's first fact; null for all others
 */
function booking<E extends { readonly at: Instant }>(
  journalOfEvent: (event: E) => Journal | undefined,
  ownerOf: (event: E) => string | null = () => null,
) {
  return (event: E, envelope: Envelope): readonly RowChange[] => {
    const journal = journalOfEvent(event);
    const customer = ownerOf(event);
    return [
      ...(customer === null ? [] : [insert('owners', { stream: envelope.stream, customer })]),
      ...(journal === undefined ? [] : post(journal, event.at, envelope)),
    ];
  };
}

export const ledgerProjection: Projection = {
  name: 'ledger',
  version: 5,
  ddl,
  tables: {
    owners: ['stream'],
    journals: ['event_id'],
    entries: ['position', 'line'],
    sums: ['stretch', 'account', 'currency'],
    moves: ['customer', 'position', 'currency'],
  },
  changesOf: routeByCategory({
    payment: onEveryEvent(
      paymentCodec,
      booking(journalOf, (event) => (event.type === 'PaymentCreated' ? event.customerId : null)),
    ),
    invoice: onEveryEvent(
      invoiceCodec,
      booking(invoiceJournalOf, (event) => (event.type === 'InvoiceDrafted' ? event.customerId : null)),
    ),
    creditAccount: onEveryEvent(creditCodec, booking(creditJournalOf)),
    manualPayment: onEveryEvent(
      manualPaymentCodec,
      booking(manualPaymentJournalOf, (event) =>
        event.type === 'ManualPaymentRecorded' ? event.customerId : null,
      ),
    ),
  }),
};

const entryId = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(\d{1,4})$/;

export class PostgresLedgerQueries implements LedgerQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** One statement, so that the position and the rows are of one snapshot. */
  async trialBalance(at: Position | null): ReturnType<LedgerQueries['trialBalance']> {
    type Counted = { readonly position: Position; readonly as_of: Instant | null };
    const { rows } = await this.#pool.query<Counted & (TrialBalanceRow | { readonly account: null })>(
      `with known as (
         select least(position, coalesce($1::bigint, position)) as position
         from counterfoil.projections where name = 'ledger'
       ), parts as (
         select account, currency, debits, credits from read_ledger.sums
         where stretch < (select position from known) / ${positionsPerSum}
         union all
         select account, currency, greatest(amount, 0), greatest(-amount, 0) from read_ledger.entries
         where position <= (select position from known)
           and position >= (select position from known) / ${positionsPerSum} * ${positionsPerSum}
       ), totals as (
         select account, currency, sum(debits) as debits, sum(credits) as credits from parts group by account, currency
       ), latest as (
         select recorded_at from read_ledger.journals where event_id = (
           select event_id from read_ledger.entries where position <= (select position from known)
           order by position desc, line desc limit 1)
       )
       select position, (select recorded_at from latest) as as_of, account, currency, coalesce(debits, 0)::bigint as debits,
         coalesce(credits, 0)::bigint as credits, (coalesce(debits, 0) - coalesce(credits, 0))::bigint as balance
       from known left join totals on true order by account, currency`,
      [at],
    );
    const totals = rows.flatMap(({ position: _position, as_of: _asOf, ...row }) =>
      row.account === null ? [] : [row],
    );
    return { position: rows[0]?.position ?? 0n, asOf: rows[0]?.as_of ?? null, rows: totals };
  }

  entries(
    account: string,
    page: Parameters<LedgerQueries['entries']>[1],
  ): ReturnType<LedgerQueries['entries']> {
    return keysetPage<LedgerEntryRow>(this.#pool, {
      select: `select e.event_id || '/' || e.line as id, e.account, e.amount, e.currency, j.description, e.event_id,
                 j.stream, e.position, j.recorded_at
               from read_ledger.entries e join read_ledger.journals j using (event_id)`,
      order: ['e.position', 'e.line'],
      cursor: `(select e.position, e.line from read_ledger.journals j join read_ledger.entries e using (position)
                where j.event_id = split_part($, '/', 1)::uuid and e.line = split_part($, '/', 2)::smallint)`,
      conditions: new Conditions().add('e.account = $', account),
      page: {
        ...page,
        startingAfter: validId(page.startingAfter),
        endingBefore: validId(page.endingBefore),
      },
    });
  }
}

/** An id of another shape is one that does not exist. */
function validId(id: string | null): string | null {
  return id === null || entryId.test(id) ? id : '00000000-0000-0000-0000-000000000000/0';
}
