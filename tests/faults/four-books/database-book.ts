import type { ClientBase } from 'pg';
import type { Posting } from './postings.js';
import type { RawEvent } from './raw-event.js';

/** Book 3: the ledger and the read models as the database holds them, and what is still waiting there. */
export type DatabaseBook = {
  readonly payments: ReadonlyMap<string, PaymentRow>;
  readonly refunds: ReadonlyMap<string, RefundRow>;
  readonly postings: ReadonlyMap<string, readonly Posting[]>;
  /** What is not at rest, in words; empty once all is quiet. */
  readonly waiting: readonly string[];
};

export type PaymentRow = {
  readonly id: string;
  readonly step: string;
  readonly canceling: boolean;
  readonly amount: bigint;
  readonly currency: string;
  readonly amount_authorized: bigint;
  readonly amount_captured: bigint;
  readonly amount_refunded: bigint;
  readonly fee: bigint | null;
  readonly payment_intent: string | null;
  readonly revision: bigint;
};

export type RefundRow = {
  readonly id: string;
  readonly payment: string;
  readonly status: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly provider_refund: string | null;
};

const bigints = (names: readonly string[]) => (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      names.includes(name) && value !== null ? BigInt(String(value)) : value,
    ]),
  );

export async function readDatabaseBook(client: ClientBase): Promise<DatabaseBook> {
  const payments = await client.query(
    `select id, step, canceling, amount, currency, amount_authorized, amount_captured, amount_refunded, fee,
       payment_intent, revision from read_payments.payments`,
  );
  const refunds = await client.query(
    'select id, payment, status, amount, currency, provider_refund from read_refunds.refunds',
  );
  const entries = await client.query<{ event_id: string; account: string; currency: string; amount: string }>(
    'select event_id, account, currency, amount from read_ledger.entries',
  );
  const postings = new Map<string, Posting[]>();
  for (const { event_id, account, currency, amount } of entries.rows) {
    const line = { account, currency, amount: BigInt(amount) };
    postings.set(event_id, [...(postings.get(event_id) ?? []), line]);
  }
  const amounts = [
    ...['amount', 'amount_authorized', 'amount_captured', 'amount_refunded', 'fee', 'revision'],
  ];
  return {
    payments: new Map(payments.rows.map((row) => [row.id, bigints(amounts)(row) as PaymentRow])),
    refunds: new Map(refunds.rows.map((row) => [row.id, bigints(amounts)(row) as RefundRow])),
    postings,
    waiting: await readWaiting(client),
  };
}

/** Requests without an outcome, webhooks not handled, events not applied or parked, and what is due and was not done. */
export async function readWaiting(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ what: string }>(
    `select 'open request ' || kind || ' of ' || stream as what from read_pending_effects.open_requests
     union all
     select status || ' webhook ' || id || ': ' || coalesce(last_error, '') from counterfoil.inbound_webhooks
       where status in ('received', 'failed', 'parked')
     union all
     select 'parked event ' || event_id || ' of ' || projection || ': ' || error from counterfoil.parked_events
     union all
     select 'projection ' || name || ' lags behind' from counterfoil.projections
       where position < (select coalesce(max(position), 0) from eventstore.events)
     union all
     select 'policies lag behind' from counterfoil.policy_position
       where position < (select coalesce(max(position), 0) from eventstore.events)
     union all
     select 'policies could not handle ' || type || ' of ' || stream || ': ' || last_error from counterfoil.policy_failures
     union all
     select kind || ' of ' || stream || ' is not done' from read_agenda.items
       where due_at <= clock_timestamp() or kind = 'collection.step'
     limit 1000`,
  );
  return rows.map(({ what }) => what);
}

const pageSize = 20_000;

/** Every event, in the order of positions, a page at a time. */
export async function readStreams(client: ClientBase): Promise<readonly RawEvent[]> {
  const events: RawEvent[] = [];
  for (let after = 0n; ; ) {
    const { rows } = await client.query(
      `select position, stream, revision, event_id, type, data, metadata
       from eventstore.events where position > $1 order by position limit ${pageSize}`,
      [after],
    );
    for (const row of rows) {
      events.push({ ...row, position: BigInt(row.position), revision: BigInt(row.revision) });
    }
    after = events.at(-1)?.position ?? after;
    if (rows.length < pageSize) return events;
  }
}
