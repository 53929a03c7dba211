import { EventStoreDbEventStore } from '../../src/infrastructure/event-store/eventstoredb-event-store.js';
import { silentLogger } from '../support/postgres.js';
import { eventStoreContract } from './event-store.contract.js';

/** Part of a run only when EVENTSTORE_URL (esdb://...) names a server: `npm run test:eventstore`. */
eventStoreContract('a real EventStoreDB', async () => {
  const connectionString = process.env['EVENTSTORE_URL'] ?? '';
  const store = new EventStoreDbEventStore({ connectionString, logger: silentLogger });
  return { store, close: () => store.close() };
});
