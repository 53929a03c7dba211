import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startCounterfoil } from '../../src/composition/start.js';
import { InvalidConfig, readConfig } from '../../src/config.js';
import { apiClient } from '../support/api-client.js';
import { startApp } from '../support/counterfoil.js';
import { createTestDatabase } from '../support/postgres.js';
import type { RunningServer } from '../unit/http/running-server.js';
import { allScopesSecret, startServer } from '../unit/http/running-server.js';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('tokens', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  const hour = 3_600;
  const now = Math.floor(Date.now() / 1_000);
  const claims = { sub: allScopesSecret, iss: 'counterfoil', aud: 'counterfoil', scope: 'payments:write' };
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' });
  const unsigned = (header: object, more: object = {}): string =>
    `${encoded(header)}.${encoded({ ...claims, exp: now + hour, ...more })}`;
  const withHmac = (text: string, secret: string | Buffer): string =>
    `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  const withRsa = (text: string): string =>
    `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  const hs = { alg: 'HS256', typ: 'JWT' };

  it.each([
    ['alg none', `${unsigned({ alg: 'none' })}.`],
    ['alg nOnE', `${unsigned({ alg: 'nOnE', typ: 'JWT' })}.`],
    ['no signature at all', unsigned({ alg: 'none' })],
    ['HS256 with an API key of ours as secret', withHmac(unsigned(hs), allScopesSecret)],
    ['HS256 with an empty secret', withHmac(unsigned(hs), '')],
    ['HS256 with a public RSA key as secret', withHmac(unsigned(hs), publicPem)],
    ['RS256 of a key that nobody knows', withRsa(unsigned({ alg: 'RS256', typ: 'JWT' }))],
    [
      'a key of its own in its header',
      withRsa(unsigned({ alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) })),
    ],
    ['a kid that walks the folders', withHmac(unsigned({ ...hs, kid: '../../../../dev/null' }), '')],
    ['a kid with SQL', withHmac(unsigned({ ...hs, kid: "x' union select 'a" }), 'a')],
    ['a jku of somebody else', withRsa(unsigned({ alg: 'RS256', jku: 'http://127.0.0.1/keys' }))],
    ['another audience', withHmac(unsigned(hs, { aud: 'other' }), allScopesSecret)],
    ['another issuer', withHmac(unsigned(hs, { iss: 'other' }), allScopesSecret)],
    ['an end that is over', withHmac(unsigned(hs, { exp: now - hour }), allScopesSecret)],
    ['a beginning to come', withHmac(unsigned(hs, { nbf: now + hour }), allScopesSecret)],
    ['an API key in its subject only', withHmac(unsigned(hs), 'secret')],
  ])('security 36: a JWT with %s is no API key', async (_name, token) => {
    for (const header of [
      `Bearer ${token}`,
      `bearer ${token}`,
      `JWT ${token}`,
      token,
      `Bearer sk_test_${token}`,
    ]) {
      const answer = await app.as(null).get('/v1/payments', { authorization: header });
      expect([answer.status, answer.body['code']]).toEqual([401, 'invalid_api_key']);
    }
  });
});

describe('what only the operator may reach', () => {
  const live = {
    COUNTERFOIL_ROLE: 'api',
    STRIPE_SECRET_KEY: `sk_live_${'a'.repeat(24)}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${'a'.repeat(24)}`,
    COUNTERFOIL_LOG_LEVEL: 'silent',
    PORT: '0',
  };

  it('security 39: in live mode there is no simulator, no second port and no key but the configured one', async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-live-'));
    const secret = `sk_live_${'d'.repeat(32)}`;
    const before = listening();
    const app = await startCounterfoil(
      readConfig({
        ...live,
        DATABASE_URL: database.url,
        COUNTERFOIL_DATA_DIR: dataDir,
        COUNTERFOIL_BOOTSTRAP_API_KEY: secret,
      }),
    );
    const client = new pg.Client({ connectionString: database.url });
    try {
      expect(app.simulatorUrl).toBeNull();
      expect(listening() - before).toBe(1);
      const api = apiClient(app.url, secret);
      const addresses = [
        '/sim',
        '/sim/state',
        '/sim/clock',
        '/sim/next',
        '/sim/3ds/pi_1',
        '/v1/payment_intents',
      ];
      for (const address of [...addresses, '/admin', '/debug', '/console']) {
        expect([address, (await api.get(address)).status]).toEqual([address, 404]);
        expect([address, (await api.post(address, {})).status]).toEqual([address, 404]);
      }
      for (const known of [
        'sk_test_counterfoil_demo',
        'sk_live_counterfoil_demo',
        'sk_live_00000000000000000000000000',
      ]) {
        expect((await apiClient(app.url, known).get('/v1/payments')).status).toBe(401);
      }
      expect((await api.get('/v1/payments')).status).toBe(200);
      expect((await apiClient(app.url, null).get('/metrics')).status).toBe(401);
      expect((await api.get('/metrics')).status).toBe(200);
      await client.connect();
      const { rows } = await client.query('select name from counterfoil.api_keys');
      expect(rows).toEqual([{ name: 'bootstrap' }]);
    } finally {
      await client.end();
      await app.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('security 39: in live mode nothing starts without a key of the owner', () => {
    expect(() => readConfig({ ...live, DATABASE_URL: 'postgres://127.0.0.1/x' })).toThrow(InvalidConfig);
  });

  it('security 39: in demo mode each place has a key of its own', async () => {
    const [one, other] = [await startApp('Postgres'), await startApp('Postgres')];
    try {
      expect(one.apiKey).toMatch(/^sk_test_[0-9a-f]{48}$/);
      expect(other.apiKey).not.toBe(one.apiKey);
      expect((await apiClient(other.url, one.apiKey).get('/v1/payments')).status).toBe(401);
      expect(new URL(one.simulatorUrl ?? '').hostname).toBe('127.0.0.1');
    } finally {
      await one.stop();
      await other.stop();
    }
  });
});

/** How many ports this process listens on. */
function listening(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
}
