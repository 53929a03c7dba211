import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { savedFiltersMax } from '../../../src/application/ports/saved-filters.js';
import { userIdOf } from '../../../src/application/user/user-handler.js';
import { PostgresAccessLog } from '../../../src/infrastructure/postgres/access-log.js';
import { PostgresApiKeys } from '../../../src/infrastructure/postgres/api-keys.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { PostgresSavedFilters } from '../../../src/infrastructure/postgres/saved-filters.js';
import { PostgresSignInTries } from '../../../src/infrastructure/postgres/sign-in-tries.js';
import { PostgresUserAccounts } from '../../../src/infrastructure/postgres/user-accounts.js';
import { PostgresSessions, PostgresUserLinks } from '../../../src/infrastructure/postgres/user-sessions.js';
import { AesSealing } from '../../../src/infrastructure/users/aes-sealing.js';
import { ScryptPasswords } from '../../../src/infrastructure/users/scrypt-passwords.js';
import { apiVersion } from '../../../src/interfaces/http/shared/request-headers.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({
    connectionString: database.url,
    max: 8,
    applicationName: 'test',
    logger: silentLogger,
  });
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const page = { limit: 10, startingAfter: null, endingBefore: null };
const idOf = (n: number) => userIdOf(`0193f1a0-0000-7000-8000-${n.toString().padStart(12, '0')}`);

describe('accounts in Postgres', () => {
  it('are found by their address in any case, which only one of them has', async () => {
    const accounts = new PostgresUserAccounts(pool);
    const ada = { id: idOf(1), email: 'Ada@Example.com', name: 'Ada' };
    expect(await accounts.create(ada)).toBe(true);
    expect(await accounts.create(ada)).toBe(true);
    expect(await accounts.create({ ...ada, id: idOf(2), email: 'ada@example.COM' })).toBe(false);
    expect(await accounts.findByEmail('ADA@example.com')).toMatchObject(ada);
    expect((await accounts.list(page)).rows).toMatchObject([ada]);
  });

  it('of a provider are kept by issuer and subject, whatever the address, and however many come at once', async () => {
    const accounts = new PostgresUserAccounts(pool);
    const identity = { issuer: 'https://id.example', subject: 's1', name: 'A', email: 'ada@example.com' };
    const all = [21, 22, 23, 24, 25].map((n) =>
      accounts.keepProvided(idOf(n), { ...identity, roleValues: [] }),
    );
    const [id, ...others] = await Promise.all(all);
    expect(new Set([id, ...others]).size).toBe(1);
    expect(await accounts.findProvided(identity)).toBe(id);
    expect(await accounts.findProvided({ ...identity, issuer: 'https://other.example' })).toBeUndefined();
    await accounts.keepProvided(idOf(26), { ...identity, name: 'B', roleValues: [] });
    expect(id === undefined ? undefined : await accounts.find(id)).toMatchObject({ name: 'B' });
    expect(await accounts.findByEmail('ada@example.com')).toMatchObject({ id: idOf(1), issuer: null });
    await pool.query('delete from counterfoil.users where issuer is not null');
  });

  it('use each step of the clock once, whoever comes first', async () => {
    const accounts = new PostgresUserAccounts(pool);
    const used = await Promise.all(Array.from({ length: 10 }, () => accounts.useStep(idOf(1), 100n)));
    expect(used.filter(Boolean)).toHaveLength(1);
    expect(await accounts.useStep(idOf(1), 99n)).toBe(false);
    expect(await accounts.useStep(idOf(1), 101n)).toBe(true);
  });

  it('keep a secret that is offered apart from the one that counts', async () => {
    const accounts = new PostgresUserAccounts(pool);
    await accounts.offerSecret(idOf(1), Buffer.from('one'));
    expect(await accounts.credentials(idOf(1))).toMatchObject({
      sealedSecret: null,
      sealedOffer: Buffer.from('one'),
    });
    await accounts.takeOffer(idOf(1));
    expect(await accounts.credentials(idOf(1))).toMatchObject({
      sealedSecret: Buffer.from('one'),
      sealedOffer: null,
    });
  });
});

