import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type {
  ClaimedNotice,
  Notice,
  NoticeOutcome,
  NotificationRow,
  Notifications,
  OutboxTrouble,
} from '../../application/ports/notifications.js';
import { commandIdOf } from '../../application/shared/event-ids.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';

const columns = `id, kind, subject, state, customer, status, sending, attempts, next_attempt_at, last_error, message_id,
  event_id, created_at, settled_at`;

/** The outbox of notices, in a table: what it must never do twice, its unique key keeps from happening. */
export class PostgresNotifications implements Notifications {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async queue({ kind, subject, state, customer, facts, eventId }: Notice): Promise<boolean> {
    const id = `ntf_${commandIdOf('notice', JSON.stringify([kind, subject, state]))}`;
    const { rowCount } = await this.#pool.query(
      `insert into counterfoil.notifications (id, kind, subject, state, customer, facts, event_id)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [id, kind, subject, state, customer, JSON.stringify(facts), eventId],
    );
    return rowCount === 1;
  }

  async claimDue(limit: number, leaseMs: number): Promise<readonly ClaimedNotice[]> {
    const { rows } = await this.#pool.query<ClaimedNotice>(
      `with due as (
         select id from counterfoil.notifications
         where status = 'queued' and next_attempt_at <= clock_timestamp()
           and (leased_until is null or leased_until <= clock_timestamp())
         order by next_attempt_at limit $1 for update skip locked
       )
       update counterfoil.notifications n
       set attempts = attempts + 1, lease = $2, leased_until = clock_timestamp() + $3 * interval '1 millisecond'
       from due where n.id = due.id
       returning n.id, n.kind, n.subject, n.state, n.customer, n.facts, n.event_id as "eventId", n.sending, n.attempts,
         n.lease`,
      [limit, randomUUID(), leaseMs],
    );
    return rows;
  }

  async settle({ id, lease }: Pick<ClaimedNotice, 'id' | 'lease'>, outcome: NoticeOutcome): Promise<void> {
    const retryInMs = outcome.status === 'queued' ? outcome.retryInMs : null;
    const note = 'error' in outcome ? outcome.error : 'reason' in outcome ? outcome.reason : null;
    await this.#pool.query(
      `update counterfoil.notifications
       set status = $3, last_error = $4, lease = null, leased_until = null,
         message_id = coalesce($5, message_id),
         next_attempt_at = clock_timestamp() + $6 * interval '1 millisecond',
         settled_at = case when $3 = 'queued' then null else clock_timestamp() end
       where id = $1 and lease = $2`,
      [id, lease, outcome.status, note, outcome.status === 'sent' ? outcome.messageId : null, retryInMs],
    );
  }

  async find(id: string): Promise<NotificationRow | undefined> {
    const { rows } = await this.#pool.query<NotificationRow>(
      `select ${columns} from counterfoil.notifications where id = $1`,
      [id],
    );
    return rows[0];
  }

  list(filter: Parameters<Notifications['list']>[0]): ReturnType<Notifications['list']> {
    return keysetPage<NotificationRow>(this.#pool, {
      select: `select ${columns} from counterfoil.notifications`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from counterfoil.notifications where id = $)',
      conditions: new Conditions()
        .add('customer = $', filter.customer)
        .add('kind = $', filter.kind)
        .add('status = $', filter.status)
        .add('subject = $', filter.subject)
        .addCreated(filter),
      page: filter,
    });
  }

  async resend(id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update counterfoil.notifications
       set status = 'queued', sending = sending + 1, attempts = 0, next_attempt_at = clock_timestamp(), lease = null,
         leased_until = null, last_error = null, settled_at = null
       where id = $1`,
      [id],
    );
    return rowCount === 1;
  }

  async trouble(): Promise<OutboxTrouble> {
    const { rows } = await this.#pool.query<{ [K in keyof OutboxTrouble]: string }>(
      `select count(*) filter (where status = 'parked' and settled_at > clock_timestamp() - interval '1 day') as parked,
         count(*) filter (where status = 'queued' and attempts >= 3) as failing,
         coalesce(extract(epoch from clock_timestamp() - min(next_attempt_at) filter (where status = 'queued')) * 1000, 0)
           as oldest_due_ms
       from counterfoil.notifications where status in ('queued', 'parked')`,
    );
    const { parked, failing, oldest_due_ms: dueMs } = rows[0] ?? { parked: 0, failing: 0, oldest_due_ms: 0 };
    return {
      parked: Number(parked),
      failing: Number(failing),
      oldest_due_ms: Math.max(0, Math.round(Number(dueMs))),
    };
  }
}
