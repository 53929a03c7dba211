import type pg from 'pg';
import type {
  ByHand,
  ClaimedWebhook,
  HandlingOutcome,
  InboundWebhook,
  InboundWebhooks,
  Reception,
  VerifiedWebhook,
  WebhookAct,
} from '../../application/ports/inbound-webhooks.js';
import { UnknownCursor } from '../../application/ports/read-models.js';
import { bodyFingerprint } from '../../application/webhook/body-fingerprint.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';
import { GroupCommit } from './group-commit.js';
import type { Row } from './inbound-webhook-statements.js';
import {
  columns,
  padded,
  paddedSize,
  pruneMax,
  pruneStatement,
  receivedTypes,
  receiveStatement,
  replayParkedStatement,
  setDue,
  settledTypes,
  settleStatement,
  webhookOf,
} from './inbound-webhook-statements.js';

type Received = { readonly webhook: VerifiedWebhook; readonly parkedBecause: string | null };
type Settled = {
  readonly claimed: Pick<ClaimedWebhook, 'id' | 'lease'>;
  readonly outcome: HandlingOutcome;
};

const batchMax = 64;
/** A batch's statement is sent as one message: large bodies fill it sooner. */
const bytesPerItem = 65_536;
/** Beyond this the sender is told to come again: it keeps its webhooks for days. */
const queueMax = 10_000;

/** So many webhooks of one object are claimed together. */
const ofOneObjectMax = 32;

/** The inbox in a table. Webhooks that wait to be stored, or settled, go out together in one statement and one commit. */
export class PostgresInboundWebhooks implements InboundWebhooks {
  readonly #pool: pg.Pool;
  readonly #receptionPool: pg.Pool;
  readonly #receptions: GroupCommit<Received, Reception>;
  readonly #settlements: GroupCommit<Settled, undefined>;

  /**
   * Both pools stay the caller's to close, after `close`.
   * @param receptionPool what webhooks are stored over, by default `pool`. One connection is enough, and best: wherever the
   *   statement goes, it is planned anew and meets a cold cache.
   */
  constructor(pool: pg.Pool, receptionPool = pool) {
    this.#pool = pool;
    this.#receptionPool = receptionPool;
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
    const hashes = items.map(({ webhook }) => bodyFingerprint(webhook.payload));
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
    const { rows } = await this.#receptionPool.query<{ id: string; inserted: boolean }>({
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
