import type { EventStore } from '../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../src/infrastructure/event-store/postgres-event-store.js';
import { benchLogger } from './bench-cluster.js';

/** The product's own event store, with its own defaults. */
export function openEventStore(connectionString: string): EventStore {
  return new PostgresEventStore({ connectionString, logger: benchLogger });
}
