import type { Pool } from 'pg';
import type { Clock } from '../../application/ports/clock.js';
import type {
  FoundDocument,
  OverviewFigures,
  OverviewQueries,
} from '../../application/ports/overview-queries.js';
import { later } from '../../application/webhook/retry-schedule.js';
import type { Instant } from '../../domain/shared/instant.js';
import { countStuck } from './stuck-payments.js';
import { paymentOutcomes, webhookOutcomes } from './success-figures.js';

/** As long as alerts look back unless they are told otherwise. */
const webhooksMs = 3_600_000;

/** Each query is bounded by an index: it is asked again every few seconds while somebody looks. */
export class PostgresOverviewQueries implements OverviewQueries {
  readonly #pool: Pool;
  readonly #machineClock: Clock;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool, machineClock: Clock) {
    this.#pool = pool;
    this.#machineClock = machineClock;
  }

  async figures(since: Instant, now: Instant): Promise<OverviewFigures> {
    const [outcomes, average, volume, stuck, webhooks, open] = await Promise.all([
      paymentOutcomes(this.#pool, since, now),
      this.#averageSeconds(since),
      this.#volume(since),
      countStuck(this.#pool, now),
      webhookOutcomes(this.#pool, later(this.#machineClock.now(), -webhooksMs), null),
      this.#pool.query<{ open: number }>(
        'select count(*)::int as open from read_pending_effects.open_requests',
      ),
    ]);
    const openRequests = open.rows[0]?.open ?? 0;
    return { outcomes, average_seconds: average, volume, stuck, webhooks, open_requests: openRequests };
  }

  async paymentsOfAmount(minor: bigint, limit: number): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ payment: string }>(
      `select payment from read_attempts.attempts where amount = $1 order by created_at desc limit $2`,
      [minor, limit],
    );
    return rows.map(({ payment }) => payment);
  }

  async invoicesOfAmount(minor: bigint, limit: number): Promise<readonly FoundDocument[]> {
    const { rows } = await this.#pool.query<FoundDocument>(
      'select id, number from read_invoices.invoices where amount_total = $1 order by created_at desc limit $2',
      [minor, limit],
    );
    return rows;
  }

  async creditNotesByNumber(beginning: string, limit: number): Promise<readonly FoundDocument[]> {
    const { rows } = await this.#pool.query<FoundDocument>(
      'select id, number from read_invoices.credit_notes where starts_with(number, $1) order by number limit $2',
      [beginning, limit],
    );
    return rows;
  }

  async paymentsByLast4(last4: string, limit: number): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ payment: string }>(
      `select a.payment from counterfoil.payment_method_details d
       join read_customers.payment_methods m on m.details = d.record_id
       join read_attempts.attempts a on a.payment_method = m.id
       where d.last4 = $1 order by a.created_at desc limit $2`,
      [last4, limit],
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

  async #averageSeconds(since: Instant): Promise<number | null> {
    const { rows } = await this.#pool.query<Pick<OverviewFigures, 'average_seconds'>>(
      `select avg(extract(epoch from ended_at - started_at))::float as average_seconds
       from read_attempts.attempts where ended_at >= $1 and outcome = 'succeeded' and not waited`,
      [since],
    );
    return rows[0]?.average_seconds ?? null;
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
}
