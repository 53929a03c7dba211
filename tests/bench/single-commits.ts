import { execFile } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ratePerSecond } from './rounds.js';

const run = promisify(execFile);
const clients = 32;

/** Runs one statement per commit on 32 connections and answers the commits per second. */
export type SingleCommits = {
  /** `pgbench`, or the driver where there is none. */
  readonly name: string;
  /**
   * @param statement may use `:run`, the number of this round, `:turn`, which counts each client's commits from 0, and
   *   `:client_id`; no other colon in it may stand before a letter or a digit
   */
  readonly rate: (connectionString: string, statement: string, ms: number) => Promise<number>;
};

export async function findSingleCommits(): Promise<SingleCommits> {
  const pgbench = await findPgbench();
  let round = 0;
  if (pgbench === undefined) {
    return {
      name: `${clients} pg clients (there is no pgbench here)`,
      rate: (connectionString, statement, ms) => {
        round += 1;
        return rateOfDriver(connectionString, statement, ms, round);
      },
    };
  }
  return {
    name: `pgbench -M prepared -c ${clients} -j 2`,
    rate: (connectionString, statement, ms) => {
      round += 1;
      return rateOfPgbench(pgbench, connectionString, statement, ms, round);
    },
  };
}

async function findPgbench(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const candidates = ['pgbench', ...versions.map((version) => `${debian}/${version}/bin/pgbench`)];
  for (const candidate of candidates) {
    const found = await run(candidate, ['--version']).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

async function rateOfPgbench(
  pgbench: string,
  connectionString: string,
  statement: string,
  ms: number,
  round: number,
): Promise<number> {
  const script = join(tmpdir(), `counterfoil-bench-${process.pid}-${round}.sql`);
  await writeFile(script, `\\set turn :turn + 1\n${statement.replaceAll(/\s+/g, ' ').trim()};\n`);
  try {
    const { stdout } = await run(pgbench, [
      ...['--no-vacuum', '-M', 'prepared', '-c', String(clients), '-j', '2'],
      ...['-T', String(Math.max(Math.round(ms / 1000), 1)), '-f', script],
      ...['-D', `run=${round}`, '-D', 'turn=-1', connectionString],
    ]);
    const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
    if (!(perSecond > 0)) throw new Error(`pgbench did not say its rate:\n${stdout}`);
    return perSecond;
  } finally {
    await rm(script, { force: true });
  }
}

async function rateOfDriver(
  connectionString: string,
  statement: string,
  ms: number,
  round: number,
): Promise<number> {
  const names = ['run', 'turn', 'client_id'];
  const text = statement.replaceAll(/(?<!:):(run|turn|client_id)\b/g, (_match, name: string) => {
    return `$${names.indexOf(name) + 1}`;
  });
  const used = names.filter((_name, index) => text.includes(`$${index + 1}`)).length;
  const connections = Array.from({ length: clients }, () => new pg.Client({ connectionString }));
  try {
    await Promise.all(connections.map((connection) => connection.connect()));
    return await ratePerSecond(clients, ms, async (caller, turn) => {
      const values = [round, turn, caller].slice(0, used);
      await connections[caller]?.query({ name: `floor-${round}`, text, values });
    });
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
}
