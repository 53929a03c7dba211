import type { ClientBase, Pool } from 'pg';
import type {
  CountedAmount,
  DailyFigures,
  DigestQueries,
  Known,
  ObjectiveShares,
  Period,
} from '../../application/ports/digest-queries.js';
import type { Position } from '../../application/ports/event-store.js';
import type { Share } from '../../application/ports/success-figures.js';
import { shareOfPayments, shareOfWebhooks } from '../../application/ports/success-figures.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import { withTransaction } from '../postgres/pool.js';
import { countStuck } from './stuck-payments.js';
import { paymentOutcomes, webhookOutcomes } from './success-figures.js';

/** The read models that figures are taken from. */
const readModels = ['payments', 'attempts', 'refunds', 'pending_effects', 'alerts', 'invoices', 'plans'];
const declinesMax = 20;
const alertsMax = 50;
/** A check every five minutes vouches for the time until the next one, or for twice as long; after that nobody knows. */
const vouchedMinutes = 10;
/** What is promised of an answer. */
const promptSeconds = 3;

/** Reads the operators' figures, each answer from one snapshot of the read models. */
export class PostgresDigestQueries implements DigestQueries {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async beginning(): Promise<Instant | null> {
    const { rows } = await this.#pool.query<{ beginning: Instant | null }>(
      `select least(
         (select min(created_at) from read_payments.payments),
         (select min(created_at) from read_invoices.invoices),
         (select min(created_at) from read_customers.customers)) as beginning`,
    );
    return rows[0]?.beginning ?? null;
  }

  daily(period: Period, today: CivilDate, now: Instant): ReturnType<DigestQueries['daily']> {
    return this.#snapshot(async (client) => {
      const figures: DailyFigures = {
        payments: await madeIn(client, 'payments', period),
        outcomes: await paymentOutcomes(client, period.from, period.to),
        declines: await declines(client, period),
        refunds: await madeIn(client, 'refunds', period),
        stuck: await countStuck(client, now),
        inDoubt: await inDoubt(client),
        alerts: await alertsOf(client, period),
        overdue: await overdue(client, today),
        dueToday: await dueToday(client, today),
        webhooks: await webhookOutcomes(client, period.from, period.to),
      };
      return { figures, known: await knownTo(client, now) };
    });
  }

  shares(periods: readonly Period[], now: Instant): ReturnType<DigestQueries['shares']> {
    return this.#snapshot(async (client) => {
      const shares: ObjectiveShares[] = [];
      for (const period of periods) shares.push(await sharesOf(client, period));
      return { shares, known: await knownTo(client, now) };
    });
  }

  #snapshot<T>(read: (client: ClientBase) => Promise<T>): Promise<T> {
    return withTransaction(this.#pool, async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      return read(client);
    });
  }
}

async function knownTo(client: ClientBase, asOf: Instant): Promise<Known> {
  const { rows } = await client.query<{ lowest: Position | null; highest: Position | null }>(
    'select min(position) as lowest, max(position) as highest from counterfoil.projections where name = any ($1)',
    [readModels],
  );
  const { lowest, highest } = rows[0] ?? { lowest: null, highest: null };
  return { asOf, positions: [String(lowest ?? 0n), String(highest ?? 0n)] };
}

/** What was made in the period, by its status now. */
async function madeIn<Of extends 'payments' | 'refunds'>(
  client: ClientBase,
  of: Of,
  { from, to }: Period,
): Promise<readonly DailyFigures[Of][number][]> {
  const { rows } = await client.query<DailyFigures[Of][number]>(
    `select status, currency, count(*)::int as count, sum(amount)::text as minor
     from read_${of}.${of} where created_at >= $1 and created_at < $2
     group by status, currency order by currency, count(*) desc, status`,
    [from, to],
  );
  return rows;
}

/** A payment whose latest attempt failed shows that attempt's refusal. */
async function declines(client: ClientBase, { from, to }: Period): Promise<DailyFigures['declines']> {
  const { rows } = await client.query<DailyFigures['declines'][number]>(
    `select coalesce(last_refusal->>'decline_code', last_refusal->>'code', 'unknown') as reason, count(*)::int as count
     from read_attempts.attempts join read_payments.payments on id = payment
     where ended_at >= $1 and ended_at < $2 and outcome = 'failed'
     group by 1 order by 2 desc, 1 limit ${declinesMax}`,
    [from, to],
  );
  return rows;
}

