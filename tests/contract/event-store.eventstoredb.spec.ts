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
