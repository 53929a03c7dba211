import type { Pool } from 'pg';
import type { Clock } from '../../application/ports/clock.js';
import type {
  FoundDocument,
  OverviewFigures,
  OverviewHour,
  OverviewQueries,
} from '../../application/ports/overview-queries.js';
import { later } from '../../application/webhook/retry-schedule.js';
import type { Instant } from '../../domain/shared/instant.js';
import { awaitsEvidence } from './disputes.js';
import { countStuck } from './stuck-payments.js';
import { paymentOutcomes, webhookOutcomes } from './success-figures.js';

/** As long as alerts look back unless they are told otherwise. */
const webhooksMs = 3_600_000;

/** The currencies that most payments are in; the overview has room for so many. */
const currenciesMax = 4;

type Ended = Omit<OverviewHour, 'captured'>;
type Taken = {
  readonly at: Instant;
  readonly currency: string;
  readonly minor: bigint;
  readonly payments: number;
};

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
    const [outcomes, average, ended, taken, stuck, webhooks, open, disputes] = await Promise.all([
      paymentOutcomes(this.#pool, since, now),
      this.#averageSeconds(since),
      this.#endedByHour(since, now),
      this.#takenByHour(since),
      countStuck(this.#pool, now),
      webhookOutcomes(this.#pool, later(this.#machineClock.now(), -webhooksMs), null),
      this.#pool.query<{ open: number }>(
        'select count(*)::int as open from read_pending_effects.open_requests',
      ),
      this.#disputesAwaiting(),
    ]);
    const openRequests = open.rows[0]?.open ?? 0;
    const volume = volumeOf(taken);
    const hours = hoursOf(ended, taken);
    return {
      outcomes,
      average_seconds: average,
      volume,
      hours,
      stuck,
      webhooks,
      disputes_awaiting: disputes,
      open_requests: openRequests,
    };
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

  async #disputesAwaiting(): Promise<OverviewFigures['disputes_awaiting']> {
    const { rows } = await this.#pool.query<OverviewFigures['disputes_awaiting']>(
      `select count(*)::int as count, min(evidence_due_by) as first_due_by
       from read_disputes.disputes where ${awaitsEvidence}`,
    );
    return rows[0] ?? { count: 0, first_due_by: null };
  }

  async #endedByHour(since: Instant, now: Instant): Promise<readonly Ended[]> {
    const { rows } = await this.#pool.query<Ended>(
      `select date_trunc('hour', ended_at, 'UTC') as at,
         count(*) filter (where outcome = 'succeeded')::int as succeeded,
         count(*) filter (where outcome = 'failed')::int as failed
       from read_attempts.attempts where ended_at >= $1 and ended_at < $2 group by 1`,
      [since, now],
    );
    return rows;
  }

  async #takenByHour(since: Instant): Promise<readonly Taken[]> {
    const { rows } = await this.#pool.query<Taken>(
      `select date_trunc('hour', created_at, 'UTC') as at, currency, sum(amount_captured)::bigint as minor,
         count(*)::int as payments
       from read_payments.payments where created_at >= $1 and amount_captured > 0
       group by 1, currency`,
      [since],
    );
    return rows;
  }
}

function volumeOf(taken: readonly Taken[]): OverviewFigures['volume'] {
  const sums = new Map<string, OverviewFigures['volume'][number]>();
  for (const { currency, minor, payments } of taken) {
    const so = sums.get(currency) ?? { currency, minor: 0n, payments: 0 };
    sums.set(currency, { currency, minor: so.minor + minor, payments: so.payments + payments });
  }
  return [...sums.values()]
    .sort((a, b) => b.payments - a.payments || (a.currency < b.currency ? -1 : 1))
    .slice(0, currenciesMax);
}

function hoursOf(ended: readonly Ended[], taken: readonly Taken[]): readonly OverviewHour[] {
  const outcomes = new Map(ended.map((each) => [each.at, each]));
  const at = [...new Set([...ended, ...taken].map((each) => each.at))].sort();
  return at.map((hour) => ({
    ...(outcomes.get(hour) ?? { at: hour, succeeded: 0, failed: 0 }),
    captured: taken.filter((each) => each.at === hour).map(({ currency, minor }) => ({ currency, minor })),
  }));
}
