import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../src/application/ports/logger.js';
import { startEmbeddedPostgres } from '../../src/infrastructure/postgres/embedded-postgres.js';
import { migrate } from '../../src/infrastructure/postgres/migrate.js';
import { createPool } from '../../src/infrastructure/postgres/pool.js';

export type TestDatabase = {
  /** Connection string of a freshly migrated database with empty read models, which nobody else uses. */
  readonly url: string;
  drop(): Promise<void>;
};

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

type TestServer = {
  /** Of the database that new ones are created from; also says where the server is. */
  readonly url: string;
  readonly template: string;
  readonly clusterDir?: string;
};

const startTimeoutMs = 60_000;

let server: Promise<TestServer> | undefined;
let administration: pg.Pool | undefined;

/**
 * A database of one's own, copied from a migrated template in some 50 ms, file by file: page by page through the log takes
 * twice as long. The server is one per jest run: the one that TEST_DATABASE_URL names (its user must be allowed to create
 * databases), or an embedded one without fsync.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  server ??= findOrStartServer();
  const { url, template } = await server;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(url, `create database "${name}" template "${template}" strategy file_copy`);
  return {
    url: databaseUrl(url, name),
    drop: () => onServer(url, `drop database if exists "${name}" with (force)`),
  };
}

/** The first worker of the run that gets the folder starts the server; the others wait until it is ready. */
async function findOrStartServer(): Promise<TestServer> {
  const folder = process.env['COUNTERFOIL_TEST_RUN_DIR'];
  if (folder === undefined) throw new Error('COUNTERFOIL_TEST_RUN_DIR is missing: run this under jest');
  const ready = join(folder, 'ready.json');
  const first = await mkdir(join(folder, 'starting')).then(
    () => true,
    () => false,
  );
  if (first) {
    try {
      const started = await startServer(folder);
      await writeFile(`${ready}.new`, JSON.stringify(started));
      await rename(`${ready}.new`, ready);
      return started;
    } catch (error) {
      await rm(join(folder, 'starting'), { recursive: true });
      throw error;
    }
  }
  for (let waited = 0; waited < startTimeoutMs; waited += 50) {
    if (await stat(ready).catch(() => undefined)) return JSON.parse(await readFile(ready, 'utf8'));
    await sleep(50);
  }
  throw new Error('the test server did not start in time');
}

async function startServer(folder: string): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  const embedded =
    given === undefined
      ? await startEmbeddedPostgres({
          dataDir: join(folder, 'postgres'),
          logger: silentLogger,
          settings: {
            fsync: 'off',
            max_connections: '600',
            shared_buffers: '16MB',
            // Each of some hundred databases has its turn in that time.
            autovacuum_naptime: '60s',
          },
        })
      : undefined;
  const url = given ?? embedded?.connectionString ?? '';
  if (embedded !== undefined) await hashPasswordOnce(url);
  const template = `template_${randomUUID().replaceAll('-', '')}`;
  await onServer(url, `create database "${template}"`);
  await migrate(databaseUrl(url, template), silentLogger);
  await createReadModels(databaseUrl(url, template));
  return { url, template, ...(embedded && { clusterDir: embedded.clusterDir }) };
}

/** Most programs that tests start would make the same tables of the same read models. Only who starts the server loads them. */
async function createReadModels(url: string): Promise<void> {
  const { projections } = await import('../../src/infrastructure/read-models/read-models.js');
  const { createMissingBuilds } = await import('../../src/infrastructure/projections/builds.js');
  const pool = createPool({
    connectionString: url,
    max: 1,
    applicationName: 'template',
    logger: silentLogger,
  });
  try {
    await createMissingBuilds(pool, projections);
  } finally {
    await pool.end();
  }
}

/** Thousands of connections are opened by tests, and both ends of each would spend milliseconds on 4,096 rounds of a hash. */
async function hashPasswordOnce(url: string): Promise<void> {
  const { username, password } = new URL(url);
  await onServer(url, `set scram_iterations = 1; alter role "${username}" password '${password}'`);
}

/**
 * Over one connection that is kept while databases come and go. Creating from a template fails while anybody looks at the
 * template, so it is tried again for a moment.
 */
async function onServer(url: string, statement: string): Promise<void> {
  administration ??= new pg.Pool({ connectionString: url, max: 1, allowExitOnIdle: true }).on(
    'error',
    () => undefined,
  );
  for (let attempt = 1; ; attempt += 1) {
    try {
      await administration.query(statement);
      return;
    } catch (error) {
      if (attempt === 20 || (error as pg.DatabaseError).code !== '55006') throw error;
      await sleep(50);
    }
  }
}

function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}