describe('sessions in Postgres', () => {
  const session = {
    user_id: idOf(1),
    stage: 'signed_in' as const,
    network: '192.0.2.1',
    user_agent: 'x',
  };
  const age = (token: string, assignment: string) =>
    pool.query(`update counterfoil.user_sessions set ${assignment} where token_sha256 = sha256($1::bytea)`, [
      token,
    ]);

  it('are known by a token that the database does not hold', async () => {
    const sessions = new PostgresSessions(pool);
    const token = await sessions.open(session);
    expect(await sessions.find(token, { seen: true })).toMatchObject(session);
    expect(await sessions.find(`${token}x`, { seen: true })).toBeUndefined();
    const { rows } = await pool.query('select t::text as row from counterfoil.user_sessions t');
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it.each([
    ['that was idle for half an hour', `last_seen_at = now() - interval '31 minutes'`],
    ['that is twelve hours old', `created_at = now() - interval '721 minutes'`],
    [
      'that waits for a code for ten minutes',
      `stage = 'second_step', created_at = now() - interval '11 minutes'`,
    ],
  ])('%s is none', async (_title, assignment) => {
    const sessions = new PostgresSessions(pool);
    const token = await sessions.open(session);
    await age(token, assignment);
    expect(await sessions.find(token, { seen: true })).toBeUndefined();
  });

  it('stay idle while only a page asks by itself', async () => {
    const sessions = new PostgresSessions(pool);
    const token = await sessions.open(session);
    await age(token, `last_seen_at = now() - interval '29 minutes'`);
    const before = await sessions.find(token, { seen: false });
    expect((await sessions.find(token, { seen: false }))?.last_seen_at).toBe(before?.last_seen_at);
    await sessions.find(token, { seen: true });
    expect((await sessions.find(token, { seen: false }))?.last_seen_at).not.toBe(before?.last_seen_at);
  });

  it('end one by one, or all but one', async () => {
    const sessions = new PostgresSessions(pool);
    const owner = { ...session, user_id: idOf(3) };
    const [a, b, c] = [await sessions.open(owner), await sessions.open(owner), await sessions.open(owner)];
    const known = await sessions.find(a, { seen: true });
    expect(await sessions.revoke(idOf(1), known?.id ?? '')).toBe(false);
    expect(await sessions.revoke(idOf(3), known?.id ?? '')).toBe(true);
    await sessions.revokeAll(idOf(3), c);
    expect([await sessions.find(a, { seen: true }), await sessions.find(b, { seen: true })]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await sessions.of(idOf(3))).toHaveLength(1);
  });
});

describe('links in Postgres', () => {
  it('work once, of many who click at once, and void earlier ones', async () => {
    const links = new PostgresUserLinks(pool);
    const old = await links.make('owner', null, 60);
    const token = await links.make('owner', null, 60);
    expect(await links.look(old)).toBeUndefined();
    expect(await links.look(token)).toEqual({ purpose: 'owner', userId: null });
    const used = await Promise.all(Array.from({ length: 10 }, () => links.use(token)));
    expect(used.filter(Boolean)).toHaveLength(1);
  });

  it('are over after their time', async () => {
    const links = new PostgresUserLinks(pool);
    const token = await links.make('password', idOf(1), 0);
    expect(await links.look(token)).toBeUndefined();
    expect(await links.use(token)).toBe(false);
  });
});

describe('tries to sign in', () => {
  const tries = () => new PostgresSignInTries(pool, Buffer.alloc(32, 1));

  it('are ten, however many come at once; then none for half an hour', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => tries().begin(['email a@b.example'])));
    expect(answers.filter((answer) => answer === null)).toHaveLength(10);
    expect(await tries().begin(['email a@b.example'])).toBeGreaterThan(1_790);
    expect(await tries().begin(['email other@b.example'])).toBeNull();
    const { rows } = await pool.query('select t::text as row from counterfoil.sign_in_tries t');
    expect(JSON.stringify(rows)).not.toContain('b.example');
  });

  it('begin anew after the lock, and after one that succeeded', async () => {
    await pool.query(`update counterfoil.sign_in_tries set locked_until = now() - interval '1 second'`);
    expect(await tries().begin(['email a@b.example'])).toBeNull();
    for (let n = 0; n < 8; n += 1) await tries().begin(['x']);
    await tries().succeeded('x');
    for (let n = 0; n < 10; n += 1) expect(await tries().begin(['x'])).toBeNull();
    expect(await tries().begin(['x'])).not.toBeNull();
  });
});

describe('the access log', () => {
  it('keeps what was noted, in order, and lists one user', async () => {
    const log = new PostgresAccessLog(pool, silentLogger);
    for (let n = 1; n <= 3; n += 1) {
      log.note({
        user_id: n === 2 ? idOf(2) : idOf(1),
        action: `GET /admin/${n}`,
        result: '200',
        ...(n === 2 ? { reason: 'asked by the auditor' } : {}),
        request_id: `req_${n}`,
        network: '192.0.2.1',
      });
    }
    await log.settled();
    const all = await log.list({ ...page, user: null });
    expect(all.rows.map(({ action }) => action)).toEqual(['GET /admin/3', 'GET /admin/2', 'GET /admin/1']);
    expect(all.rows.map(({ reason }) => reason)).toEqual([null, 'asked by the auditor', null]);
    const [first] = all.rows;
    const next = await log.list({ ...page, startingAfter: first?.id ?? null, user: idOf(2) });
    expect(next.rows.map(({ action }) => action)).toEqual(['GET /admin/2']);
  });
});

