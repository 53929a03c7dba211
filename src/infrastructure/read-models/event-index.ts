import type { Pool } from 'pg';
import { validate as isUuid } from 'uuid';
import type { EventStore, Position, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import type { EventFilter, EventQueries } from '../../application/ports/read-models.js';
import type { Projection } from '../projections/projection.js';
import { insert } from '../projections/row-changes.js';
import { Conditions } from './keyset-page.js';

/** Where each event stands, known type or not, and what it is looked for by; the event itself stays in the event store. */
const ddl = `
  create table events (
    event_id    uuid        primary key,
    stream      text        not null,
    revision    bigint      not null,
    position    bigint      not null,
    type        text        not null,
    actor_kind  text        not null,
    actor_id    text        not null,
    recorded_at timestamptz not null
  );
  create index events_by_position on events (position);
  create index events_by_type     on events (type, position);
  create index events_by_kind     on events (actor_kind, position);
  create index events_by_actor    on events (actor_id, position);
`;

/** For an event store that cannot look events up. */
export const eventIndexProjection: Projection = {
  name: 'event_index',
  version: 2,
  ddl,
  tables: { events: ['event_id'] },
  changesOf: ({ id, stream, revision, position, type, metadata: { actor }, recordedAt }) => [
    insert('events', {
      ...{ event_id: id, stream, revision, position, type },
      ...{ actor_kind: actor.kind, actor_id: actor.id, recorded_at: recordedAt },
    }),
  ],
};

type Place = { readonly stream: StreamName; readonly revision: bigint };

export class IndexedEventQueries implements EventQueries {
  readonly #pool: Pool;
  readonly #store: EventStore;

  constructor(pool: Pool, store: EventStore) {
    this.#pool = pool;
    this.#store = store;
  }

  async find(eventId: string): Promise<RecordedEvent | undefined> {
    if (!isUuid(eventId)) return undefined;
    const { rows } = await this.#pool.query<Place>(
      'select stream, revision from read_event_index.events where event_id = $1',
      [eventId],
    );
    const [row] = rows;
    return row === undefined ? undefined : this.#at(row);
  }

  async explore(filter: EventFilter, limit: number): ReturnType<EventQueries['explore']> {
    const conditions = new Conditions()
      .add('type = $', filter.type)
      .add('(actor_id = $ or actor_kind = $)', filter.actor)
      .add('recorded_at >= $', filter.from)
      .add('recorded_at < $', filter.before)
      .add('position < $', filter.below);
    const { rows } = await this.#pool.query<Place & { position: Position }>(
      `select stream, revision, position from read_event_index.events ${conditions.where}
       order by position desc limit ${limit + 1}`,
      conditions.values,
    );
    const places = rows.slice(0, limit);
    const events = await Promise.all(places.map((place) => this.#at(place)));
    return {
      events: events.filter((event) => event !== undefined),
      below: rows.length > limit ? (places.at(-1)?.position ?? null) : null,
    };
  }

  async #at({ stream, revision }: Place): Promise<RecordedEvent | undefined> {
    const [event] = await this.#store.readStream(stream, { from: revision, limit: 1 });
    return event;
  }
}
