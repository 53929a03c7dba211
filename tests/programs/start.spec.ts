import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/api-client.js';
import { apiClient, items } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import { exitOf, ordinaryUser, startAppProcess, startProgram } from '../support/app-process.js';
import { eventually } from '../support/eventually.js';
import { keptPort } from '../support/kept-port.js';
import { pageReader } from '../support/page-reader.js';
import { createTestDatabase } from '../support/postgres.js';

/** A folder for the data of one Counterfoil, and where it listens. */
async function ownEnvironment(): Promise<Record<string, string>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-start-'));
  await chmod(dataDir, 0o755);
  return { PORT: String(await keptPort()), COUNTERFOIL_DATA_DIR: dataDir };
}

const printed = (path: string, text: string) => new RegExp(`${path}[\\w-]{43}`).exec(text)?.[0] ?? '';

/** Its tests are one story, on the data of the first start. Where root runs it, an ordinary user starts; the demo is root's. */
describe('npm start, on a machine with nothing', () => {
  let environment: Record<string, string>;
  let dataDir: string;
  let apiKey: string;
  let paid: Answer;
  const started: AppProcess[] = [];
  const user = ordinaryUser();
  beforeAll(async () => {
    environment = { ...(await ownEnvironment()), ...(user === undefined ? {} : { HOME: '/nonexistent' }) };
    dataDir = String(environment['COUNTERFOIL_DATA_DIR']);
    if (user !== undefined) await chown(dataDir, user.uid, user.gid);
  });
  afterAll(async () => {
    await Promise.all(started.map((process) => process.stop()));
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = async (): Promise<AppProcess> => {
    const process = await startAppProcess(environment, user);
    started.push(process);
    return process;
  };

  /** What it says when everything is there, which comes after it is ready for others. */
  const saidBy = ({ output }: AppProcess): Promise<string> =>
    eventually(
      async () => output(),
      (text) => text.includes('Ctrl-C'),
      120_000,
    );

  it('says what it needs to say, takes a payment and stops on Ctrl-C', async () => {
    const first = await start();
    const output = await saidBy(first);
    apiKey = (await readFile(join(dataDir, 'api-key'), 'utf8')).trim();
    for (const said of [first.url, `${first.url}/docs`, apiKey, dataDir, 'no card is charged', 'curl ']) {
      expect(output).toContain(said);
    }
    paid = await apiClient(first.url, apiKey).post('/v1/payments', {
      amount: 5000,
      currency: 'USD',
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect(paid.status).toBe(201);
    const payer = pageReader(first.url);
    expect((await payer.get(printed('/pay/', output))).text).toContain('568.00 EUR to pay');
    const enter = printed('/portal/sign-in/', output);
    expect((await payer.submit(await payer.get(enter), enter)).text).toContain('Hello, Ada Lovelace');
    expect((await payer.get('/sim/inbox')).status).toBe(200);
    if (user !== undefined) expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(user.uid);
    expect(await first.stop('SIGINT')).toBe(0);
  });

  it('keeps the data, and Stripe’s side of it', async () => {
    const second = await start();
    const api = apiClient(second.url, apiKey);
    expect((await api.get(`/v1/payments/${paid.body['id']}`)).body).toEqual(paid.body);
    const again = await saidBy(second);
    expect((await pageReader(second.url).get(printed('/pay/', again))).text).toContain('568.00 EUR to pay');
    const [customers, invoices] = [await api.get('/v1/customers'), await api.get('/v1/invoices')];
    expect([items(customers).length, items(invoices).length]).toEqual([1, 1]);
    // The simulator kept its side as well: what was paid yesterday can be refunded today.
    const refund = await api.post('/v1/refunds', { payment: paid.body['id'] });
    expect(refund.body).toMatchObject({ status: 'succeeded', amount: 5000 });
  });

  it('has one clear line for a second start on the same data', async () => {
    const { child, output } = startProgram(
      'main.js',
      { ...environment, PORT: String(await keptPort()) },
      [],
      user,
    );
    expect(await exitOf(child)).toBe(1);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toContain(dataDir);
  });

  it('goes on where a kill -9 left it, with its database still running', async () => {
    await started.at(-1)?.kill();
    const third = await start();
    const { body } = await apiClient(third.url, apiKey).get(`/v1/payments/${paid.body['id']}`);
    expect(body).toMatchObject({ id: paid.body['id'], amount_refunded: 5000 });
    expect(await third.stop('SIGTERM')).toBe(0);
  });
});

describe('a start', () => {
  let environment: Record<string, string>;
  let dataDir: string;
  beforeEach(async () => {
    environment = await ownEnvironment();
    dataDir = String(environment['COUNTERFOIL_DATA_DIR']);
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('makes demo data in the past where it is told to, and is at the present again after a stop', async () => {
    const database = await createTestDatabase();
    const asked = { ...environment, COUNTERFOIL_DEMO_HISTORY: 'on', DATABASE_URL: database.url };
    const first = await startAppProcess(asked);
    const apiKey = (await readFile(join(dataDir, 'api-key'), 'utf8')).trim();
    await eventually(
      async () => first.output(),
      (text) => text.includes('Three months of demo data are being made'),
    );
    const ahead = async (url: string) =>
      Number((await apiClient(url, apiKey).get('/sim/clock')).body['ahead_seconds']);
    expect(await ahead(first.url)).toBeLessThan(-80 * 86_400);
    expect(await first.stop('SIGINT')).toBe(0);
    const second = await startAppProcess(asked);
    expect(await ahead(second.url)).toBe(0);
    expect(second.output()).toContain('The three months of demo data end early');
    expect(second.output()).not.toContain('are being made');
    expect(await second.stop('SIGINT')).toBe(0);
    const third = await startAppProcess(asked);
    expect(third.output()).not.toContain('months of demo data');
    expect(await third.stop('SIGINT')).toBe(0);
    await database.drop();
  });

  it('has one clear line for a busy port', async () => {
    const busy = createServer().listen(Number(environment['PORT']), '127.0.0.1');
    try {
      const { child, output } = startProgram('main.js', environment);
      expect(await exitOf(child)).toBe(1);
      expect(output().trim()).toBe(
        `Port ${environment['PORT']} is in use. Stop the other program, or set PORT to a free one.`,
      );
    } finally {
      busy.close();
    }
  });

  it.each([
    ['a file where the folder should be', async (path: string) => writeFile(path, 'x')],
    [
      'a database that is none',
      async (path: string) => {
        await mkdir(join(path, 'postgres', 'cluster'), { recursive: true });
        await writeFile(join(path, 'postgres', 'cluster', 'PG_VERSION'), 'not a version\n');
      },
    ],
  ])(
    'has one clear line for a broken data folder: %s',
    async (_name, spoil) => {
      const path = join(dataDir, 'spoilt');
      await spoil(path);
      const { child, output } = startProgram('main.js', { ...environment, COUNTERFOIL_DATA_DIR: path });
      expect(await exitOf(child)).toBe(1);
      expect(output().trim().split('\n')).toHaveLength(1);
      expect(output()).toContain(path);
      expect(output()).not.toContain('    at ');
    },
    300_000,
  );

  it('has one clear line for a data folder where there can be none', async () => {
    const path = '/proc/counterfoil/data';
    const { child, output } = startProgram('main.js', { ...environment, COUNTERFOIL_DATA_DIR: path });
    expect(await exitOf(child)).toBe(1);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toContain(path);
  });

  it('names every variable that it cannot start with', async () => {
    const { child, output } = startProgram('main.js', {
      ...environment,
      PORT: 'http',
      STRIPE_WEBHOOK_SECRET: '',
    });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toContain('PORT');
    expect(output()).not.toContain('    at ');
  });

  it('the doctor finds nothing to mend on a machine with nothing', async () => {
    const { child, output } = startProgram('doctor.js', environment);
    expect(await exitOf(child)).toBe(0);
    expect(output()).toContain('Mode demo');
    for (const part of ['data_dir', 'database', 'event_store', 'stripe', 'api_key', 'mail']) {
      expect(output()).toMatch(new RegExp(`^ {2}ok {4}${part} `, 'm'));
    }
    expect(output()).not.toMatch(/warn|FAIL/);
  });

  it('the doctor reaches everything that is configured', async () => {
    const { child, output } = startProgram('doctor.js', {
      ...environment,
      DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:9/nothing',
      REDIS_URL: 'redis://127.0.0.1:9',
    });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toMatch(/FAIL {2}database/);
    expect(output()).toMatch(/warn {2}redis/);
    expect(output()).toContain('Check DATABASE_URL');
    expect(output()).not.toContain('secret@');
  });

  it('the demo tells its story to the end, and its books balance', async () => {
    const { child, output } = startProgram('demo.js', {});
    expect(await exitOf(child)).toBe(0);
    expect(output()).toContain('insufficient_funds');
    expect(output()).toMatch(/payments: \d+ events, \d+ rows, 0 differences/);
    expect(output()).toMatch(/sum +0\n/);
  }, 300_000);
});
