import type { Pool } from 'pg';
import { creditCodec } from '../../application/credit/credit.codec.js';
import type {
  CreditQueries,
  CreditRow,
  PageRequest,
  WalletTransactionRow,
  WalletTransactionType,
} from '../../application/ports/read-models.js';
import { UnknownCursor } from '../../application/ports/read-models.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { CreditEvent, CreditEventOf } from '../../domain/credit/events.js';
import type { CreditPart } from '../../domain/credit/grant.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/**
 * A grant is a row of `account_credits`, with the sums of the domain, which only grow; the rest follows from them. Each
 * grant that a fact touches is a row of `wallet_transactions`.
 */
const ddl = `
  create table account_credits (
    id               text        primary key,
    customer_id      text        not null,
    amount           bigint      not null,
    currency         text        not null,
    type             text        not null,
    paid             boolean     not null,
    source           text,
    description      text,
    priority         integer     not null,
    expires_at       timestamptz,
    late_return      text        not null,
    late_return_days integer,
    granted_by       text        not null,
    metadata         jsonb       not null,
    held             bigint      not null,
    released         bigint      not null,
    spent            bigint      not null,
    restored         bigint      not null,
    expired          bigint      not null,
    revoked          bigint      not null,
    voided           boolean     not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    remaining_amount bigint      not null generated always as
      (amount + restored - spent - expired - revoked) stored,
    held_amount      bigint      not null generated always as (held - released - spent) stored,
    fully_used       boolean     not null generated always as (spent - restored = amount) stored,
    status           text        not null generated always as (
      case
        when voided then 'voided'
        when amount + restored - spent - expired - revoked > 0 then 'active'
        when expired > 0 then 'expired'
        else 'exhausted'
      end) stored,
    check (amount + restored + released - held - expired - revoked >= 0),
    check (held - released - spent >= 0)
  ) with (fillfactor = 85);
  create index account_credits_by_time     on account_credits (created_at, id);
  create index account_credits_by_customer on account_credits (customer_id, created_at, id);
  create index account_credits_by_status   on account_credits (status, created_at, id);
  create index account_credits_by_expiry   on account_credits (expires_at, id) where expires_at is not null;

  create table wallet_transactions (
    event_id    uuid        not null,
    line        smallint    not null,
    position    bigint      not null,
    customer_id text        not null,
    type        text        not null,
    credit_id   text        not null,
    amount      bigint      not null,
    currency    text        not null,
    hold_id     text,
    invoice_id  text,
    created_at  timestamptz not null,
    primary key (event_id, line)
  );
  create index wallet_transactions_by_customer on wallet_transactions (customer_id, position, line);
`;

type Movement = {
  readonly at: Instant;
  readonly parts: readonly CreditPart[];
  /** Of what goes through a hold. */
  readonly holdId?: string;
  readonly invoiceId?: string | null;
};

/** One row of the wallet's history for each part. */
function transactions(
  type: WalletTransactionType,
  { at, parts, holdId, invoiceId }: Movement,
  { id, stream, position }: Envelope,
): readonly RowChange[] {
  return parts.map(({ creditId, amount }, line) =>
    insert('wallet_transactions', {
      event_id: id,
      line,
      position,
      customer_id: idOf(stream),
      type,
      credit_id: creditId,
      amount: amount.minor,
      currency: amount.currency,
      hold_id: holdId ?? null,
      invoice_id: invoiceId ?? null,
      created_at: at,
    }),
  );
}

type Total = 'held' | 'released' | 'spent' | 'restored' | 'expired' | 'revoked';

/** Adds the parts to a sum of their grants, and notes what happened. */
function moved(
  total: Total,
  event: CreditEventOf<'CreditHeld' | 'CreditHoldReleased' | 'CreditSpent' | 'CreditRestored'>,
  envelope: Envelope,
): readonly RowChange[] {
  return [
    ...event.parts.map(({ creditId, amount }) => grow(creditId, event.at, { [total]: amount.minor })),
    ...transactions(total, event, envelope),
  ];
}

function ended(
  total: 'expired' | 'revoked',
  event: CreditEventOf<'CreditExpired' | 'CreditRevoked'>,
  envelope: Envelope,
  set: Row = {},
): readonly RowChange[] {
  const { at, creditId, amount } = event;
  return [
    grow(creditId, at, { [total]: amount.minor }, set),
    ...transactions(total, { at, parts: [{ creditId, amount }] }, envelope),
  ];
}

/** What changes no sum of the grant. */
function told(
  type: WalletTransactionType,
  { at, creditId, amount }: CreditEventOf<'CreditLeftUnpaid' | 'CreditUnpaidReturned'>,
  envelope: Envelope,
): readonly RowChange[] {
  return [grow(creditId, at, {}), ...transactions(type, { at, parts: [{ creditId, amount }] }, envelope)];
}

function grow(
  creditId: string,
  at: Instant,
  by: Readonly<Partial<Record<Total, bigint>>>,
  set: Row = {},
): RowChange {
  return update('account_credits', { id: creditId }, { updated_at: at, ...set }, by);
}

