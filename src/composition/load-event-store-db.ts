import type { EventStoreDbEventStore } from '../infrastructure/event-store/eventstoredb-event-store.js';

/** The adapter and EventStoreDB's client with it, which is not loaded where the events are in Postgres. */
export async function loadEventStoreDb(): Promise<typeof EventStoreDbEventStore> {
  const module = await import('../infrastructure/event-store/eventstoredb-event-store.js');
  return module.EventStoreDbEventStore;
}
