import type { Pool } from 'pg';
import type { OverviewFigures, OverviewQueries } from '../../application/ports/overview-queries.js';
import type { Instant } from '../../domain/shared/instant.js';
import { countStuck } from './stuck-payments.js';

const webhooksMax = 1_000;

type Ended = Pick<OverviewFigures, 'succeeded' | 'failed' | 'average_seconds'>;

/** Each query is bounded by an index: it is asked again every few seconds while somebody looks. */
export class PostgresOverviewQueries implements OverviewQueries {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async figures(since: Instant, now: Instant): Promise<OverviewFigures> {
    const [ended, volume, stuck, webhooks, open] = await Promise.all([
      this.#ended(since),
      this.#volume(since),
      countStuck(this.#pool, now),
      this.#webhooks(),
      this.#pool.query<{ open: number }>(
        'select count(*)::int as open from read_pending_effects.open_requests',
      ),
    ]);
    return { ...ended, volume, stuck, webhooks, open_requests: open.rows[0]?.open ?? 0 };
  }

  async paymentsOfAmount(minor: bigint, limit: number): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ payment: string }>(
      `select payment from read_attempts.attempts where amount = $1 order by created_at desc limit $2`,
      [minor, limit],
    );
    return rows.map(({ payment }) => payment);
  }

  async customersByLast4(last4: string, limit: number): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ customer: string }>(
      `select distinct customer from counterfoil.payment_method_details where last4 = $1 limit $2`,
      [last4, limit],
    );
    return rows.map(({ customer }) => customer);
  }

  async #ended(since: Instant): Promise<Ended> {
    const { rows } = await this.#pool.query<Ended>(
      `select count(*) filter (where outcome = 'succeeded')::int as succeeded,
         count(*) filter (where outcome = 'failed')::int as failed,
         avg(extract(epoch from ended_at - started_at))
           filter (where outcome = 'succeeded' and not waited)::float as average_seconds
       from read_attempts.attempts where ended_at >= $1`,
      [since],
    );
    return rows[0] ?? { succeeded: 0, failed: 0, average_seconds: null };
  }

  async #volume(since: Instant): Promise<OverviewFigures['volume']> {
    const { rows } = await this.#pool.query<OverviewFigures['volume'][number]>(
      `select currency, sum(amount_captured)::bigint as minor, count(*)::int as payments
       from read_payments.payments where created_at >= $1 and amount_captured > 0
       group by currency order by count(*) desc, currency limit 4`,
      [since],
    );
    return rows;
  }

  async #webhooks(): Promise<OverviewFigures['webhooks']> {
    const { rows } = await this.#pool.query<OverviewFigures['webhooks']>(
      `select count(*)::int as total, count(*) filter (where status in ('failed', 'parked'))::int as failed
       from (select status from counterfoil.inbound_webhooks order by arrival desc limit ${webhooksMax}) latest`,
    );
    return rows[0] ?? { total: 0, failed: 0 };
  }
}
