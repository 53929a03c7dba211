import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Answer } from '../support/api-client.js';
import { apiClient } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import { startAppProcess } from '../support/app-process.js';
import { testCards } from '../support/card-numbers.js';
import { keptPort } from '../support/kept-port.js';
import type { TestDatabase } from '../support/postgres.js';
import { createTestDatabase } from '../support/postgres.js';

const key = `sk_test_${'c'.repeat(32)}`;

let dataDir: string;
let database: TestDatabase;
let app: AppProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-cards-'));
  database = await createTestDatabase();
  app = await startAppProcess({
    PORT: String(await keptPort()),
    COUNTERFOIL_DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    COUNTERFOIL_BOOTSTRAP_API_KEY: key,
    COUNTERFOIL_LOG_LEVEL: 'trace',
  });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const payment = { amount: 1000, currency: 'USD', confirm: true, payment_method: 'pm_card_visa' };
const json = { 'content-type': 'application/json' };

/** A card number wherever somebody may put one by mistake. */
function attempts(number: string): readonly (() => Promise<Answer>)[] {
  const spaced = (number.match(/.{1,4}/g) ?? []).join(' ');
  const dashed = spaced.replaceAll(' ', '-');
  const { post, get } = app.api;
  return [
    () => post('/v1/payments', { ...payment, description: `paid with ${number}` }),
    () => post('/v1/payments', { ...payment, description: spaced }),
    () => post('/v1/payments', { ...payment, metadata: { card: dashed } }),
    () => post('/v1/payments', { ...payment, metadata: { [number]: 'card' } }),
    () => post('/v1/payments', { ...payment, payment_method: number }),
    () => post('/v1/payments', { ...payment, payment_method_data: { card: { number, cvc: '123' } } }),
    () => post('/v1/payments', { ...payment, name: [{ deep: [number] }] }),
    () => post('/v1/payments', { ...payment, metadata: { raw: Buffer.from(number).toString('base64') } }),
    () =>
      app.api.send('POST', '/v1/payments', `{"amount":${number},"currency":"USD"}`, {
        ...json,
        'idempotency-key': 'n',
      }),
    () => post('/v1/refunds', { payment: number, reason: spaced }),
    () => post('/v1/payments', payment, { 'x-reason': `card ${number}` }),
    () => post('/v1/payments', payment, { 'idempotency-key': number }),
    () => get(`/v1/payments?order=${number}`),
    () => get(`/v1/payments/${encodeURIComponent(spaced)}`),
  ];
}

/** Whatever stands between digits, they are the same number. */
const closed = (text: string): string => text.replaceAll(/(?<=\d)[\s.-]{1,3}(?=\d)/g, '');
const seenIn = (text: string): readonly string[] => {
  const digits = closed(text);
  return testCards.filter(
    (number) => digits.includes(number) || text.includes(Buffer.from(number).toString('base64')),
  );
};

/** Every row of every table, as text. */
async function databaseDump(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    let dump = '';
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select kept::text as row from ${name} as kept`);
      dump += rows.map(({ row }) => row).join('\n');
    }
    return dump;
  } finally {
    await client.end();
  }
}

describe('security 61: card numbers', () => {
  it.each(testCards)('%s is refused everywhere, before anything is kept', async (number) => {
    for (const [place, attempt] of attempts(number).entries()) {
      const answer = await attempt();
      expect([place, answer.status, answer.body['code']]).toEqual([place, 400, 'card_number_refused']);
      expect(seenIn(answer.text)).toEqual([]);
    }
  });

  it('are not told apart from other strange addresses and ids of requests in the log', async () => {
    const [number = ''] = testCards;
    expect((await apiClient(app.url, null).get(`/${number}`)).status).toBe(404);
    const answer = await app.api.get('/health/live', { 'x-request-id': number });
    expect(answer.headers['x-request-id']).not.toContain(number);
  });

  it('stand in no log, no table and no file afterwards', async () => {
    // The same look finds one that is there.
    expect(seenIn(`{"note":"${testCards[0]?.replace('4242', '4242 ')}"}`)).toEqual([testCards[0]]);
    const taken = await app.api.post('/v1/payments', { ...payment, description: 'without a card' });
    expect(taken.status).toBe(201);
    const log = app.output();
    expect(log).toContain('a card number was sent');
    expect(seenIn(log)).toEqual([]);
    const dump = await databaseDump();
    expect(dump).toContain('without a card');
    expect(seenIn(dump)).toEqual([]);
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        expect(seenIn(await readFile(join(entry.parentPath, entry.name), 'latin1'))).toEqual([]);
      }
    }
  });
});
