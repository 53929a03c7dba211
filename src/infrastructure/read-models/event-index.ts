import type { Pool } from 'pg';
import { validate as isUuid } from 'uuid';
import type { EventStore, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import type { EventQueries } from '../../application/ports/read-models.js';
import type { Projection } from '../projections/projection.js';
import { insert } from '../projections/row-changes.js';

/** Where each event stands, known type or not, by its id; the event itself stays in the event store. */
const ddl = `
  create table events (
    event_id uuid   primary key,
    stream   text   not null,
    revision bigint not null
  );
`;

/** For an event store that cannot look an event up by its id. */
export const eventIndexProjection: Projection = {
  name: 'event_index',
  version: 1,
  ddl,
  tables: { events: ['event_id'] },
  changesOf: ({ id, stream, revision }) => [insert('events', { event_id: id, stream, revision })],
};

export class IndexedEventQueries implements EventQueries {
  readonly #pool: Pool;
  readonly #store: EventStore;

  constructor(pool: Pool, store: EventStore) {
    this.#pool = pool;
    this.#store = store;
  }

  async find(eventId: string): Promise<RecordedEvent | undefined> {
    if (!isUuid(eventId)) return undefined;
    const { rows } = await this.#pool.query<{ stream: StreamName; revision: bigint }>(
      'select stream, revision from read_event_index.events where event_id = $1',
      [eventId],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const [event] = await this.#store.readStream(row.stream, { from: row.revision, limit: 1 });
    return event;
  }
}
