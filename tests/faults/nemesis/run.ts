import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFourBooks, untilQuiet } from '../four-books/check.js';
import { createClientHistory } from '../four-books/client-history.js';
import { openLaboratory } from '../laboratory/laboratory.js';
import { apiKey } from '../laboratory/programs.js';
import { createClient } from '../load/client.js';
import { startCrowd } from '../load/crowd.js';
import { seededRandom } from '../load/random.js';
import type { Tally } from './faults.js';
import { createNemesis } from './faults.js';

export type RunPlan = {
  readonly seed: number;
  /** SIGKILLs of Counterfoil's processes; every other fault comes on top, in its share. */
  readonly kills: number;
  /** After each round the faults are lifted, the time to heal is taken, and all four books are compared. */
  readonly killsPerRound: number;
  readonly customers: number;
  readonly healWithinMs: number;
  /** Gets a line now and then. */
  readonly tell: (line: string) => void;
};

export type RunReport = {
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<'invoked' | 'ok' | 'fail' | 'info', number>>;
  readonly tally: Tally;
  /** Of the slowest round. */
  readonly healMs: number;
  readonly seconds: number;
};

/** Two Counterfoils under a crowd of customers, and everything around them failing at random. */
export async function runNemesis(plan: RunPlan): Promise<RunReport> {
  const { seed, kills, killsPerRound, customers, healWithinMs, tell } = plan;
  const startedAt = performance.now();
  const traces = await mkdtemp(join(tmpdir(), 'counterfoil-traces-'));
  const log = createWriteStream(join(traces, 'programs.log'));
  const written = createWriteStream(join(traces, 'history.jsonl'));
  const laboratory = await openLaboratory({ apps: 2, log: (text) => log.write(text) });
  const history = createClientHistory((line) => written.write(`${line}\n`));
  const { apps, postgres, simulator } = laboratory;
  const books = { history, databaseUrl: postgres.url, simulatorUrl: simulator.url };
  const random = seededRandom(seed);
  const client = createClient({
    urls: apps.map(({ url }) => url),
    apiKey,
    history,
    random: seededRandom(seed + 1),
    triesMax: 80,
    thinkMsMax: 1_500,
  });
  const tally: Tally = new Map();
  const nemesis = createNemesis(laboratory, random, tally, () => history.outcomes());
  const faults: string[] = [];
  let healMs = 0;
  const elapsed = (): number => Math.round((performance.now() - startedAt) / 1000);
  const progress = setInterval(() => tell(`${elapsed()} s: ${told(history.counts(), tally)}`), 15_000);
  try {
    for (let round = 1; faults.length === 0 && (tally.get('kill') ?? 0) < kills; round += 1) {
      const crowd = startCrowd(client, seededRandom(seed + 100 * round), customers);
      await nemesis.until(Math.min(round * killsPerRound, kills));
      const liftedAt = performance.now();
      await crowd.finish();
      const { waiting } = await untilQuiet(books, healWithinMs);
      const healed = performance.now() - liftedAt;
      healMs = Math.max(healMs, healed);
      if (healed > healWithinMs)
        faults.push(`not healed after ${Math.round(healed)} ms: ${waiting.length} waiting`);
      const found = await checkFourBooks(books);
      faults.push(...found.map(({ rule, subject, detail }) => `${rule} ${subject}: ${detail}`));
      faults.push(...apps.flatMap(({ crashes }) => crashes.map((output) => `a process ended: ${output}`)));
      tell(`round ${round}: healed in ${Math.round(healed)} ms, ${faults.length} faults`);
    }
  } finally {
    clearInterval(progress);
    client.close();
    await laboratory.close();
    written.end();
    log.end();
  }
  if (faults.length === 0) await rm(traces, { recursive: true });
  else tell(`the clients' history and all that was printed are in ${traces}`);
  const report = { faults, counts: history.counts(), tally, healMs, seconds: elapsed() };
  for (const line of summary(plan, report)) tell(line);
  return report;
}

function told(counts: RunReport['counts'], tally: Tally): string {
  const { invoked, ok, fail, info } = counts;
  const struck = [...tally].map(([name, times]) => `${name} ${times}`).join(', ');
  return `invoked ${invoked}, ok ${ok}, fail ${fail}, info ${info}; ${struck}`;
}

/** What a stranger needs to repeat the run and to judge its figures. */
function summary(
  { seed }: RunPlan,
  { faults, counts, tally, healMs, seconds }: RunReport,
): readonly string[] {
  const sha = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const bound = (n: number): string => `at most ${((300 / Math.max(n, 1)) * 1).toPrecision(2)} % at 95 %`;
  const kills = tally.get('kill') ?? 0;
  return [
    `seed ${seed}, ${sha}, ${seconds} s: ${told(counts, tally)}`,
    `slowest heal ${Math.round(healMs)} ms, ${faults.length} faults`,
    ...(faults.length > 0
      ? []
      : [
          `0 failures in ${kills} kills: ${bound(kills)}; 0 lost of ${counts.ok} acknowledgements: ${bound(counts.ok)}`,
        ]),
  ];
}
