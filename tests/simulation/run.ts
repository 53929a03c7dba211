import { parseArgs } from 'node:util';
import { plants } from './planted-bugs.js';
import { installPlatform } from './platform.js';
import type { Plan, Result } from './simulate.js';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const startedAt = process.hrtime.bigint();
/** So many payments of a story that fails are tried alone. */
const aloneMax = 10;

/** `npm run sim -- --seed N --days D [--seeds K] [--payments P] [--buyers B] [--plant NAME]` */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    days: { type: 'string', default: '14' },
    payments: { type: 'string' },
    buyers: { type: 'string', default: '7' },
    plant: { type: 'string' },
  },
});
const days = wholeNumber('days', values.days);
const first = wholeNumber('seed', values.seed);
const seeds = wholeNumber('seeds', values.seeds);
const buyers = values.buyers === '0' ? 0 : wholeNumber('buyers', values.buyers);
const payments = wholeNumber('payments', values.payments ?? String(Math.max(4, Math.min(days, 60))));
const plant = values.plant === undefined ? undefined : plants[values.plant as keyof typeof plants];
if (values.plant !== undefined && plant === undefined) {
  throw new TypeError(`--plant is one of ${Object.keys(plants).join(', ')}`);
}

const usePlatform = installPlatform();
// Loaded only now, so that everything below sees the virtual platform.
const { simulate } = await import('./simulate.js');

const results: Result[] = [];
for (let seed = first; seed < first + seeds; seed += 1) {
  const plan: Plan = { seed, days, payments, buyers, ...(plant === undefined ? {} : { plant }) };
  const result = await simulate(plan, usePlatform);
  results.push(result);
  if (seeds === 1 || seed === first) say(`seed ${seed}: ${result.hash}`);
  if (results.length % 100 === 0) process.stderr.write(`${results.length} seeds\n`);
  if (result.failure !== undefined) {
    await tell(result);
    break;
  }
}
summarize();

/** The failure, and the smallest story of that seed that fails too. */
async function tell({ plan, failure }: Result): Promise<void> {
  say(`\nseed ${plan.seed} FAILS: ${failure?.violation}`);
  let smallest = plan;
  let shown = failure;
  for (let n = 0; n < Math.min(payments, aloneMax); n += 1) {
    const alone = { ...plan, payments: [n] };
    const again = await simulate(alone, usePlatform);
    if (again.failure === undefined) continue;
    smallest = alone;
    shown = again.failure;
    break;
  }
  for (const fewer of [1, 2, 3, 5, 7, 10].filter((number) => number < days)) {
    const shorter = { ...smallest, days: fewer };
    const again = await simulate(shorter, usePlatform);
    if (again.failure === undefined) continue;
    smallest = shorter;
    shown = again.failure;
    break;
  }
  const which =
    typeof smallest.payments === 'number' ? `${payments} payments` : `payment ${smallest.payments}`;
  say(`smallest story found: ${which}, ${smallest.days} days: ${shown?.violation}`);
  for (const line of [...(shown?.facts ?? []), 'The latest steps:', ...(shown?.trace ?? [])])
    say(`  ${line}`);
  process.exitCode = 1;
}

function typesOf(): string {
  const counts = new Map<string, number>();
  for (const { types } of results) {
    for (const [type, count] of Object.entries(types)) counts.set(type, (counts.get(type) ?? 0) + count);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');
}

function summarize(): void {
  const sum = (of: (result: Result) => number): number => results.reduce((total, one) => total + of(one), 0);
  const failures = results.filter(({ failure }) => failure !== undefined).length;
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  say(
    `${results.length} seeds, ${results.length * days} virtual days, ${sum(({ events }) => events)} events, ` +
      `${sum(({ steps }) => steps)} steps, ${sum(({ crashes }) => crashes)} crashes, ` +
      `${sum(({ stripe }) => stripe.calls)} calls to Stripe, ${sum(({ stripe }) => stripe.lostAnswers)} lost answers, ` +
      `${sum(({ stripe }) => stripe.faults)} faults of Stripe's, ` +
      `${sum(({ stripe }) => stripe.webhooks)} webhooks sent, ${sum(({ stripe }) => stripe.duplicates)} duplicated, ` +
      `${sum(({ stripe }) => stripe.lostWebhooks)} lost, ${sum(({ resent }) => resent)} sent again by hand`,
  );
  say(typesOf());
  say(
    failures === 0
      ? `0 failures in ${results.length} seeds: at most ${(3 / results.length).toPrecision(2)} per seed, at 95 %; ${seconds.toFixed(1)} s`
      : `${failures} failure in ${results.length} seeds; ${seconds.toFixed(1)} s`,
  );
}

function wholeNumber(name: string, given: string): number {
  if (!/^[1-9]\d{0,6}$/.test(given)) throw new TypeError(`--${name} is a whole number above zero`);
  return Number(given);
}
