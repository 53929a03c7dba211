import type pg from 'pg';
import { v4, v7 } from 'uuid';
import type {
  Claim,
  IdempotencyRecords,
  RequestIdentity,
  SavedAnswer,
} from '../../application/ports/idempotency-records.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Guard } from '../resilience/store-breakers.js';
import { GroupCommit } from './group-commit.js';
import { sendOut } from './pool.js';
import type { WriteConnection } from './write-connection.js';

type Claiming = { readonly request: RequestIdentity; readonly leaseMs: number };
type Completing = { readonly request: RequestIdentity; readonly token: string; readonly answer: SavedAnswer };

export type PostgresIdempotencyRecordsParts = {
  /** For everything but claims; the caller's to close. */
  readonly pool: pg.Pool;
  /** What claims go out over, the caller's to close. */
  readonly writes: WriteConnection;
  /** Called around each batch. */
  readonly guard: Guard;
  readonly logger: Logger;
};

type Row = {
  readonly caller: string;
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly command_id: string;
  readonly claim: string;
  readonly status: number | null;
  readonly content_type: string | null;
  readonly body: string | null;
  readonly etag: string | null;
  readonly lease_ms: number;
};

/**
 * Inserts new requests and takes over those whose lease is over; answers every row as it stands now. Rows are met in one
 * order everywhere, so that two batches never wait for each other.
 */
const claimStatement = `
  insert into counterfoil.idempotency_records as known
    (caller, method, path, key, fingerprint, command_id, claim, leased_until)
  select caller, method, path, key, fingerprint, command_id, claim, now() + lease_ms * interval '1 millisecond'
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::int[])
    as wanted (caller, method, path, key, fingerprint, command_id, claim, lease_ms)
  order by caller collate "C", method collate "C", path collate "C", key collate "C"
  on conflict (caller, method, path, key) do update set
    (claim, leased_until) = (
      select case when free then excluded.claim else known.claim end,
        case when free then excluded.leased_until else known.leased_until end
      from (select known.status is null and known.leased_until <= now()
        and known.fingerprint = excluded.fingerprint) as lease (free))
  returning caller, method, path, key, fingerprint, command_id, claim, status, content_type, body, etag,
    greatest(0, ceil(extract(epoch from leased_until - now()) * 1000))::int as lease_ms`;

/**
 * Only the present claim may answer: an execution that outlived its lease changes nothing. The commit does not wait for the disk:
 * should Postgres crash before it is there, the claim stands without an answer, as if the process had died, and a repeat gets
 * its answer from what the command left in the log.
 */
const completeStatement = `
  with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
  update counterfoil.idempotency_records as known
  set status = answered.status, content_type = answered.content_type, body = answered.body, etag = answered.etag
  from (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::smallint[], $7::text[],
      $8::text[], $9::text[]) as given (caller, method, path, key, claim, status, content_type, body, etag)
    order by caller collate "C", method collate "C", path collate "C", key collate "C"
  ) as answered, unhurried
  where known.caller = answered.caller and known.method = answered.method and known.path = answered.path
    and known.key = answered.key and known.claim = answered.claim and known.status is null`;

const abandonStatement = `
  update counterfoil.idempotency_records set leased_until = '-infinity'
  where caller = $1 and method = $2 and path = $3 and key = $4 and claim = $5 and status is null`;

const batching = { batchMax: 64, queueMax: 10_000 };

/** The memory of client requests in a table. Claims that wait go out in one statement and one commit, and so do answers. */
export class PostgresIdempotencyRecords implements IdempotencyRecords {
  readonly #parts: PostgresIdempotencyRecordsParts;
  readonly #claims: GroupCommit<Claiming, Claim>;
  readonly #answers: GroupCommit<Completing, true>;

  constructor(parts: PostgresIdempotencyRecordsParts) {
    this.#parts = parts;
    this.#claims = new GroupCommit({ ...batching, flush: (items) => this.#claimAll(items) });
    this.#answers = new GroupCommit({ ...batching, flush: (items) => this.#completeAll(items) });
  }