describe('API keys of a user', () => {
  it('are replaced with an overlap, and end where they go beyond a role', async () => {
    const keys = new PostgresApiKeys(pool);
    const scopes = ['payments:read'] as const;
    const asked = { name: 'mine', scopes, holder: idOf(1), livemode: false, apiVersion };
    const old = await keys.create({ ...asked, id: 'key_old' });
    const made = await keys.rotate('key_old', 'key_new', 3_600);
    expect(made?.row).toMatchObject({ name: 'mine', scopes: ['payments:read'], holder: idOf(1) });
    expect(await keys.authenticate(old.secret ?? '')).toMatchObject({ id: 'key_old' });
    expect(await keys.rotate('key_old', 'key_new', 3_600)).toEqual({ row: made?.row, secret: null });
    await keys.rotate('key_old', 'key_newer', 0);
    expect(await keys.authenticate(old.secret ?? '')).toBeUndefined();
    expect(await keys.rotate('key_old', 'key_newest', 0)).toBeUndefined();
    await keys.revokeBeyond(idOf(1), ['payments:read']);
    expect(await keys.find('key_new')).toMatchObject({ revoked_at: null });
    await keys.revokeBeyond(idOf(1), ['refunds:read']);
    expect(await keys.find('key_new')).toMatchObject({ revoked_at: expect.any(String) });
  });
});

describe('what a user signs in with', () => {
  it('is a slow digest that tells its cost, and matches its password only', async () => {
    const passwords = new ScryptPasswords();
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^scrypt\$17,8,1\$/);
    expect(await passwords.verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('correct horsf', hash)).toBe(false);
    const cheap = await new ScryptPasswords({ log2N: 4, r: 8, p: 1 }).hash('correct horse');
    expect(await passwords.verify('correct horse', cheap)).toBe(true);
    expect(await passwords.verify('correct horse', null)).toBe(false);
    expect(await passwords.verify('correct horse', 'scrypt$nonsense')).toBe(false);
  });

  it('is hashed for so many at once, and refused to the rest', async () => {
    const passwords = new ScryptPasswords({ log2N: 4, r: 8, p: 1 });
    const all = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.hash('x')));
    const refused = all.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(38);
    expect(refused[0]).toMatchObject({ reason: { name: 'Overloaded' } });
    expect(await passwords.hash('x')).toMatch(/^scrypt/);
  });

  it('is sealed for its user alone', () => {
    const sealing = new AesSealing(Buffer.alloc(32, 1));
    const sealed = sealing.seal(Buffer.from('secret'), 'usr_1');
    expect(sealing.open(sealed, 'usr_1').toString()).toBe('secret');
    expect(sealed.includes('secret')).toBe(false);
    expect(() => sealing.open(sealed, 'usr_2')).toThrow();
    expect(() => new AesSealing(Buffer.alloc(32, 2)).open(sealed, 'usr_1')).toThrow();
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(30) ^ 1, 30);
    expect(() => sealing.open(changed, 'usr_1')).toThrow();
  });
});

describe('saved filters in Postgres', () => {
  it("are one for each name, their own user's only, and so many at most also of those who save at once", async () => {
    const filters = new PostgresSavedFilters(pool);
    const accounts = new PostgresUserAccounts(pool);
    const [ada, bob] = [idOf(71), idOf(72)];
    await accounts.create({ id: ada, email: 'saver@example.com', name: 'Ada' });
    const filter = {
      list: '/admin/payments',
      name: "Bob's; --",
      fields: { 'created_at[gte]': '2026-01-01' },
    };
    expect(await filters.save(ada, filter)).toBe(true);
    expect(await filters.save(ada, { ...filter, fields: { status: 'failed' } })).toBe(true);
    const [kept, ...others] = await filters.of(ada, '/admin/payments');
    expect(others).toEqual([]);
    expect(kept).toMatchObject({ ...filter, fields: { status: 'failed' } });
    const id = kept?.id ?? '';
    expect(await filters.of(ada, '/admin/refunds')).toEqual([]);
    expect([await filters.of(bob, '/admin/payments'), await filters.find(bob, id)]).toEqual([[], undefined]);
    expect(await filters.remove(bob, id)).toBe(false);

    const many = Array.from({ length: 60 }, (_, n) => filters.save(ada, { ...filter, name: `f${n}` }));
    expect((await Promise.all(many)).filter((saved) => saved)).toHaveLength(savedFiltersMax - 1);
    expect(await filters.of(ada, '/admin/payments')).toHaveLength(savedFiltersMax);
    // Who has them all may still change one.
    expect(await filters.save(ada, { ...filter, fields: { status: 'canceled' } })).toBe(true);
    expect(await filters.remove(ada, id)).toBe(true);
    expect(await filters.find(ada, id)).toBeUndefined();
  });
});
