import type { Pool } from 'pg';
import type { AlertMeasures } from '../../application/ports/alerts.js';
import type { Instant } from '../../domain/shared/instant.js';
import { countDoubts } from './open-requests.js';
import { countStuck } from './stuck-payments.js';
import { paymentOutcomes, webhookOutcomes } from './success-figures.js';

/** Counts over the read models and the inbox, each by an index. */
export class PostgresAlertMeasures implements AlertMeasures {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  outcomes(
    ...[from, to, slice]: Parameters<AlertMeasures['outcomes']>
  ): ReturnType<AlertMeasures['outcomes']> {
    return paymentOutcomes(this.#pool, from, to, slice);
  }

  async paymentsMade(windows: Parameters<AlertMeasures['paymentsMade']>[0]): Promise<readonly number[]> {
    const { rows } = await this.#pool.query<{ made: number }>(
      `select (select count(*)::int from read_payments.payments where created_at >= w.from and created_at < w.to) as made
       from unnest($1::timestamptz[], $2::timestamptz[]) with ordinality as w ("from", "to", n) order by n`,
      [windows.map(({ from }) => from), windows.map(({ to }) => to)],
    );
    return rows.map(({ made }) => made);
  }

  async lastSuccess(): Promise<Instant | null> {
    const { rows } = await this.#pool.query<{ created_at: Instant }>(
      `select created_at from read_payments.payments where status = 'succeeded'
       order by created_at desc, id desc limit 1`,
    );
    return rows[0]?.created_at ?? null;
  }

  stuck(now: Instant): Promise<number> {
    return countStuck(this.#pool, now);
  }

  async parkedWebhooks(max: number): Promise<number> {
    const { rows } = await this.#pool.query<{ parked: number }>(
      `select count(*)::int as parked
       from (select from counterfoil.inbound_webhooks where status = 'parked' limit $1) as counted`,
      [max],
    );
    return rows[0]?.parked ?? 0;
  }

  async rejectedWebhooks(since: Instant): Promise<number> {
    const { rows } = await this.#pool.query<{ rejected: number }>(
      `select coalesce(sum(rejected), 0)::float as rejected from counterfoil.rejected_webhooks
       where minute >= date_trunc('minute', $1::timestamptz)`,
      [since],
    );
    return rows[0]?.rejected ?? 0;
  }

  doubts(requestedBefore: Instant, max: number): Promise<number> {
    return countDoubts(this.#pool, requestedBefore, max);
  }

  webhooks(since: Instant): ReturnType<AlertMeasures['webhooks']> {
    return webhookOutcomes(this.#pool, since, null);
  }
}