  claim(request: RequestIdentity, leaseMs: number): Promise<Claim> {
    return this.#claims.submit({ request, leaseMs });
  }

  async complete(request: RequestIdentity, token: string, answer: SavedAnswer): Promise<void> {
    await this.#answers.submit({ request, token, answer });
  }

  async abandon({ caller, method, path, key }: RequestIdentity, token: string): Promise<void> {
    await this.#parts.pool.query(abandonStatement, [caller, method, path, key, token]);
  }

  /** Forgets requests first sent more than `days` ago, some at a time; answers how many. */
  async prune(days = 30): Promise<number> {
    const { rowCount } = await this.#parts.pool.query(
      `delete from counterfoil.idempotency_records where ctid = any (array(
         select ctid from counterfoil.idempotency_records
         where created_at < now() - $1 * interval '1 day' limit 10000))`,
      [days],
    );
    return rowCount ?? 0;
  }

  /** Finishes what was submitted before. */
  async close(): Promise<void> {
    await this.#claims.close();
    await this.#answers.close();
  }

  async #claimAll(items: readonly Claiming[]): Promise<readonly Claim[]> {
    // One statement cannot meet a row twice: of equal requests in a batch the first one asks, and all look at its answer.
    const asking = new Map<string, { readonly item: Claiming; readonly claim: string }>();
    for (const item of items) {
      const name = nameOf(item.request);
      if (!asking.has(name)) asking.set(name, { item, claim: v4() });
    }
    const wanted = [...asking.values()];
    const of = (read: (request: RequestIdentity) => string) => wanted.map(({ item }) => read(item.request));
    const values = [
      of(({ caller }) => caller),
      of(({ method }) => method),
      of(({ path }) => path),
      of(({ key }) => key),
      of(({ fingerprint }) => fingerprint),
      wanted.map(() => v7()),
      wanted.map(({ claim }) => claim),
      wanted.map(({ item }) => item.leaseMs),
    ];
    const { guard, writes } = this.#parts;
    const { rows } = await guard(() =>
      writes.ask((client) => client.query<Row>({ name: 'idempotency-claim', text: claimStatement, values })),
    );
    const found = new Map(rows.map((row) => [nameOf(row), row]));
    return items.map((item) => {
      const name = nameOf(item.request);
      const row = found.get(name);
      const first = asking.get(name);
      if (row === undefined || first === undefined) throw new Error('a claim was neither made nor refused');
      return claimOf(row, item, first.item === item && row.claim === first.claim);
    });
  }

  async #completeAll(items: readonly Completing[]): Promise<readonly true[]> {
    const of = <T>(read: (item: Completing) => T) => items.map(read);
    const values = [
      of(({ request }) => request.caller),
      of(({ request }) => request.method),
      of(({ request }) => request.path),
      of(({ request }) => request.key),
      of(({ token }) => token),
      of(({ answer }) => answer.status),
      of(({ answer }) => answer.contentType),
      of(({ answer }) => answer.body),
      of(({ answer }) => answer.etag),
    ];
    const { guard, pool, logger } = this.#parts;
    await guard(() =>
      sendOut(pool, { name: 'idempotency-complete', text: completeStatement, values }, (error) =>
        logger.error({ err: error, answers: items.length }, 'answers could not be kept for repeats'),
      ),
    );
    return items.map(() => true);
  }
}

function claimOf(row: Row, { request }: Claiming, isMine: boolean): Claim {
  if (row.fingerprint !== request.fingerprint) return { outcome: 'reused' };
  const { status, content_type: contentType, body, etag } = row;
  if (status !== null && contentType !== null && body !== null) {
    return { outcome: 'replay', answer: { status, contentType, body, etag } };
  }
  return isMine
    ? { outcome: 'execute', commandId: row.command_id, token: row.claim }
    : { outcome: 'in_progress', retryAfterMs: row.lease_ms };
}

/** No part but the last can hold a line break. */
function nameOf(request: Pick<RequestIdentity, 'caller' | 'method' | 'path' | 'key'>): string {
  return `${request.caller}\n${request.method}\n${request.path}\n${request.key}`;
}
