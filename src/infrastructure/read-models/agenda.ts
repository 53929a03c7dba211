import type { Pool } from 'pg';
import { collectionCodec } from '../../application/collection/collection.codec.js';
import { collectionAgenda } from '../../application/collection/collection-agenda.js';
import { creditCodec } from '../../application/credit/credit.codec.js';
import { creditAgenda } from '../../application/credit/credit-agenda.js';
import { invoiceCodec } from '../../application/invoice/invoice.codec.js';
import { invoiceAgendaOf } from '../../application/invoice/invoice-agenda.js';
import { planCodec } from '../../application/plan/plan.codec.js';
import { planAgendaOf } from '../../application/plan/plan-agenda.js';
import type { Agenda, AgendaItem } from '../../application/ports/agenda.js';
import type { AgendaEntry } from '../../application/shared/agenda.js';
import type { EventCodec } from '../../application/shared/event-codec.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { ChangesOf, Projection } from '../projections/projection.js';
import { onEveryEvent, routeByCategory } from '../projections/projection.js';
import type { RowChange } from '../projections/row-changes.js';
import { insert, remove } from '../projections/row-changes.js';

const ddl = `
  create table items (
    stream   text        not null,
    kind     text        not null,
    item     text        not null,
    event_id uuid        not null,
    revision bigint      not null,
    due_at   timestamptz not null,
    primary key (stream, kind, item)
  );
  create index items_by_time on items (due_at, event_id);
`;

/** The rows of one module's entries, to be routed to by its category. */
export function agendaEntries<E>(
  codec: EventCodec<E>,
  agendaOf: (event: E) => readonly AgendaEntry[],
): ChangesOf {
  return onEveryEvent(codec, (event, { stream, id, revision }) =>
    agendaOf(event).flatMap((entry): readonly RowChange[] => {
      const key = { stream, kind: entry.kind, item: entry.item };
      const gone = remove('items', key);
      if (entry.entry === 'kept') return [gone];
      return [gone, insert('items', { ...key, event_id: id, revision, due_at: entry.dueAt })];
    }),
  );
}

export const agendaProjection: Projection = {
  name: 'agenda',
  version: 2,
  ddl,
  tables: { items: ['stream', 'kind', 'item'] },
  changesOf: routeByCategory({
    collection: agendaEntries(collectionCodec, collectionAgenda),
    creditAccount: agendaEntries(creditCodec, creditAgenda),
    invoice: agendaEntries(invoiceCodec, invoiceAgendaOf),
    paymentPlan: agendaEntries(planCodec, planAgendaOf),
  }),
};

export class PostgresAgenda implements Agenda {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** One statement: whoever comes second to an item finds that its next attempt is not due. */
  async claim(now: Instant, limit: number): Promise<readonly AgendaItem[]> {
    const { rows } = await this.#pool.query<AgendaItem>(
      `with due as (
         select i.* from read_agenda.items i left join counterfoil.agenda_attempts a using (event_id, kind, item)
         where i.due_at <= $1 and (a.next_attempt_at is null or a.next_attempt_at <= $1)
         order by i.due_at, i.event_id limit $2
       ), claimed as (
         insert into counterfoil.agenda_attempts as noted (event_id, kind, item, attempts, next_attempt_at)
         select event_id, kind, item, 1, $1::timestamptz + interval '20 seconds' from due
         on conflict (event_id, kind, item) do update
           set attempts = noted.attempts + 1, next_attempt_at = excluded.next_attempt_at
           where noted.next_attempt_at <= $1
         returning event_id, kind, item, attempts
       )
       select stream, kind, item, event_id, revision, due_at, attempts
       from due join claimed using (event_id, kind, item) order by due_at, event_id`,
      [now, limit],
    );
    return rows;
  }

  async postpone(
    { event_id: eventId, kind, item }: AgendaItem,
    until: Instant,
    error: string | null,
  ): Promise<void> {
    await this.#pool.query(
      `update counterfoil.agenda_attempts set next_attempt_at = $4, last_error = $5
       where event_id = $1 and kind = $2 and item = $3`,
      [eventId, kind, item, until, error],
    );
  }

  async prune(): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `delete from counterfoil.agenda_attempts a where not exists (select 1 from read_agenda.items i
         where i.event_id = a.event_id and i.kind = a.kind and i.item = a.item)`,
    );
    return rowCount ?? 0;
  }
}
