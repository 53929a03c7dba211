import { createHash } from 'node:crypto';
import type pg from 'pg';
import type {
  ByHand,
  ClaimedWebhook,
  HandlingOutcome,
  InboundWebhook,
  InboundWebhookStatus,
  InboundWebhooks,
  Reception,
  VerifiedWebhook,
  WebhookAct,
} from '../../application/ports/inbound-webhooks.js';
import { UnknownCursor } from '../../application/ports/read-models.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';
import { GroupCommit } from './group-commit.js';

type Received = { readonly webhook: VerifiedWebhook; readonly parkedBecause: string | null };
type Settled = {
  readonly claimed: Pick<ClaimedWebhook, 'id' | 'lease'>;
  readonly outcome: HandlingOutcome;
};

const batchMax = 64;
/** A batch's statement is sent as one message: large bodies fill it sooner. */
const bytesPerItem = 65_536;
/** So many webhooks are deleted in one statement and one commit. */
const pruneMax = 1_000;
/** Beyond this the sender is told to come again: it keeps its webhooks for days. */
const queueMax = 10_000;

/** So many webhooks of one object are claimed together. */
const ofOneObjectMax = 32;

const columns = `id, type, api_version, livemode, object_id, payload, status, attempts, deliveries, last_error, note,
  received_at, processed_at, next_attempt_at`;

const receivedTypes = ['text', 'text', 'text', 'boolean', 'text', 'text', 'bytea', 'text', 'bigint'] as const;
const receiveStatement = (size: number): string => `
  insert into counterfoil.inbound_webhooks as known
    (id, type, api_version, livemode, object_id, payload, payload_sha256, deliveries, last_error, status, next_attempt_at)
  select id, type, api_version, livemode, object_id, payload, payload_sha256, deliveries, parked_because,
    case when parked_because is null then 'received' else 'parked' end,
    case when parked_because is null then now() end
  from (values ${valuesList(receivedTypes, size)})
    as incoming (id, type, api_version, livemode, object_id, payload, payload_sha256, parked_because, deliveries)
  where id is not null
  on conflict (id) do update set deliveries = known.deliveries + excluded.deliveries
    where known.payload_sha256 = excluded.payload_sha256
  returning id, (xmax = 0) as inserted`;

const settledTypes = ['text', 'timestamptz', 'text', 'text', 'text', 'timestamptz'] as const;
const settleStatement = (size: number): string => `
  update counterfoil.inbound_webhooks as webhook
  set status = settled.status, note = settled.note, last_error = settled.error, leased_until = null,
    next_attempt_at = settled.retry_at,
    processed_at = case when settled.status in ('processed', 'ignored') then now() end
  from (values ${valuesList(settledTypes, size)}) as settled (id, lease, status, note, error, retry_at)
  where webhook.id = settled.id and webhook.leased_until = settled.lease`;

const setDue = `set status = 'received', attempts = 0, next_attempt_at = now(), leased_until = null, processed_at = null,
  last_error = null, note = null`;

/** One more than the limit is looked for, to tell whether there are more. */
function replayParkedStatement({ where, values }: Conditions, limit: number): string {
  const place = (n: number): string => `$${values.length + n}`;
  return `
    with found as (
      select id, arrival from counterfoil.inbound_webhooks ${where} order by arrival limit ${limit + 1}
    ),
    taken as (select id, arrival from found order by arrival limit ${limit}),
    changed as (
      update counterfoil.inbound_webhooks as webhook ${setDue}
      from taken where webhook.id = taken.id and webhook.status = 'parked' returning webhook.id
    ),
    noted as (
      insert into counterfoil.inbound_webhook_acts (webhook, act, actor, reason, request)
      select id, 'replay', ${place(1)}::jsonb, ${place(2)}::text, ${place(3)}::text from changed
    )
    select (select count(*)::int from changed) as replayed, (select count(*)::int from found) as found,
      (select id from taken order by arrival desc limit 1) as last`;
}

/**
 * From the oldest of one status on, so that what is to be deleted is found without reading the rest. The status is looked
 * at again in the row that is deleted: it may have been replayed since.
 */
const pruneStatement = `
  delete from counterfoil.inbound_webhooks
  where status = $1 and id = any (array(
    select id from (
      select id, received_at from counterfoil.inbound_webhooks where status = $1 order by arrival limit ${pruneMax}
    ) as oldest
    where received_at < now() - $2 * interval '1 day'))`;

/** The inbox in a table. Webhooks that wait to be stored, or settled, go out together in one statement and one commit. */
export class PostgresInboundWebhooks implements InboundWebhooks {
  readonly #pool: pg.Pool;
  readonly #receptions: GroupCommit<Received, Reception>;
  readonly #settlements: GroupCommit<Settled, undefined>;