function granted(event: CreditEventOf<'CreditGranted'>, envelope: Envelope): readonly RowChange[] {
  const { at, creditId, amount, lateReturn } = event;
  return [
    insert('account_credits', {
      id: creditId,
      customer_id: event.customerId,
      amount: amount.minor,
      currency: amount.currency,
      type: event.grantType,
      paid: event.paid,
      source: event.source,
      description: event.description,
      priority: event.priority,
      expires_at: event.expiresAt,
      late_return: lateReturn.policy,
      late_return_days: lateReturn.policy === 'extension' ? lateReturn.days : null,
      granted_by: event.grantedBy,
      metadata: event.metadata,
      ...{ held: 0n, released: 0n, spent: 0n, restored: 0n, expired: 0n, revoked: 0n },
      voided: false,
      created_at: at,
      updated_at: at,
    }),
    ...transactions('granted', { at, parts: [{ creditId, amount }] }, envelope),
  ];
}

export const creditsProjection: Projection = {
  name: 'credits',
  version: 2,
  ddl,
  tables: { account_credits: ['id'], wallet_transactions: ['event_id', 'line'] },
  changesOf: routeByCategory({
    creditAccount: onEvents<CreditEvent>(creditCodec, {
      CreditGranted: granted,
      CreditHeld: (event, envelope) => moved('held', event, envelope),
      CreditHoldReleased: (event, envelope) => moved('released', event, envelope),
      CreditSpent: (event, envelope) => moved('spent', event, envelope),
      CreditRestored: (event, envelope) => moved('restored', event, envelope),
      CreditExpired: (event, envelope) => ended('expired', event, envelope),
      CreditRevoked: (event, envelope) =>
        ended('revoked', event, envelope, event.partly !== undefined ? {} : { voided: true }),
      CreditExpiryExtended: ({ at, creditId, amount, expiresAt }, envelope) => [
        grow(creditId, at, {}, { expires_at: expiresAt }),
        ...transactions('extended', { at, parts: [{ creditId, amount }] }, envelope),
      ],
      CreditLeftUnpaid: (event, envelope) => told('left_unpaid', event, envelope),
      CreditUnpaidReturned: (event, envelope) => told('unpaid_returned', event, envelope),
    }),
  }),
};

const transactionId = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(\d{1,4})$/;

export class PostgresCreditQueries implements CreditQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<CreditQueries['list']>[0]): ReturnType<CreditQueries['list']> {
    return keysetPage<CreditRow>(this.#pool, {
      select: `select id, customer_id, amount, currency, type, paid, source, description, priority, status,
                 remaining_amount, held_amount, fully_used, expires_at, late_return, late_return_days, granted_by,
                 metadata, created_at, updated_at
               from read_credits.account_credits`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_credits.account_credits where id = $)',
      conditions: new Conditions()
        .add('customer_id = $', filter.customer)
        .add('status = $', filter.status)
        .add('type = $', filter.type)
        .add('currency = $', filter.currency)
        .add('expires_at <= $', filter.expiresLte)
        .addCreated(filter),
      page: filter,
    });
  }

  async findCustomer(creditId: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ customer_id: string }>(
      'select customer_id from read_credits.account_credits where id = $1',
      [creditId],
    );
    return rows[0]?.customer_id;
  }

  async transactions(
    customer: string,
    page: Parameters<CreditQueries['transactions']>[1],
  ): ReturnType<CreditQueries['transactions']> {
    await this.#mustBeOf(customer, page);
    return keysetPage<WalletTransactionRow>(this.#pool, {
      select: `select event_id || '/' || line as id, type, credit_id, amount, currency, hold_id, invoice_id, created_at
               from read_credits.wallet_transactions`,
      order: ['position', 'line'],
      cursor: `(select position, line from read_credits.wallet_transactions
                where event_id = split_part($, '/', 1)::uuid and line = split_part($, '/', 2)::smallint)`,
      conditions: new Conditions().add('customer_id = $', customer),
      page: {
        ...page,
        startingAfter: knownShape(page.startingAfter),
        endingBefore: knownShape(page.endingBefore),
      },
    });
  }

  /** A line of somebody else's would say where in the log it stands. */
  async #mustBeOf(customer: string, { startingAfter, endingBefore }: PageRequest): Promise<void> {
    const id = startingAfter ?? endingBefore;
    if (id === null) return;
    const { rows } = await this.#pool.query(
      `select 1 from read_credits.wallet_transactions where customer_id = $1
         and event_id = split_part($2, '/', 1)::uuid and line = split_part($2, '/', 2)::smallint`,
      [customer, knownShape(id)],
    );
    if (rows.length === 0)
      throw new UnknownCursor(startingAfter === null ? 'ending_before' : 'starting_after');
  }
}

/** An id of another shape is one that does not exist. */
function knownShape(id: string | null): string | null {
  return id === null || transactionId.test(id) ? id : '00000000-0000-0000-0000-000000000000/0';
}
