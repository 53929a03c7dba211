import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { startEmbeddedPostgres } from '../../../src/infrastructure/postgres/embedded-postgres.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { appended, newEvents, newStream } from '../../contract/event-store.contract.js';
import { eventually } from '../../support/eventually.js';
import { silentLogger } from '../../support/postgres.js';

it('loses nothing that was acknowledged when the database crashes, and heals on its return', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-restart-'));
  await chmod(folder, 0o755);
  const options = {
    dataDir: join(folder, 'postgres'),
    elsewhere: join(folder, 'elsewhere'),
    logger: silentLogger,
  };
  let server = await startEmbeddedPostgres(options);
  await migrate(server.connectionString, silentLogger);
  const store = new PostgresEventStore({ connectionString: server.connectionString, logger: silentLogger });
  const ending = new AbortController();
  const received: string[] = [];
  const following = (async () => {
    for await (const batch of store.subscribe(0n, { signal: ending.signal, batchMax: 100 })) {
      received.push(...batch.map(({ id }) => id));
    }
  })();
  const acknowledged: string[] = [];
  let writing = true;
  const write = async (): Promise<void> => {
    while (writing) {
      const [stream, events] = [newStream(), newEvents(2)];
      for (let written = false; !written; ) {
        try {
          appended(await store.append(stream, 'no_stream', events));
          written = true;
        } catch (error) {
          if (!(error instanceof AppendOutcomeUnknown || error instanceof EventStoreUnavailable)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      acknowledged.push(...events.map(({ id }) => id));
    }
  };
  const writers = Promise.all(Array.from({ length: 4 }, write));
  for (let crash = 0; crash < 2; crash += 1) {
    const goodTimes = acknowledged.length;
    await eventually(
      async () => acknowledged.length,
      (count) => count > goodTimes + 50,
    );
    process.kill(
      Number.parseInt(await readFile(join(server.clusterDir, 'postmaster.pid'), 'utf8'), 10),
      'SIGQUIT',
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { port } = server;
    await server.stop();
    server = await startEmbeddedPostgres({ ...options, port });
    const before = acknowledged.length;
    await eventually(
      async () => acknowledged.length,
      (count) => count > before,
    );
  }
  writing = false;
  await writers;
  await eventually(
    async () => received.length,
    (count) => count >= acknowledged.length,
  );
  ending.abort();
  await following;
  expect([...received].sort()).toEqual([...acknowledged].sort());
  await store.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
