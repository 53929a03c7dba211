import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.js';
import { StartupError } from '../startup-error.js';
import type { ServerAccount } from './server-account.js';
import type { ServerBinaries } from './server-binaries.js';

const run = promisify(execFile);

/** One data folder of Postgres and what is needed to run a server on it. */
export type Cluster = {
  readonly folder: string;
  readonly binaries: ServerBinaries;
  readonly account: ServerAccount | undefined;
};

const startTimeoutS = 60;
const stopTimeoutS = 30;

/**
 * Starts the server in a session of its own (pg_ctl does that), so that Ctrl-C in the terminal reaches us and not the
 * database, which we stop last.
 * @throws StartupError with what the server itself says is wrong
 */
export async function startServer(
  cluster: Cluster,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const log = join(cluster.folder, 'server.log');
  await rm(log, { force: true });
  const all = {
    listen_addresses: '127.0.0.1',
    // No socket file: its path has a length limit, and the port serves every client.
    unix_socket_directories: '',
    log_checkpoints: 'off',
    // A webhook is written three times within seconds. Its old versions' places are then free for the next burst, for which the
    // table would grow otherwise, at a cost above that of the write.
    autovacuum_naptime: '10s',
    ...settings,
  };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  try {
    await pgCtl(cluster, [
      'start',
      ...['-w', '-t', String(startTimeoutS), '-l', log],
      ...['-o', [`-p ${port}`, ...flags].join(' ')],
    ]);
  } catch (error) {
    const said = await lastComplaint(log);
    throw new StartupError(
      `Postgres does not start on ${cluster.folder}: ${said ?? (error as Error).message.trim()}`,
      `Restore the folder from a backup, or move it away to begin with an empty one. All it said: ${log}`,
      { cause: error },
    );
  }
}

/** Ends every session, writes everything out and waits. Does nothing when no server runs. */
export async function stopServer(cluster: Cluster): Promise<void> {
  if ((await liveServerPid(cluster.folder)) === undefined) return;
  try {
    await pgCtl(cluster, ['stop', '-m', 'fast', '-w', '-t', String(stopTimeoutS)]);
  } catch (error) {
    // One that somebody else is stopping may be gone before it is asked.
    if ((await liveServerPid(cluster.folder)) !== undefined) throw error;
  }
}

/**
 * The process that serves this folder, as its postmaster.pid tells; undefined when there is none. After a crash the
 * file may stay, and its number may since belong to anything: such a file is removed, or Postgres would respect it.
 */
export async function liveServerPid(folder: string): Promise<number | undefined> {
  const path = join(folder, 'postmaster.pid');
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const pid = Number.parseInt(content, 10);
  if (pid > 0 && (await servesFolder(pid, folder))) return pid;
  await rm(path, { force: true });
  return undefined;
}

async function servesFolder(pid: number, folder: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // A server's working directory is its data folder. A dead process that nobody has waited for has none.
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return directory === (await realpath(folder));
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres');
}

async function pgCtl(cluster: Cluster, args: readonly string[]): Promise<void> {
  await run(cluster.binaries.pgCtl, ['-D', cluster.folder, ...args], {
    ...cluster.account,
    cwd: '/',
    env: serverEnvironment(),
  });
}

/** Without the PG* variables of the user's shell, which would point the tools elsewhere, and in one language. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

async function lastComplaint(log: string): Promise<string | undefined> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n');
  const complaint =
    lines.findLast((line) => /\b(FATAL|PANIC):/.test(line)) ?? lines.findLast((line) => line !== '');
  return complaint?.replace(/^.*\b(FATAL|PANIC): +/, '');
}

/** A port for the server: the one asked for, or any that is free. */
export async function serverPort(wanted: number | undefined): Promise<number> {
  try {
    return await freePort(wanted ?? 0);
  } catch (error) {
    throw new StartupError(
      `port ${wanted ?? 'any'} of 127.0.0.1 cannot be used by the database: ${(error as Error).message}`,
      'Stop what uses it, or choose another port.',
    );
  }
}