async function inDoubt(client: ClientBase): Promise<DailyFigures['inDoubt']> {
  const { rows } = await client.query<DailyFigures['inDoubt']>(
    'select count(*)::int as count, min(requested_at) as since from read_pending_effects.open_requests',
  );
  return rows[0] ?? { count: 0, since: null };
}

async function alertsOf(client: ClientBase, { from, to }: Period): Promise<DailyFigures['alerts']> {
  const { rows } = await client.query<DailyFigures['alerts'][number]>(
    `select rule, opened_at as "openedAt", closed_at as "closedAt" from read_alerts.alerts
     where opened_at < $2 and (opened_at >= $1 or closed_at >= $1 or status = 'open')
     order by opened_at, id limit ${alertsMax}`,
    [from, to],
  );
  return rows;
}

async function overdue(client: ClientBase, today: CivilDate): Promise<readonly CountedAmount[]> {
  const { rows } = await client.query<CountedAmount>(
    `select currency, count(*)::int as count, sum(amount_due)::text as minor from read_invoices.invoices
     where status = 'open' and due_on < $1 and amount_due > 0 group by currency order by currency`,
    [today],
  );
  return rows;
}

/** An invoice that is paid by a plan falls due by the plan's parts, and by nothing else. */
async function dueToday(client: ClientBase, today: CivilDate): Promise<readonly CountedAmount[]> {
  const { rows } = await client.query<CountedAmount>(
    `with planned as (
       select * from read_plans.plans where status in ('active', 'defaulted')
     ), due as (
       select currency, amount_due as amount from read_invoices.invoices
       where status = 'open' and due_on = $1 and not exists (select from planned where invoice = invoices.id)
       union all
       select currency, amount - parts.amount_settled - parts.amount_discounted
       from planned join read_plans.parts on plan = planned.id where due_on = $2
     )
     select currency, count(*)::int as count, sum(amount)::text as minor from due
     where amount > 0 group by currency order by currency`,
    [today, today],
  );
  return rows;
}

async function sharesOf(client: ClientBase, period: Period): Promise<ObjectiveShares> {
  return {
    payment_success: shareOfPayments(await paymentOutcomes(client, period.from, period.to)),
    prompt_answer: await promptAnswers(client, period),
    webhook_success: shareOfWebhooks(await webhookOutcomes(client, period.from, period.to)),
    uptime: await uptime(client, period),
  };
}

/** The time of a customer who had to act is not ours, so such attempts are left out. */
async function promptAnswers(client: ClientBase, { from, to }: Period): Promise<Share> {
  const { rows } = await client.query<Share>(
    `select count(*) filter (where not waited and ended_at - started_at <= interval '${promptSeconds} seconds')::int as good,
       count(*) filter (where not waited)::int as total, count(*) filter (where waited)::int as excluded
     from read_attempts.attempts where ended_at >= $1 and ended_at < $2 and started_at is not null`,
    [from, to],
  );
  return rows[0] ?? { good: 0, total: 0, excluded: 0 };
}

/**
 * In minutes. Where no check was made the program was down, and so were payments; only the time before the first check of
 * all is left out.
 */
async function uptime(client: ClientBase, { from, to }: Period): Promise<Share> {
  const { rows } = await client.query<Share>(
    `with bounds as (
       select greatest($1, least((select at from counterfoil.health_history order by id limit 1), $2)) as first
     ), checks as (
       select at, healthy, lead(at, 1, $2) over (order by at, id) as next from counterfoil.health_history
       where at >= $1 and at < $2
     ), minutes as (
       select coalesce(sum(extract(epoch from least(next - at, interval '${vouchedMinutes} minutes')))
         filter (where healthy), 0) / 60 as healthy from checks
     )
     select floor(healthy)::int as good, floor(extract(epoch from $2 - first) / 60)::int as total,
       floor(extract(epoch from first - $1) / 60)::int as excluded from bounds, minutes`,
    [from, to],
  );
  return rows[0] ?? { good: 0, total: 0, excluded: 0 };
}
