import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { invoiceSeriesCodec } from '../../../src/application/invoice/invoice-series.codec.js';
import type { EventStore, RecordedEvent } from '../../../src/application/ports/event-store.js';
import { numberSeries } from '../../../src/domain/invoice/number-series.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { EventStoreDbEventStore } from '../../../src/infrastructure/event-store/eventstoredb-event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import type { ApiClient } from '../../support/api-client.js';
import { apiClient } from '../../support/api-client.js';
import type { AppProcess } from '../../support/app-process.js';
import { startAppProcess } from '../../support/app-process.js';
import { eventStoreDb, stores } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';
import { keptPort } from '../../support/kept-port.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

/** A short run by default; `npm run invoice-numbers` is the full one. */
const invoices = Number(process.env['INVOICES'] ?? 32);
const kills = Number(process.env['INVOICE_KILLS'] ?? 1);
const callers = 8;
const apiKey = `sk_test_${randomUUID().replaceAll('-', '')}`;
const draft = {
  currency: 'EUR',
  lines: [{ description: 'Support', unit_price: '68.33', taxes: [{ name: 'VAT', percentage: '20' }] }],
};

/** Calls that reached a process which died with them; callers ask the other one, as patient clients do. */
type Tally = { finalized: number; asked: number; cutOff: number };

async function patiently(tally: Tally, apis: readonly ApiClient[], path: string, body: object) {
  for (;;) {
    // The next process is asked each time, so that both take numbers of one series at once.
    const api = apis[tally.asked % apis.length];
    tally.asked += 1;
    const answer = await api?.post(path, body).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED') tally.cutOff += 1;
      return undefined;
    });
    if (answer !== undefined && answer.status < 500) return answer;
    await sleep(50 + randomInt(100));
  }
}

async function finalizeAll(apis: readonly ApiClient[], tally: Tally): Promise<readonly string[]> {
  const ids: string[] = [];
  let next = 0;
  const registered = await patiently(tally, apis, '/v1/customers', { name: 'A customer' });
  const customer = registered.body['id'];
  async function caller(): Promise<void> {
    while (next < invoices) {
      next += 1;
      const made = await patiently(tally, apis, '/v1/invoices', { ...draft, customer });
      const id = String(made.body['id']);
      ids.push(id);
      const issued = await patiently(tally, apis, `/v1/invoices/${id}/finalize`, {});
      expect([200, 202]).toContain(issued.status);
      tally.finalized += 1;
    }
  }
  await Promise.all(Array.from({ length: callers }, caller));
  return ids;
}

/** Two processes of the product on one database, of which one or the other is killed now and then. */
async function startTwo(common: Readonly<Record<string, string>>, dataDir: string) {
  const environments = await Promise.all(
    [0, 1].map(async (n) => ({
      ...common,
      PORT: String(await keptPort()),
      COUNTERFOIL_DATA_DIR: join(dataDir, String(n)),
    })),
  );
  const apps: AppProcess[] = [];
  for (const environment of environments) apps.push(await startAppProcess(environment));
  return {
    apis: environments.map(({ PORT }) => apiClient(`http://127.0.0.1:${PORT}`, apiKey)),
    async killAndRestart(n: number) {
      await apps[n]?.kill();
      const environment = environments[n];
      if (environment !== undefined) apps[n] = await startAppProcess(environment);
    },
    async end() {
      for (const app of apps) await app.kill();
    },
  };
}

/** The number that each invoice's own stream has, and the series as it stands in the store. */
async function readNumbers(store: EventStore, ids: readonly string[]) {
  const finalized: RecordedEvent[] = [];
  for (const id of ids) {
    const events = await store.readStream(`invoice-${id}`);
    finalized.push(...events.filter(({ type }) => type === 'InvoiceFinalized'));
  }
  const [year = ''] = finalized.map(({ data }) => String(data['issuedOn']).slice(0, 4));
  const series = (await store.readStream(`invoiceSeries-INV-${year}`)).map(invoiceSeriesCodec.decode);
  return { finalized, series };
}

describe.each(stores)(`${invoices} invoices, ${callers} callers and ${kills} kills, events in %s`, (name) => {
  it('every invoice has one number, and the series has no gap', async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-numbers-'));
    const other = name === 'EventStoreDB' ? await eventStoreDb() : undefined;
    const common = {
      DATABASE_URL: database.url,
      COUNTERFOIL_BOOTSTRAP_API_KEY: apiKey,
      COUNTERFOIL_LOG_LEVEL: 'error',
      ...(other === undefined ? {} : { EVENTSTORE_URL: other.connectionString }),
    };
    const two = await startTwo(common, dataDir);
    const tally: Tally = { finalized: 0, asked: 0, cutOff: 0 };
    try {
      const work = finalizeAll(two.apis, tally);
      for (let kill = 1; kill <= kills; kill += 1) {
        const enough = Math.floor((invoices * kill) / (kills + 2));
        await eventually(
          async () => tally.finalized,
          (finalized) => finalized >= enough,
          120_000,
        );
        await sleep(randomInt(20));
        await two.killAndRestart(kill % 2);
      }
      const ids = await work;
      const store: EventStore =
        other === undefined
          ? new PostgresEventStore({ connectionString: database.url, logger: silentLogger })
          : new EventStoreDbEventStore({ connectionString: other.connectionString, logger: silentLogger });
      const { finalized, series } = await eventually(
        () => readNumbers(store, ids),
        (read) => read.finalized.length === ids.length,
        120_000,
      );
      await store.close();
      fold(numberSeries, series);
      const given = new Map(series.map(({ documentId, number }) => [String(documentId), number]));
      expect(ids).toHaveLength(invoices);
      expect(series).toHaveLength(invoices);
      expect(new Set(series.map(({ number }) => number)).size).toBe(invoices);
      for (const { data } of finalized) expect(given.get(String(data['invoiceId']))).toBe(data['number']);
      process.stdout.write(
        `invoice numbers on ${name}: ${ids.length} invoices, ${series.length} numbers, the last ${series.at(-1)?.number}; ` +
          `${tally.asked} calls, ${tally.cutOff} cut off by ${kills} kills\n`,
      );
    } finally {
      await two.end();
      await other?.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 600_000);
});
