import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createPool, sendOut } from '../../../src/infrastructure/postgres/pool.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';

/** Imports what was built, does one thing and is gone: no callback of its runs any more. */
const killed = `
  const { createPool, sendOut } = await import('file://' + process.cwd() + '/dist/parts/pool.js');
  const { DATABASE_URL: connectionString, NOTE } = process.env;
  const pool = createPool({ connectionString, max: 2, applicationName: 'killed' });
  const asked = await Promise.all([pool.connect(), pool.connect()]);
  asked.forEach((client) => client.release());
  void pool.query('select pg_sleep(0.05)').catch(() => undefined);
  const text = 'insert into notes (note) select $1 from pg_sleep(0.1)';
  await sendOut(pool, { text, values: [NOTE] }, () => undefined);
  process.kill(process.pid, 'SIGKILL');`;

describe('a query that is sent out', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const failures: string[] = [];
  const failed = (error: unknown): void => void failures.push((error as Error).message);
  const insert = (note: string) => ({ text: 'insert into notes (note) values ($1)', values: [note] });
  const isKept = (note: string) =>
    eventually(
      () => pool.query('select from notes where note = $1', [note]),
      ({ rowCount }) => rowCount === 1,
    );
  const poolAt = (connectionString: string, queryTimeoutMs: number) =>
    createPool({
      ...{ connectionString, max: 1, applicationName: 'sent-out', logger: silentLogger, queryTimeoutMs },
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = poolAt(database.url, 30_000);
    await pool.query('create table notes (note text not null)');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('is not waited for', async () => {
    const slow = { text: 'insert into notes (note) select $1 from pg_sleep(1)', values: ['slow'] };
    const beside = poolAt(database.url, 30_000);
    await beside.query('select 1');
    await sendOut(pool, slow, failed);
    const { rowCount } = await beside.query("select from notes where note = 'slow'");
    await beside.end();
    expect(rowCount).toBe(0);
    await isKept('slow');
    expect(failures).toEqual([]);
  });

  it('tells of its failure, and leaves no broken connection behind', async () => {
    await sendOut(pool, { text: 'select 1 / 0' }, failed);
    await isKept('slow');
    expect(failures.splice(0)).toEqual(['division by zero']);
  });

  it('is carried out though the process is killed at once', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const note = `killed ${turn}`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', killed], {
        stdio: 'inherit',
        env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: database.url, NOTE: note },
      });
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      await isKept(note);
    }
  });

  it('is waited for where the connection is full', async () => {
    const proxy = await startTcpProxy(database.url);
    const hasty = poolAt(proxy.url, 3_000);
    await hasty.query('select 1');
    proxy.mode = { kind: 'hang' };
    let done = false;
    const sent = sendOut(hasty, insert('x'.repeat(32 * 1024 * 1024)), failed).then(() => {
      done = true;
    });
    await sleep(300);
    const early = done;
    await sent;
    await hasty.end();
    await proxy.close();
    expect(early).toBe(false);
    expect(failures.splice(0)).toEqual(['Query read timeout']);
  });
});