  /** @param pool stays the caller's to close, after `close` */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.#receptions = new GroupCommit({
      batchMax,
      queueMax,
      weight: ({ webhook }) => 1 + Math.floor(webhook.payload.length / bytesPerItem),
      flush: (items) => this.#receiveAll(items),
    });
    this.#settlements = new GroupCommit({
      batchMax,
      queueMax: Number.POSITIVE_INFINITY,
      flush: (items) => this.#settleAll(items),
    });
  }

  receive(webhook: VerifiedWebhook, parkedBecause: string | null): Promise<Reception> {
    return this.#receptions.submit({ webhook, parkedBecause });
  }

  settle(claimed: Pick<ClaimedWebhook, 'id' | 'lease'>, outcome: HandlingOutcome): Promise<void> {
    return this.#settlements.submit({ claimed, outcome });
  }

  /** Takes nothing more in, and resolves when what came before is stored and settled. */
  async close(): Promise<void> {
    await Promise.all([this.#receptions.close(), this.#settlements.close()]);
  }

  /** The moment at which a lease ends, to the microsecond, is its name: text keeps what an instant would round off. */
  async claimDue(limit: number, leaseMs: number): Promise<readonly ClaimedWebhook[]> {
    const { rows } = await this.#pool.query<Row & { readonly lease: string }>({
      name: 'inbound-webhooks-claim',
      text: `select ${columns}, leased_until::text as lease
        from counterfoil.claim_inbound_webhooks_by_object($1, ${ofOneObjectMax}, $2 * interval '1 millisecond')
        order by received_at, arrival`,
      values: [limit, leaseMs],
    });
    return rows.map((row) => ({ ...webhookOf(row), lease: row.lease }));
  }

  async find(id: string): Promise<InboundWebhook | undefined> {
    const statement = `select ${columns} from counterfoil.inbound_webhooks where id = $1`;
    const { rows } = await this.#pool.query<Row>(statement, [id]);
    return rows.map(webhookOf)[0];
  }

  async list(
    filter: Parameters<InboundWebhooks['list']>[0],
  ): Promise<{ readonly rows: readonly InboundWebhook[]; readonly hasMore: boolean }> {
    const { status, type, ...page } = filter;
    const { rows, hasMore } = await keysetPage<Row>(this.#pool, {
      select: `select ${columns} from counterfoil.inbound_webhooks`,
      order: ['arrival'],
      cursor: '(select arrival from counterfoil.inbound_webhooks where id = $)',
      conditions: new Conditions().add('status = $', status).add('type = $', type),
      page,
    });
    return { rows: rows.map(webhookOf), hasMore };
  }

  replay(id: string, by: ByHand): Promise<boolean> {
    return this.#byHand('replay', `${setDue} where id = $1`, id, by);
  }

  async replayParked(
    { type, limit, startingAfter }: Parameters<InboundWebhooks['replayParked']>[0],
    by: ByHand,
  ): ReturnType<InboundWebhooks['replayParked']> {
    if (startingAfter !== null && (await this.find(startingAfter)) === undefined) {
      throw new UnknownCursor('starting_after');
    }
    const conditions = new Conditions()
      .add('status = $', 'parked')
      .add('type = $', type)
      .add('arrival > (select arrival from counterfoil.inbound_webhooks where id = $)', startingAfter);
    const { rows } = await this.#pool.query<{ replayed: number; found: number; last: string | null }>(
      replayParkedStatement(conditions, limit),
      [...conditions.values, by.actor, by.reason, by.correlationId],
    );
    const { replayed = 0, found = 0, last = null } = rows[0] ?? {};
    return { replayed, hasMore: found > limit, last };
  }

  ignore(id: string, by: ByHand): Promise<boolean> {
    const change = `set status = 'ignored', next_attempt_at = null, leased_until = null, processed_at = now(),
      note = 'dismissed: ' || coalesce($4, '') where id = $1 and status in ('parked', 'failed')`;
    return this.#byHand('ignore', change, id, by);
  }

  async acts(id: string): Promise<readonly WebhookAct[]> {
    const { rows } = await this.#pool.query<WebhookAct>(
      `select act, actor, reason, request, at from counterfoil.inbound_webhook_acts
       where webhook = $1 order by id desc limit 100`,
      [id],
    );
    return rows;
  }

  /** The change and who made it stand in one statement: neither is there without the other. */
  async #byHand(act: WebhookAct['act'], change: string, id: string, by: ByHand): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `with changed as (update counterfoil.inbound_webhooks ${change} returning id)
       insert into counterfoil.inbound_webhook_acts (webhook, act, actor, reason, request)
       select id, $2, $3, $4::text, $5 from changed`,
      [id, act, by.actor, by.reason, by.correlationId],
    );
    return rowCount === 1;
  }

  /**
   * Forgets webhooks that were received more than `days` ago and are processed or ignored; answers how many. Stripe keeps
   * its events for 30 days, so that none of them comes again.
   */
  async prune(days = 90): Promise<number> {
    let pruned = 0;
    for (const status of ['processed', 'ignored']) {
      let deleted = pruneMax;
      while (deleted === pruneMax) {
        deleted = (await this.#pool.query(pruneStatement, [status, days])).rowCount ?? 0;
        pruned += deleted;
      }
    }
    return pruned;
  }

  async #receiveAll(items: readonly Received[]): Promise<readonly Reception[]> {
    const hashes = items.map(({ webhook }) => fingerprintOf(webhook.payload));
    const receptions = new Map<number, Reception>();
    let left = items.map((_item, index) => index);
    // One statement cannot meet a row twice, so equal deliveries of one batch are counted together; those of the same id
    // and another body, which only an attack brings, wait for the next round.
    while (left.length > 0) {
      const groups = groupByWebhook(left, items, hashes);
      const inserted = await this.#upsert(groups, items, hashes);
      const met = new Set<number>();
      for (const [id, members] of groups) {
        members.forEach((index, place) => {
          const isNew = place === 0 && inserted.get(id) === true;
          receptions.set(index, isNew ? 'stored' : inserted.has(id) ? 'duplicate' : 'different_body');
          met.add(index);
        });
      }
      left = left.filter((index) => !met.has(index));
    }
    return items.map((_item, index) => receptions.get(index) ?? 'different_body');
  }

  /** By id: true when it was inserted, false when it was there with the same body, absent when with another. */
  async #upsert(
    groups: ReadonlyMap<string, readonly number[]>,
    items: readonly Received[],
    hashes: readonly Buffer[],
  ): Promise<ReadonlyMap<string, boolean>> {
    // In one order everywhere, so that two processes never wait for each other's rows.
    const sorted = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const size = paddedSize(sorted.length);
    const values = sorted.flatMap(([id, members]) => {
      const first = members[0] ?? 0;
      const item = items[first];
      const webhook = item?.webhook;
      return [
        id,
        webhook?.type,
        webhook?.apiVersion,
        webhook?.livemode,
        webhook?.objectId,
        webhook?.payload,
        hashes[first],
        item?.parkedBecause,
        members.length,
      ];
    });
    const { rows } = await this.#pool.query<{ id: string; inserted: boolean }>({
      name: `inbound-webhooks-receive-${size}`,
      text: receiveStatement(size),
      values: padded(values, receivedTypes.length * size),
    });
    return new Map(rows.map(({ id, inserted }) => [id, inserted]));
  }

  async #settleAll(items: readonly Settled[]): Promise<readonly undefined[]> {
    const size = paddedSize(items.length);
    const values = items.flatMap(({ claimed, outcome }) => [
      claimed.id,
      claimed.lease,
      outcome.status,
      'note' in outcome ? outcome.note : null,
      'error' in outcome ? outcome.error : null,
      outcome.status === 'failed' ? outcome.retryAt : null,
    ]);
    await this.#pool.query({
      name: `inbound-webhooks-settle-${size}`,
      text: settleStatement(size),
      values: padded(values, settledTypes.length * size),
    });
    return items.map(() => undefined);
  }
}

/** The places of equal deliveries, by id; of several bodies under one id, only the first is taken. */
function groupByWebhook(
  places: readonly number[],
  items: readonly Received[],
  hashes: readonly Buffer[],
): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const place of places) {
    const id = items[place]?.webhook.id ?? '';
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [place]);
    else if (hashes[group[0] ?? 0]?.equals(hashes[place] ?? Buffer.alloc(0))) group.push(place);
  }
  return groups;
}

/** `($1::text, $2::bigint), ($3, $4)`: the first row gives the types. */
function valuesList(types: readonly string[], rows: number): string {
  const row = (index: number): string => {
    const place = (column: number): string => `$${index * types.length + column + 1}`;
    return `(${types.map((type, column) => (index === 0 ? `${place(column)}::${type}` : place(column))).join(', ')})`;
  };
  return Array.from({ length: rows }, (_row, index) => row(index)).join(', ');
}

/** The next power of two: batches of all sizes then share a few prepared statements, filled up with nulls. */
function paddedSize(rows: number): number {
  return 2 ** Math.ceil(Math.log2(rows));
}

function padded(values: readonly unknown[], length: number): unknown[] {
  return [...values, ...new Array<null>(length - values.length).fill(null)];
}

type Row = {
  readonly id: string;
  readonly type: string;
  readonly api_version: string | null;
  readonly livemode: boolean;
  readonly object_id: string | null;
  readonly payload: string;
  readonly status: InboundWebhookStatus;
  readonly attempts: number;
  readonly deliveries: bigint;
  readonly last_error: string | null;
  readonly note: string | null;
  readonly received_at: Instant;
  readonly processed_at: Instant | null;
  readonly next_attempt_at: Instant | null;
};

function webhookOf(row: Row): InboundWebhook {
  return {
    id: row.id,
    type: row.type,
    apiVersion: row.api_version,
    livemode: row.livemode,
    objectId: row.object_id,
    payload: row.payload,
    status: row.status,
    attempts: row.attempts,
    deliveries: Number(row.deliveries),
    lastError: row.last_error,
    note: row.note,
    receivedAt: row.received_at,
    processedAt: row.processed_at,
    nextAttemptAt: row.next_attempt_at,
  };
}

/**
 * Tells one event's body from another's. Stripe counts down the endpoints that have not taken the event yet in the event itself,
 * so a redelivery may differ from the first delivery in that number.
 */
function fingerprintOf(payload: string): Buffer {
  const settled = payload.replace(/"pending_webhooks":\s*\d+/, '"pending_webhooks":0');
  return createHash('sha256').update(settled).digest();
}
