import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFourBooks, untilQuiet } from '../four-books/check.js';
import type { ClientHistory } from '../four-books/client-history.js';
import { createClientHistory } from '../four-books/client-history.js';
import type { Told } from '../load/client.js';
import { createClient } from '../load/client.js';
import type { Crowd } from '../load/crowd.js';
import { startCrowd } from '../load/crowd.js';
import type { Random } from '../load/random.js';
import { seededRandom } from '../load/random.js';
import { distribution } from './distribution.js';
import type { Laboratory } from './laboratory.js';
import { openLaboratory } from './laboratory.js';
import { apiKey } from './programs.js';

/** What was done to a run, by name. */
export type Tally = Map<string, number>;

export type TrialPlan = {
  readonly seed: number;
  readonly customers: number;
  readonly healWithinMs: number;
  /** Gets a line now and then. */
  readonly tell: (line: string) => void;
};

type Setting = {
  /** How many Counterfoils. */
  readonly apps: number;
  /** Customers look at what they were told for so long at most. */
  readonly thinkMsMax: number;
  /** Server settings of Postgres. */
  readonly postgres?: Readonly<Record<string, string>>;
  /** What the Counterfoils begin as, where that is another program than the one they are of. */
  readonly firstBuild?: string;
  /** Gets what the programs print. */
  readonly onPrinted?: (text: string) => void;
  /** Hears of every answer that a client got, and when it had asked. */
  readonly onTold?: (told: Told) => void;
};

export type Trial = {
  readonly laboratory: Laboratory;
  readonly history: ClientHistory;
  readonly random: Random;
  readonly tally: Tally;
  /** Everything that is not as it must be, so far. */
  readonly faults: readonly string[];
  /** Lets customers in. */
  open(): Crowd;
  /** Resolves when so many more commands have had their outcome. False when that did not come to pass in time. */
  outcomes(more: number, timeoutMs?: number): Promise<boolean>;
  /** Lets the customers finish, waits until all is at rest, and compares the four books. */
  settle(crowd: Crowd, liftedAt: number): Promise<void>;
};

export type TrialReport = {
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<'invoked' | 'ok' | 'fail' | 'info', number>>;
  readonly tally: Tally;
  /** From the end of the faults of each round until the books were equal. */
  readonly healsMs: readonly number[];
  readonly seconds: number;
};

/**
 * Real processes under a crowd of customers, to whom a story does what it does. It tells what a stranger needs to repeat the
 * run and to judge its figures; a run that finds something leaves its traces behind.
 */
export async function runTrial(
  plan: TrialPlan & Setting,
  story: (trial: Trial) => Promise<void>,
): Promise<TrialReport> {
  const { seed, tell, postgres, firstBuild, onPrinted } = plan;
  const startedAt = performance.now();
  const traces = await mkdtemp(join(tmpdir(), 'counterfoil-traces-'));
  const log = createWriteStream(join(traces, 'programs.log'));
  const written = createWriteStream(join(traces, 'history.jsonl'));
  const laboratory = await openLaboratory({
    apps: plan.apps,
    log: (text) => {
      log.write(text);
      onPrinted?.(text);
    },
    ...(firstBuild === undefined ? {} : { firstBuild }),
    ...(postgres === undefined ? {} : { postgres }),
  });
  const history = createClientHistory((line) => written.write(`${line}\n`));
  const [faults, healsMs, tally]: [string[], number[], Tally] = [[], [], new Map()];
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
  const told = (): string => `${seconds()} s: ${countsOf(history.counts())}; ${tallied(tally)}`;
  const progress = setInterval(() => tell(told()), 15_000);
  const { trial, close } = createTrial(plan, laboratory, history, { faults, healsMs, tally });
  try {
    await story(trial);
  } finally {
    clearInterval(progress);
    close();
    await laboratory.close();
    written.end();
    log.end();
  }
  if (faults.length === 0) await rm(traces, { recursive: true });
  else tell(`the clients' history and all that was printed are in ${traces}`);
  const sha = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  tell(`seed ${seed}, ${sha}, ${told()}`);
  tell(`from the end of the faults to four equal books: ${distribution(healsMs)}; ${faults.length} faults`);
  return { faults, counts: history.counts(), tally, healsMs, seconds: seconds() };
}

function createTrial(
  plan: TrialPlan & Setting,
  laboratory: Laboratory,
  history: ClientHistory,
  notes: { readonly faults: string[]; readonly healsMs: number[]; readonly tally: Tally },
): { readonly trial: Trial; close(): void } {
  const { seed, customers, thinkMsMax, healWithinMs, tell, onTold } = plan;
  const { apps, postgres, simulator } = laboratory;
  const { faults, healsMs, tally } = notes;
  const books = { history, databaseUrl: postgres.url, simulatorUrl: simulator.url };
  const client = createClient({
    urls: apps.map(({ url }) => url),
    apiKey,
    history,
    random: seededRandom(seed + 1),
    triesMax: 80,
    thinkMsMax,
    ...(onTold === undefined ? {} : { onTold }),
  });
  let rounds = 0;
  const trial: Trial = {
    laboratory,
    history,
    random: seededRandom(seed),
    tally,
    faults,
    open() {
      rounds += 1;
      return startCrowd(client, seededRandom(seed + 100 * rounds), customers);
    },
    async outcomes(more, timeoutMs = 60_000) {
      const wanted = history.outcomes() + more;
      for (let waited = 0; waited < timeoutMs && history.outcomes() < wanted; waited += 10) await sleep(10);
      return history.outcomes() >= wanted;
    },
    async settle(crowd, liftedAt) {
      await crowd.finish();
      const { waiting } = await untilQuiet(books, healWithinMs);
      const found = await checkFourBooks(books);
      const healed = performance.now() - liftedAt;
      healsMs.push(healed);
      if (healed > healWithinMs)
        faults.push(`not healed after ${Math.round(healed)} ms: ${waiting.length} waiting`);
      faults.push(...found.map(({ rule, subject, detail }) => `${rule} ${subject}: ${detail}`));
      faults.push(...apps.flatMap(({ crashes }) => crashes.map((output) => `a process ended: ${output}`)));
      tell(`round ${rounds}: healed in ${Math.round(healed)} ms, ${faults.length} faults`);
    },
  };
  return { trial, close: () => client.close() };
}

function countsOf({ invoked, ok, fail, info }: TrialReport['counts']): string {
  return `invoked ${invoked}, ok ${ok}, fail ${fail}, info ${info}`;
}

function tallied(tally: Tally): string {
  return [...tally].map(([name, times]) => `${name} ${times}`).join(', ');
}

/** What no failure in so many trials says, with 95 % of confidence (3 in n). */
export function noneOf(trials: number, what: string): string {
  return `0 of ${trials} ${what}: at most ${Number(Math.min(100, 300 / trials).toPrecision(2))} % at 95 %`;
}
