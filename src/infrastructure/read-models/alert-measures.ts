import type { Pool } from 'pg';
import type { AlertMeasures } from '../../application/ports/alerts.js';
import type { Instant } from '../../domain/shared/instant.js';
import { countStuck } from './stuck-payments.js';

/** More webhooks than these are not looked at: the share of the latest ones is what matters. */
const webhooksMax = 10_000;

/** Counts over the read models and the inbox, each by an index. */
export class PostgresAlertMeasures implements AlertMeasures {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async outcomes(from: Instant, to: Instant): ReturnType<AlertMeasures['outcomes']> {
    const { rows } = await this.#pool.query<{ succeeded: number; failed: number }>(
      `select count(*) filter (where step in ('authorized', 'capturing', 'captured'))::int as succeeded,
         count(*) filter (where step in ('requires_payment_method', 'failed') and last_refusal is not null)::int as failed
       from read_payments.payments where created_at >= $1 and created_at < $2`,
      [from, to],
    );
    return rows[0] ?? { succeeded: 0, failed: 0 };
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

  async webhooks(minutes: number): ReturnType<AlertMeasures['webhooks']> {
    const { rows } = await this.#pool.query<{ received: number; failing: number }>(
      `select count(*)::int as received, count(*) filter (where status in ('failed', 'parked'))::int as failing
       from (
         select status, received_at from counterfoil.inbound_webhooks order by arrival desc limit ${webhooksMax}
       ) as latest
       where received_at >= now() - $1 * interval '1 minute'`,
      [minutes],
    );
    return rows[0] ?? { received: 0, failing: 0 };
  }
}
