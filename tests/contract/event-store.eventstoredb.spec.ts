import { describe, it } from '@jest/globals';
import { EventStoreDbEventStore } from '../../src/infrastructure/event-store/eventstoredb-event-store.js';
import { startEventStoreStandIn } from '../support/eventstore-stand-in/server.js';
import { silentLogger } from '../support/postgres.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('EventStoreDB (the official client against the stand-in)', async () => {
  const standIn = await startEventStoreStandIn();
  const { connectionString } = standIn;
  const store = new EventStoreDbEventStore({ connectionString, logger: silentLogger });
  return {
    store,
    close: async () => {
      await store.close();
      await standIn.close();
    },
  };
});

const real = process.env['EVENTSTORE_URL'];
if (real === undefined) {
  describe('the event store on a real EventStoreDB', () => {
    it.skip('runs when EVENTSTORE_URL names a server (esdb://...)', () => undefined);
  });
} else {
  eventStoreContract('a real EventStoreDB', async () => {
    const store = new EventStoreDbEventStore({ connectionString: real, logger: silentLogger });
    return { store, close: () => store.close() };
  });
}
