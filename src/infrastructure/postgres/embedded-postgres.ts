import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { StartupError } from '../startup-error.js';
import {
  checkCluster,
  initialiseCluster,
  placeCluster,
  prepareDataDir,
  superuser,
} from './cluster-folder.js';
import type { Cluster } from './cluster-process.js';
import { liveServerPid, serverPort, startServer, stopServer } from './cluster-process.js';
import { lockFolder } from './folder-lock.js';
import { chooseServerAccount } from './server-account.js';
import { prepareServerBinaries } from './server-binaries.js';

export type EmbeddedPostgresOptions = {
  /** Folder of the database alone: the cluster, its password and the lock that keeps a second process out. */
  readonly dataDir: string;
  /** A loopback port; any free one when not given. */
  readonly port?: number;
  readonly logger: Logger;
  /** Server settings beyond the defaults, such as `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where things go that the server's account cannot reach in their own place; only ever used as root. */
  readonly elsewhere?: string;
};

export type EmbeddedPostgres = {
  /** To the database `counterfoil`, as its owner. Holds the password. */
  readonly connectionString: string;
  readonly port: number;
  /** The cluster's real folder. */
  readonly clusterDir: string;
  /** Stops the server and gives the folder back. Safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Starts the Postgres server that comes with the installation: for a machine with nothing. It listens on loopback,
 * with a random password (scram) in a file that only our user reads. When an earlier process of ours was killed, its
 * server still runs: that one is stopped in good order and started afresh.
 * @throws StartupError with one clear line and the mend
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, elsewhere = '/var/lib/counterfoil' } = options;
  const dataDir = await prepareDataDir(resolve(options.dataDir));
  const lock = await lockFolder(join(dataDir, 'lock'), dataDir);
  try {
    const account = await chooseServerAccount(join(dataDir, 'cluster'));
    const [binaries, folder] = await Promise.all([
      prepareServerBinaries(account, elsewhere),
      placeCluster(dataDir, account, elsewhere),
    ]);
    if (!folder.startsWith(dataDir)) {
      logger.info({ dataDir, folder }, `The database lies in ${folder}: its user may not enter ${dataDir}`);
    }
    const cluster: Cluster = { folder, binaries, account };
    const password = await prepareCluster(cluster, join(dataDir, 'password'));
    await stopLeftOver(cluster, logger);
    const port = await serverPort(options.port);
    await startServer(cluster, port, options.settings ?? {});
    const address = `postgres://${superuser}:${password}@127.0.0.1:${port}`;
    try {
      await createDatabase(`${address}/postgres`);
    } catch (error) {
      await stopServer(cluster);
      throw error;
    }
    let stopping: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await stopServer(cluster);
      await lock.release();
    };
    return {
      connectionString: `${address}/counterfoil`,
      port,
      clusterDir: folder,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The cluster's password, which is made together with the cluster. */
async function prepareCluster(cluster: Cluster, passwordFile: string): Promise<string> {
  if ((await checkCluster(cluster)) === 'present') {
    const password = await readFile(passwordFile, 'utf8').catch(() => '');
    if (password !== '') return password.trim();
    throw new StartupError(
      `the database's password ${passwordFile} is missing`,
      `Restore that file from a backup, or move ${cluster.folder} away to begin with an empty database.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  // Before the cluster: a start cut short in between makes the cluster anew, with a new password.
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await initialiseCluster(cluster, password);
  return password;
}

async function stopLeftOver(cluster: Cluster, logger: Logger): Promise<void> {
  const pid = await liveServerPid(cluster.folder);
  if (pid === undefined) return;
  logger.warn({ pid }, 'A database server was left running by a process that was killed: restarting it');
  await stopServer(cluster);
}

async function createDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(`select from pg_database where datname = 'counterfoil'`);
    if (rowCount === 0) await client.query('create database counterfoil');
  } catch (error) {
    throw new StartupError(
      `the database server does not let us in: ${(error as Error).message}`,
      'The password file beside the cluster is not the one it was made with: restore both from one backup.',
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
