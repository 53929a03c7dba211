import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from '../../../src/infrastructure/postgres/cluster-process.js';
import { liveServerPid, startServer } from '../../../src/infrastructure/postgres/cluster-process.js';
import { startEmbeddedPostgres } from '../../../src/infrastructure/postgres/embedded-postgres.js';
import { chooseServerAccount } from '../../../src/infrastructure/postgres/server-account.js';
import { prepareServerBinaries } from '../../../src/infrastructure/postgres/server-binaries.js';
import { silentLogger } from '../../support/postgres.js';

export type FaultyPostgres = {
  readonly url: string;
  /** Ends the server at once, as `pg_ctl stop -m immediate` does, and starts it again: it recovers from its log. */
  crash(): Promise<void>;
  /** Resolves when all that was committed so far is on disk, also where the server acknowledges before that. */
  checkpoint(): Promise<void>;
  /** Stops every process of the server where it stands, and lets them go on later: connected, and answering nothing. */
  freeze(ms: number, frozen?: () => void): Promise<void>;
  stop(): Promise<void>;
};

/** A server of this run's own, with its log on disk as in production (fsync on). */
export async function startFaultyPostgres(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<FaultyPostgres> {
  const settings = { max_connections: '300', ...more };
  await mkdir(folder, { recursive: true });
  const elsewhere = join(folder, 'elsewhere');
  const embedded = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    elsewhere,
    logger: silentLogger,
    settings,
  });
  const account = await chooseServerAccount(embedded.clusterDir);
  const cluster: Cluster = {
    folder: embedded.clusterDir,
    binaries: await prepareServerBinaries(account, elsewhere),
    account,
  };
  return {
    url: embedded.connectionString,
    async crash() {
      const pid = await liveServerPid(cluster.folder);
      if (pid !== undefined) process.kill(pid, 'SIGQUIT');
      while ((await liveServerPid(cluster.folder)) !== undefined) await sleep(20);
      await startServer(cluster, embedded.port, settings);
    },
    async checkpoint() {
      const client = new pg.Client({ connectionString: embedded.connectionString });
      await client.connect();
      await client.query('checkpoint');
      await client.end();
    },
    async freeze(ms, onFrozen = () => undefined) {
      const pid = await liveServerPid(cluster.folder);
      if (pid === undefined) return;
      // The postmaster first, so that it starts no process that would be missed.
      process.kill(pid, 'SIGSTOP');
      const frozen = [pid, ...(await childrenOf(pid))];
      for (const each of frozen) signal(each, 'SIGSTOP');
      onFrozen();
      await sleep(ms);
      for (const each of frozen) signal(each, 'SIGCONT');
    },
    stop: () => embedded.stop(),
  };
}

/** Works where /proc does; elsewhere only the postmaster freezes. */
async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map((pid) => parentOf(pid)));
  return pids.filter((_pid, index) => parents[index] === parent).map(Number);
}

async function parentOf(pid: string): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of a program, in brackets, may itself hold spaces and brackets.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
