import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { createPool, openAll, withTransaction } from '../../../src/infrastructure/postgres/pool.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

describe('the Postgres pool', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({
      connectionString: database.url,
      max: 4,
      applicationName: 'pool-test',
      logger: silentLogger,
      queryTimeoutMs: 30_000,
    });
    await pool.query('create table counterfoil.note (id int primary key, text text)');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const count = async (): Promise<bigint> =>
    (await pool.query<{ n: bigint }>('select count(*) as n from counterfoil.note')).rows[0]?.n ?? -1n;

  it('reads int8 as bigint, timestamptz as an instant with milliseconds, json parsed', async () => {
    const { rows } = await pool.query(
      `select 9223372036854775807::int8 as big, '2026-11-01 10:30:00.1239+01'::timestamptz as at,
              '2026-11-01 10:30:00Z'::timestamptz as whole, '{"a":["1"]}'::json as doc`,
    );
    expect(rows[0]).toEqual({
      big: 9223372036854775807n,
      at: '2026-11-01T09:30:00.123Z',
      whole: '2026-11-01T10:30:00.000Z',
      doc: { a: ['1'] },
    });
  });

  it('commits what a transaction did, and nothing of one that throws', async () => {
    await withTransaction(pool, (client) => client.query(`insert into counterfoil.note values (1, 'kept')`));
    const failed = withTransaction(pool, async (client) => {
      await client.query(`insert into counterfoil.note values (2, 'dropped')`);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await count()).toBe(1n);
  });

  it('does not call a transaction committed whose statement failed unnoticed', async () => {
    const failed = withTransaction(pool, async (client) => {
      await client.query(`insert into counterfoil.note values (3, 'lost')`);
      await client.query('select 1/0').catch(() => undefined);
    });
    await expect(failed).rejects.toThrow('had failed before its commit');
    expect(await count()).toBe(1n);
  });

  it('outlives the death of its connections, idle and in use', async () => {
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity
                  where application_name = 'pool-test' and pid <> pg_backend_pid()`;
    const [outcome] = await Promise.allSettled([
      pool.query('select pg_sleep(20)'),
      eventually(
        () =>
          pool.query(
            `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
          ),
        ({ rowCount }) => rowCount === 1,
      ).then(() => pool.query(kill)),
    ]);
    // Ended from outside, not by the limit of a query.
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '57P01' } });
    expect(await count()).toBe(1n);
  });

  it('opens all of its connections ahead of their users, and none where Postgres is not there', async () => {
    const settings = { max: 3, applicationName: 'pool-ahead', logger: silentLogger };
    const ahead = createPool({ ...settings, connectionString: database.url, connectTimeoutMs: 30_000 });
    await openAll(ahead);
    expect([ahead.totalCount, ahead.idleCount]).toEqual([3, 3]);
    await ahead.end();
    const dead = createPool({ ...settings, connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    await openAll(dead);
    expect(dead.totalCount).toBe(0);
    await dead.end();
  });

  it('gives up a slow query within its limit and does not use that connection again', async () => {
    const hasty = createPool({
      ...{ connectionString: database.url, max: 1, applicationName: 'pool-test', logger: silentLogger },
      queryTimeoutMs: 1_000,
    });
    // On a busy machine even this one may take too long.
    const connection = () =>
      eventually(
        () =>
          hasty.query<{ pid: number }>('select pg_backend_pid() as pid').then(
            ({ rows }) => rows[0]?.pid,
            () => undefined,
          ),
        (pid) => pid !== undefined,
      );
    const before = await connection();
    await expect(hasty.query('select pg_sleep(10)')).rejects.toThrow(/timeout/);
    expect(await connection()).not.toBe(before);
    await hasty.end();
  });

  it('migrates once when several processes start at the same time', async () => {
    await pool.query('drop schema eventstore cascade; drop schema counterfoil cascade');
    await Promise.all([1, 2, 3].map(() => migrate(database.url, silentLogger)));
    const { rows } = await pool.query<{ n: bigint }>('select count(*) as n from counterfoil.migrations');
    expect(rows[0]?.n).toBeGreaterThan(1n);
    const names = await pool.query<{ name: string }>('select name from counterfoil.migrations order by name');
    expect(new Set(names.rows.map(({ name }) => name)).size).toBe(names.rows.length);
  });
});
