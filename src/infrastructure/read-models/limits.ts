import type { Pool } from 'pg';
import { limitCodec } from '../../application/limit/limit.codec.js';
import type { LimitQueries, LimitRow } from '../../application/ports/limit-queries.js';
import type { Page, PageRequest } from '../../application/ports/read-models.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { LimitEvent } from '../../domain/limit/limit.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

const ddl = `
  create table limits (
    id              text        primary key,
    kind            text        not null,
    subject         text,
    strikes         integer     not null,
    penalty_seconds integer     not null,
    penalized_at    timestamptz not null,
    penalized_until timestamptz not null,
    pardoned_at     timestamptz,
    revision        bigint      not null
  ) with (fillfactor = 85);
  create index limits_by_time on limits (penalized_at, id);
`;

const handlers = onEvents<LimitEvent>(limitCodec, {
  PenaltyImposed: ({ at, kind, subject, strike, penaltySeconds }, { stream, revision }) => {
    const id = idOf(stream);
    const penalty = {
      kind,
      subject,
      strikes: strike,
      penalty_seconds: penaltySeconds,
      penalized_at: at,
      penalized_until: new Date(Date.parse(at) + penaltySeconds * 1000).toISOString(),
      pardoned_at: null,
      revision,
    };
    return [revision === 0n ? insert('limits', { id, ...penalty }) : update('limits', { id }, penalty)];
  },
  PenaltyPardoned: ({ at }, { stream, revision }) => [
    update('limits', { id: idOf(stream) }, { strikes: 0, pardoned_at: at, revision }),
  ],
});

export const limitsProjection: Projection = {
  name: 'limits',
  version: 1,
  ddl,
  tables: { limits: ['id'] },
  changesOf: routeByCategory({ limit: handlers }),
};

const select = `
  select id, kind, subject, strikes, penalty_seconds, penalized_at, penalized_until, pardoned_at, revision
  from read_limits.limits`;

/** No penalty is longer than a day, so older rows need not be looked at. */
const inForce = (now: Instant): Conditions =>
  new Conditions()
    .add(`penalized_at > $::timestamptz - interval '25 hours'`, now)
    .add('penalized_until > $', now);

export class PostgresLimitQueries implements LimitQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(now: Instant, page: PageRequest): Promise<Page<LimitRow>> {
    return keysetPage<LimitRow>(this.#pool, {
      select,
      order: ['penalized_at', 'id'],
      cursor: '(select penalized_at, id from read_limits.limits where id = $)',
      conditions: inForce(now).add('(pardoned_at is null) = $', true),
      page,
    });
  }

  async penalties(now: Instant): Promise<readonly LimitRow[]> {
    const conditions = inForce(now);
    const { rows } = await this.#pool.query<LimitRow>(
      `${select} ${conditions.where} order by penalized_at desc, id desc limit 10000`,
      conditions.values,
    );
    return rows;
  }
}
