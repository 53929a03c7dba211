import type { Pool } from 'pg';
import type { EventStore, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import type { EventQueries } from '../../application/ports/read-models.js';
import type { Projection } from '../projections/projection.js';
import { insert } from '../projections/row-changes.js';

/** An index of every event, known type or not, by its id; what the event says stays in the event store. */
const ddl = `
  create table events (
    event_id       uuid        primary key,
    stream         text        not null,
    revision       bigint      not null,
    position       bigint      not null unique,
    type           text        not null,
    actor_kind     text        not null,
    actor_id       text        not null,
    correlation_id text        not null,
    recorded_at    timestamptz not null
  );
  create index events_by_correlation on events (correlation_id, position);
`;

export const eventLogProjection: Projection = {
  name: 'event_log',
  version: 1,
  ddl,
  tables: { events: ['event_id'] },
  changesOf: ({ id, stream, revision, position, type, metadata, recordedAt }) => [
    insert('events', {
      event_id: id,
      stream,
      revision,
      position,
      type,
      actor_kind: metadata.actor.kind,
      actor_id: metadata.actor.id,
      correlation_id: metadata.correlationId,
      recorded_at: recordedAt,
    }),
  ],
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class PostgresEventQueries implements EventQueries {
  readonly #pool: Pool;
  readonly #store: EventStore;

  constructor(pool: Pool, store: EventStore) {
    this.#pool = pool;
    this.#store = store;
  }

  async find(eventId: string): Promise<RecordedEvent | undefined> {
    if (!uuid.test(eventId)) return undefined;
    const { rows } = await this.#pool.query<{ stream: StreamName; revision: bigint }>(
      'select stream, revision from read_event_log.events where event_id = $1',
      [eventId],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const [event] = await this.#store.readStream(row.stream, { from: row.revision, limit: 1 });
    return event;
  }
}
