import { PostgresEventStore } from '../../src/infrastructure/event-store/postgres-event-store.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('Postgres', async () => {
  const database = await createTestDatabase();
  const store = new PostgresEventStore({ connectionString: database.url, logger: silentLogger });
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});
