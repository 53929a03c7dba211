import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { eventually } from '../../support/eventually.js';
import { keptPort } from '../../support/kept-port.js';
import { createTestDatabase } from '../../support/postgres.js';
import { checkFourBooks, untilQuiet } from '../four-books/check.js';
import { createClientHistory } from '../four-books/client-history.js';
import { healWithinMs } from '../laboratory/heal-limit.js';
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
import type { Scenario } from './scenarios.js';

export type CrashPoint = `${number}:${'before' | 'after'}`;

export type CrashReport = {
  /** What the process was about to do, or had just done; null when the scenario ended without reaching the point. */
  readonly reached: string | null;
  /** Everything that is not as it must be after the restart. */
  readonly faults: readonly string[];
  readonly healMs: number;
};

const preload = fileURLToPath(new URL('./crash-preload.mjs', import.meta.url));

/** One lane: a simulator and a port that one crash point after the other uses. */
export type Lane = {
  /** How many calls there are to crash at, in one run: a few more or less in another. */
  count(scenario: Scenario): Promise<number>;
  crash(scenario: Scenario, point: CrashPoint): Promise<CrashReport>;
  close(): Promise<void>;
};

export async function openLane(build: string): Promise<Lane> {
  const port = await keptPort();
  const simulator = await startSimulator({
    build,
    webhookUrls: [`http://127.0.0.1:${port}/webhooks/stripe`],
  });
  const parts = { build, port, simulator };
  return {
    count: async (scenario) => Number((await crashAt(parts, scenario, 'count')).reached),
    crash: (scenario, point) => crashAt(parts, scenario, point),
    close: () => simulator.kill(),
  };
}

/** Until its crash a process answers with the outcome, however busy the machine is. */
const patience = { COUNTERFOIL_INLINE_BUDGET_MS: '10000', COUNTERFOIL_EFFECT_GRACE_MS: '10000' };
/** A busy machine may have cut a scenario short that no crash did; such a run shows nothing, and is made again. */
const runsMax = 10;

async function crashAt(
  lane: LaneParts,
  scenario: Scenario,
  point: CrashPoint | 'count',
): Promise<CrashReport> {
  for (let run = 1; run <= runsMax; run += 1) {
    const report = await tryCrashAt(lane, scenario, point);
    if (report !== undefined) return report;
  }
  throw new Error(`${runsMax} scenarios ended before their time without a crash at ${point}`);
}

type LaneParts = { readonly build: string; readonly port: number; readonly simulator: Simulator };

/** Undefined when the scenario ended neither by the crash nor by itself. */
async function tryCrashAt(
  { build, port, simulator }: LaneParts,
  scenario: Scenario,
  point: CrashPoint | 'count',
): Promise<CrashReport | undefined> {
  await order(simulator.url, '/sim/reset', {});
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-crash-'));
  const log = join(dataDir, 'crash');
  const main = join(build, 'main.js');
  const url = `http://127.0.0.1:${port}`;
  const environment = appEnvironment({ port, databaseUrl: database.url, stripeUrl: simulator.url, dataDir });
  const history = createClientHistory();
  const books = { history, databaseUrl: database.url, simulatorUrl: simulator.url };
  const doomed = { ...environment, ...patience, CRASH_AT: point, CRASH_LOG: log };
  const counting = { CRASH_FROM: String(scenario.countedFrom), CRASH_COUNTS: scenario.counted };
  let app = startProgram(main, { ...doomed, ...counting }, { preload });
  try {
    await untilReady(`${url}/health/ready`, app);
    const { child } = app;
    await untilJobsRest(database.url);
    const client = createClient({ urls: [url], apiKey, history, random: seededRandom(1), triesMax: 1 });
    const toItsEnd = await scenario.play({
      client,
      crashed: () => child.signalCode !== null,
      untilQuiet: async () => void (await Promise.race([untilQuiet(books, healWithinMs), gone({ child })])),
    });
    client.close();
    if (child.signalCode === null) await Promise.race([untilQuiet(books, healWithinMs), gone(app)]);
    const reached = await readFile(log, 'utf8').catch(() => null);
    if (reached === null || point === 'count')
      return toItsEnd ? { reached, faults: [], healMs: 0 } : undefined;
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
    return { reached: reached.trim(), faults, healMs: ms };
  } finally {
    await app.kill();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A first start runs every job once; from then on none is due for as long as a scenario takes. */
async function untilJobsRest(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await eventually(
      () => client.query('select bool_and(last_finished_at is not null) as done from counterfoil.jobs'),
      // Null while there are none; all are there before the first one runs.
      ({ rows }) => rows[0]?.done === true,
      60_000,
    );
  } finally {
    await client.end();
  }
}

async function gone(app: { readonly child: { readonly signalCode: string | null } }): Promise<void> {
  while (app.child.signalCode === null) await sleep(10);
}
