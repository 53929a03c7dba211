import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { scopes } from '../../../src/application/ports/api-keys.js';
import { PostgresApiKeys } from '../../../src/infrastructure/postgres/api-keys.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { apiVersion } from '../../../src/interfaces/http/shared/request-headers.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

describe('API keys in Postgres', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let now = 0;
  let keys: PostgresApiKeys;
  let n = 0;
  let secret: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({
      connectionString: database.url,
      max: 2,
      applicationName: 'test',
      logger: silentLogger,
    });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  beforeEach(async () => {
    keys = new PostgresApiKeys(pool, () => now);
    n += 1;
    // All of them share their beginning, so that only the digest tells them apart.
    secret = `sk_test_sameprefix${n.toString().padStart(24, '0')}`;
    await keys.bootstrap(secret, `key ${n}`, apiVersion);
  });
  const set = (assignment: string) =>
    pool.query(`update counterfoil.api_keys set ${assignment} where name = $1`, [`key ${n}`]);

  it('are found by their secret, with every scope', async () => {
    expect(await keys.authenticate(secret)).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f-]{36}$/),
      name: `key ${n}`,
      scopes: [...scopes],
      holder: 'bootstrap',
      livemode: false,
      apiVersion,
      revokedAt: null,
    });
    await keys.bootstrap('sk_live_another0000000000000000000', 'live', apiVersion);
    expect(await keys.authenticate('sk_live_another0000000000000000000')).toMatchObject({ livemode: true });
  });

  it('are made under an id once, listed without a secret and revoked', async () => {
    const id = `key_0193f1a0-0000-7000-8000-${n.toString().padStart(12, '0')}`;
    const scopes = ['payments:read'] as const;
    const asked = { id, name: 'Ann', scopes, holder: 'ann', livemode: false, apiVersion };
    const made = await keys.create(asked);
    expect(await keys.authenticate(made.secret ?? '')).toEqual({ ...asked, revokedAt: null });
    // Its use is noted by the way.
    const { last_used_at: _used, ...row } = made.row;
    expect(await keys.create({ ...asked, name: 'Again' })).toMatchObject({ row, secret: null });
    const first = await keys.list({ limit: 1, startingAfter: null, endingBefore: null });
    expect(first).toMatchObject({ rows: [row], hasMore: true });
    expect((await keys.list({ limit: 1, startingAfter: id, endingBefore: null })).rows[0]?.id).not.toBe(id);
    expect(await keys.revoke(id)).toMatchObject({ id, revoked_at: expect.any(String) });
    expect((await keys.authenticate(made.secret ?? ''))?.revokedAt).not.toBe(null);
    expect(await keys.revoke('key_missing')).toBeUndefined();
  });

  it('are one key however often they are made', async () => {
    const id = (await keys.authenticate(secret))?.id;
    await keys.bootstrap(secret, `key ${n}`, apiVersion);
    now += 1_001;
    expect((await keys.authenticate(secret))?.id).toBe(id);
  });

  it('keep the version of the API that they were made for, and so does what takes their place', async () => {
    await keys.bootstrap(secret, `key ${n}`, '2027-01-01');
    const id = (await keys.authenticate(secret))?.id ?? '';
    const rotated = await keys.rotate(id, `key_0193f1a0-0000-7000-8001-${n.toString().padStart(12, '0')}`, 0);
    expect([(await keys.find(id))?.api_version, rotated?.row.api_version]).toEqual([apiVersion, apiVersion]);
  });

  it.each([
    ['one character less', (known: string) => known.slice(0, -1)],
    ['one character more', (known: string) => `${known}0`],
    ['its prefix', (known: string) => known.slice(0, 16)],
    ['another letter', (known: string) => `${known.slice(0, -1)}x`],
    ['its digest', (known: string) => createHash('sha256').update(known).digest('hex')],
  ])('are not found by %s', async (_name, change) => {
    expect(await keys.authenticate(change(secret))).toBeUndefined();
  });

  it('are kept as digests: nothing in the table can be used', async () => {
    const { rows } = await pool.query('select k::text as row from counterfoil.api_keys k');
    const dump = JSON.stringify(rows);
    expect(dump).not.toContain(secret);
    for (const text of dump.match(/[\w-]{16,}/g) ?? []) expect(await keys.authenticate(text)).toBeUndefined();
  });

  it('are refused within a second of being revoked, everywhere', async () => {
    await keys.authenticate(secret);
    await set('revoked_at = now()');
    now += 1_001;
    expect((await keys.authenticate(secret))?.revokedAt).toMatch(/Z$/);
    await keys.bootstrap(secret, `key ${n}`, apiVersion);
    now += 1_001;
    expect((await keys.authenticate(secret))?.revokedAt).not.toBeNull();
  });

  it('are unknown once they have expired', async () => {
    await set("expires_at = now() - interval '1 second'");
    expect(await keys.authenticate(secret)).toBeUndefined();
    await set("expires_at = now() + interval '1 hour'");
    now += 1_001;
    expect(await keys.authenticate(secret)).toBeDefined();
  });

  it('forget scopes that this version does not know', async () => {
    await set("scopes = array['payments:read', 'moon:write']");
    expect((await keys.authenticate(secret))?.scopes).toEqual(['payments:read']);
  });

  it('do not take a database that does not answer for an unknown key', async () => {
    const dead = createPool({
      connectionString: 'postgres://x:x@127.0.0.1:1/x',
      max: 1,
      applicationName: 'test',
      logger: silentLogger,
    });
    const elsewhere = new PostgresApiKeys(dead, () => now);
    await expect(elsewhere.authenticate(secret)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await dead.end();
  });
});
