import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { PostgresJobs } from '../../../src/infrastructure/postgres/jobs.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

const minute = 60_000;

describe('jobs in Postgres', () => {
  let pool: pg.Pool;
  let jobs: PostgresJobs;
  let names = 0;
  let name: string;

  beforeAll(async () => {
    const { url } = await createTestDatabase();
    pool = createPool({ connectionString: url, max: 8, applicationName: 'jobs', logger: silentLogger });
    jobs = new PostgresJobs(pool);
  });
  afterAll(() => pool.end());
  beforeEach(async () => {
    names += 1;
    name = `job_${names}`;
    await jobs.define(name);
  });

  const statusOf = async () => (await jobs.list()).find((job) => job.name === name);

  it('F12: give one run to one of many that ask at once', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, () => jobs.claim(name, minute)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  });

  it('are due again when their time has come, and keep what the last run did', async () => {
    const run = await jobs.claim(name, minute);
    if (run === undefined) throw new Error('nobody else is at it');
    expect(await jobs.progress(run, { looked_at: 1 }, minute)).toBe(true);
    expect(await statusOf()).toMatchObject({ running: true, report: { looked_at: 1 } });
    expect(await jobs.finish(run, { report: { looked_at: 2 } }, minute)).toBe(true);
    expect(await statusOf()).toMatchObject({ running: false, report: { looked_at: 2 }, last_error: null });
    expect(await jobs.claim(name, minute)).toBeUndefined();
    expect(await jobs.request(name)).toBe(true);
    expect(await jobs.claim(name, minute)).toBeDefined();
  });

  it('refuse what the process of an earlier run still writes', async () => {
    const stale = await jobs.claim(name, 0);
    const taken = await jobs.claim(name, minute);
    if (stale === undefined || taken === undefined)
      throw new Error('the lease of the first one was over at once');
    expect(taken.fencingToken).toBeGreaterThan(stale.fencingToken);
    expect(await jobs.progress(stale, { looked_at: 9 }, minute)).toBe(false);
    expect(await jobs.finish(stale, { report: { looked_at: 9 } }, minute)).toBe(false);
    expect(await statusOf()).toMatchObject({ running: true, report: null });
    expect(await jobs.finish(taken, { error: 'no answer' }, minute)).toBe(true);
    expect(await jobs.finish(stale, { report: { looked_at: 9 } }, minute)).toBe(false);
    expect(await statusOf()).toMatchObject({ running: false, report: null, last_error: 'no answer' });
  });

  it('that are asked for while they run are due again at once', async () => {
    const run = await jobs.claim(name, minute);
    await jobs.request(name);
    if (run !== undefined) await jobs.finish(run, { report: {} }, minute);
    expect(await jobs.claim(name, minute)).toBeDefined();
  });

  it('tell the next run when the last good one began: it looked no further than that, however long it took', async () => {
    const first = await jobs.claim(name, minute);
    if (first === undefined) throw new Error('nobody else is at it');
    expect(first.lastGoodStartedAt).toBeNull();
    const began = (await statusOf())?.last_started_at;
    await sleep(20);
    await jobs.finish(first, { report: {} }, 0);
    const failing = await jobs.claim(name, minute);
    expect(failing?.lastGoodStartedAt).toBe(began);
    if (failing !== undefined) await jobs.finish(failing, { error: 'no answer' }, 0);
    expect((await jobs.claim(name, minute))?.lastGoodStartedAt).toBe(began);
  });

  it('of no name are not made due', async () => {
    expect(await jobs.request('nothing')).toBe(false);
  });
});
