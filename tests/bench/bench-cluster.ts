import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Logger } from '../../src/application/ports/logger.js';
import { startEmbeddedPostgres } from '../../src/infrastructure/postgres/embedded-postgres.js';
import { migrate } from '../../src/infrastructure/postgres/migrate.js';

/** The Postgres that floors and product share: the embedded one with the product's own settings, made for this run. */
export type BenchCluster = {
  readonly version: string;
  /** A new database, empty but for the product's schema; answers its connection string. */
  readonly createDatabase: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** Warnings of a bench are part of what it found; the rest is noise. */
export const benchLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

export async function startBenchCluster(): Promise<BenchCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
  // The server may run as another user than ours, who must be able to enter.
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    elsewhere: join(folder, 'elsewhere'),
    logger: benchLogger,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const version = await withClient(server.connectionString, durableVersion);
    return {
      version,
      stop,
      async createDatabase(name) {
        await withClient(server.connectionString, (client) => client.query(`create database ${name}`));
        const url = new URL(server.connectionString);
        url.pathname = `/${name}`;
        await migrate(url.href, benchLogger);
        return url.href;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function withClient<T>(
  connectionString: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/**
 * As every five minutes: what was written of the log is used again. A new file of it is filled with zeros first, for which all commits
 * wait some 50 ms; a fresh server makes one every 16 MB, one that has run for a while hardly ever.
 */
export async function checkpoint(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, (client) => client.query('checkpoint'));
}

/** Figures of a server that does not wait for its disk would be worth nothing, so such a one is refused. */
async function durableVersion(client: pg.Client): Promise<string> {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const { rows } = await client.query<Record<string, string>>(`show ${setting}`);
    if (rows[0]?.[setting] !== 'on') throw new Error(`${setting} is ${rows[0]?.[setting]}, not on`);
  }
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  return rows[0]?.server_version ?? 'unknown';
}
