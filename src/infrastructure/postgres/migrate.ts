import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { root } from '../../root.js';
import { advisoryLocks } from './advisory-locks.js';

const directory = fileURLToPath(new URL('infrastructure/postgres/migrations', root));

/**
 * Brings the database up to this version, each file of ./migrations in its own transaction. Processes that start at
 * once wait for each other. The numbers of the files are dealt out in ranges per feature, so a file may be added
 * between two that have run: the runner's check of the order is off, and no file may rely on a later number.
 */
export async function migrate(connectionString: string, logger: Logger): Promise<void> {
  const client = new pg.Client({
    connectionString,
    application_name: 'counterfoil-migrate',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { runner } = await import('node-pg-migrate');
    const done = await runner({
      dbClient: client,
      dir: directory,
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: 'counterfoil',
      createMigrationsSchema: true,
      checkOrder: false,
      advisoryLockMode: 'wait',
      lockValue: advisoryLocks.migrate,
      logger: quietLogger(logger),
    });
    if (done.length > 0) logger.info({ files: done.map(({ name }) => name) }, 'Migrated the database');
  } finally {
    await client.end();
  }
}

/** The runner tells every step at info level; one line of our own is enough. */
function quietLogger(logger: Logger) {
  return {
    info: (message: string) => logger.debug({}, message),
    warn: (message: string) => logger.warn({}, message),
    error: (message: string) => logger.error({}, message),
  };
}
