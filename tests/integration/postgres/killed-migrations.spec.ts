import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

const folder = 'src/infrastructure/postgres/migrations';
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));

/** Everything that a migration can make, in words. */
const shape = `
  select 'column' as kind, table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
    || ' ' || coalesce(column_default, '') as what
    from information_schema.columns where table_schema in ('counterfoil', 'eventstore')
  union all select 'index', indexdef from pg_indexes where schemaname in ('counterfoil', 'eventstore')
  union all select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
    where connamespace in ('counterfoil'::regnamespace, 'eventstore'::regnamespace)
  union all select 'function', pg_get_functiondef(oid) from pg_proc
    where pronamespace in ('counterfoil'::regnamespace, 'eventstore'::regnamespace)
  union all select 'trigger', pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
    where not tgisinternal and relnamespace in ('counterfoil'::regnamespace, 'eventstore'::regnamespace)
  union all select 'migration', name from counterfoil.migrations
  order by 1, 2`;

let whole: TestDatabase;
let admin: pg.Client;
const half = `half_${process.pid}_${Date.now()}`;
beforeAll(async () => {
  whole = await createTestDatabase();
  admin = new pg.Client(whole.url);
  await admin.connect();
  await admin.query(`create database ${half} template template0`);
});
afterAll(async () => {
  await admin.query(`drop database if exists ${half} with (force)`);
  await admin.end();
  await whole.drop();
});

describe('F27: migrations', () => {
  it('that are killed again and again go on where they were, and come to what an undisturbed run makes', async () => {
    const url = new URL(whole.url);
    url.pathname = `/${half}`;
    const done = async (client: pg.Client): Promise<number> => {
      const { rows } = await client
        .query<{ done: number }>('select count(*)::int as done from counterfoil.migrations')
        .catch(() => ({ rows: [] }));
      return rows[0]?.done ?? 0;
    };
    const watcher = new pg.Client(url.toString());
    await watcher.connect();
    let killed = 0;
    for (let upTo = 0; upTo < files.length; upTo += 6) {
      const running = migrate(url.toString(), silentLogger).then(
        () => 'done',
        () => 'killed',
      );
      // At whatever statement it stands when so many files are through.
      let state: string | undefined;
      void running.then((ended) => {
        state = ended;
      });
      while (state === undefined) {
        if ((await done(watcher)) < upTo) continue;
        const { rowCount } = await watcher.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'counterfoil-migrate' and datname = $1`,
          [half],
        );
        if (rowCount !== 0) break;
      }
      if ((await running) === 'killed') killed += 1;
    }
    expect(killed).toBeGreaterThan(0);
    await migrate(url.toString(), silentLogger);
    const { rows } = await watcher.query(shape);
    await watcher.end();
    expect(rows).toEqual((await admin.query(shape)).rows);
    expect(rows.length).toBeGreaterThan(files.length);
  });

  /** A process of the version before runs on beside the new one: what it reads and writes must stay. */
  it('take nothing away that the version before still uses', () => {
    const takesAway =
      /\b(drop\s+(table|column|schema|view|function)|rename\s+(to|column)|set\s+not\s+null|alter\s+column\s+\S+\s+type)\b/i;
    const found = files.filter((name) =>
      takesAway.test(readFileSync(`${folder}/${name}`, 'utf8').replaceAll(/--.*$/gm, '')),
    );
    expect(found).toEqual([]);
  });
});
