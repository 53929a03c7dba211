import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../src/infrastructure/free-port.js';
import { createTestDatabase } from '../../support/postgres.js';
import { checkFourBooks, untilQuiet } from '../four-books/check.js';
import { createClientHistory } from '../four-books/client-history.js';
import type { Simulator } from '../laboratory/programs.js';
import {
  apiKey,
  appEnvironment,
  order,
  startProgram,
  startSimulator,
  untilReady,
} from '../laboratory/programs.js';
import { createClient } from '../load/client.js';
import { seededRandom } from '../load/random.js';

export type CrashPoint = `${number}:${'before' | 'after'}`;

export type CrashReport = {
  readonly point: CrashPoint;
  /** What the process was about to do, or had just done; null when the scenario ended without reaching the point. */
  readonly reached: string | null;
  /** Everything that is not as it must be after the restart. */
  readonly faults: readonly string[];
  readonly healMs: number;
};

const preload = fileURLToPath(new URL('./crash-preload.mjs', import.meta.url));
const healWithinMs = 30_000;

/** One lane: a simulator and a port that one crash point after the other uses. */
export type Lane = { crash(point: CrashPoint): Promise<CrashReport>; close(): Promise<void> };

export async function openLane(build: string): Promise<Lane> {
  const port = await freePort(0);
  const simulator = await startSimulator({
    build,
    webhookUrls: [`http://127.0.0.1:${port}/webhooks/stripe`],
  });
  return {
    crash: (point) => crashAt({ build, port, simulator }, point),
    close: () => simulator.kill(),
  };
}

async function crashAt(
  {
    build,
    port,
    simulator,
  }: { readonly build: string; readonly port: number; readonly simulator: Simulator },
  point: CrashPoint,
): Promise<CrashReport> {
  await order(simulator.url, '/sim/reset', {});
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-crash-'));
  const log = join(dataDir, 'crash');
  const main = join(build, 'main.js');
  const url = `http://127.0.0.1:${port}`;
  const environment = appEnvironment({ port, databaseUrl: database.url, stripeUrl: simulator.url, dataDir });
  const history = createClientHistory();
  const books = { history, databaseUrl: database.url, simulatorUrl: simulator.url };
  let app = startProgram(main, { ...environment, CRASH_AT: point, CRASH_LOG: log }, { preload });
  try {
    await untilReady(`${url}/health/ready`, app);
    const { child } = app;
    await scenario(url, history, () => child.signalCode !== null);
    if (child.signalCode === null) await Promise.race([untilQuiet(books, healWithinMs), gone(app)]);
    const reached = await readFile(log, 'utf8').catch(() => null);
    if (reached === null) return { point, reached, faults: [], healMs: 0 };
    await app.kill();
    app = startProgram(main, environment);
    await untilReady(`${url}/health/ready`, app);
    // From here on nobody asks for anything: what was begun ends by itself.
    const { waiting, ms } = await untilQuiet(books, healWithinMs);
    const discrepancies = await checkFourBooks(books);
    const faults = [
      ...waiting,
      ...discrepancies.map(({ rule, subject, detail }) => `${rule} ${subject}: ${detail}`),
    ];
    return { point, reached: reached.trim(), faults, healMs: ms };
  } finally {
    await app.kill();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function gone(app: { readonly child: { readonly signalCode: string | null } }): Promise<void> {
  while (app.child.signalCode === null) await sleep(10);
}

/** Hold, take a part, give a part of it back. Each is asked for once; after the crash nothing more is. */
async function scenario(
  url: string,
  history: ReturnType<typeof createClientHistory>,
  crashed: () => boolean,
): Promise<void> {
  const random = seededRandom(1);
  const client = createClient({ urls: [url], apiKey, history, random, triesMax: 1 });
  const price = { amount: 5000n, currency: 'USD' };
  const held = await client.send({ kind: 'create', payment: null, ...price }, '/v1/payments', {
    amount: 5000,
    currency: 'USD',
    payment_method: 'pm_card_visa',
    confirm: true,
    capture_method: 'manual',
  });
  if (held.kind === 'ok' && !crashed()) {
    const { payment } = held.shown;
    const capture = { kind: 'capture', payment, amount: 3000n, currency: 'USD' } as const;
    const captured = await client.send(capture, `/v1/payments/${payment}/capture`, { amount: 3000 });
    if (captured.kind === 'ok' && !crashed()) {
      const refund = { kind: 'refund', payment, amount: 1000n, currency: 'USD' } as const;
      await client.send(refund, '/v1/refunds', { payment, amount: 1000 });
    }
  }
  client.close();
}
