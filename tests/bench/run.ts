import { appendBench, appendHotBench } from './append-bench.js';
import type { Bench, BenchContext } from './bench.js';
import { startBenchCluster } from './bench-cluster.js';
import { catchUpBench } from './catch-up-bench.js';
import { startChild } from './child.js';
import { foldOrderBench } from './fold-order-bench.js';
import type { LoadPlan, LoadReport } from './load-plan.js';
import { describeMachine } from './machine.js';
import { readOptions } from './options.js';
import { pagesBench } from './pages-bench.js';
import { paymentsBench } from './payments-bench.js';
import { pdfBench } from './pdf-bench.js';
import { readStreamBench } from './read-stream-bench.js';
import { redisFrozenBench } from './redis-frozen-bench.js';
import type { NamedResult } from './report.js';
import { renderMarkdown, renderTable, writeBetweenMarkers } from './report.js';
import { scaleBench } from './scale-bench.js';
import { webhookBench } from './webhook-bench.js';

const benches: readonly Bench[] = [
  appendBench,
  appendHotBench,
  readStreamBench,
  foldOrderBench,
  catchUpBench,
  webhookBench,
  paymentsBench,
  scaleBench,
  pagesBench,
  pdfBench,
];

/** Run when it is asked for by its name: it needs a redis-server. */
const onRequest: readonly Bench[] = [redisFrozenBench];

/** The file is compiled to dist-bench/tests/bench. */
const performanceDocument = new URL('../../../docs/performance.md', import.meta.url);

const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

/** `npm run bench`: measures, prints a table, and after a full run writes it into docs/performance.md. */
async function main(): Promise<void> {
  const names = [...benches, ...onRequest].map(({ name }) => name);
  const usage = `npm run bench [-- --only NAME,NAME] [--quick]\nThere are ${names.join(', ')}.`;
  const options = optionsOr(usage, names);
  if (options === undefined) return say(usage);
  const { only, effort } = options;
  const chosen =
    only === undefined ? benches : [...benches, ...onRequest].filter(({ name }) => only.includes(name));
  say('Starting Postgres ...');
  const cluster = await startBenchCluster();
  const generator = await startChild<null, LoadPlan, LoadReport>('load-generator', {});
  try {
    const context: BenchContext = { cluster, effort, sendLoad: generator.ask, say };
    const results = await runAll(chosen, context);
    process.stdout.write(`\n${renderTable(results)}`);
    for (const { notes } of results) for (const note of notes) process.stdout.write(`${note}\n`);
    if (only === undefined && !effort.quick) {
      const machine = await describeMachine(cluster.version);
      await writeBetweenMarkers(performanceDocument, renderMarkdown(results, machine, 'npm run bench'));
    }
  } finally {
    await generator.stop();
    await cluster.stop();
  }
}

/** Of what was asked for in words that mean nothing, one line, and how to ask. */
function optionsOr(usage: string, names: readonly string[]): ReturnType<typeof readOptions> {
  try {
    return readOptions(process.argv.slice(2), names);
  } catch (error) {
    say((error as Error).message);
    say(usage);
    process.exit(2);
  }
}

async function runAll(chosen: readonly Bench[], context: BenchContext): Promise<readonly NamedResult[]> {
  const results: NamedResult[] = [];
  for (const { name, run } of chosen) {
    const startedAt = performance.now();
    const result = await run(context);
    say(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    results.push({ name, ...result });
  }
  return results;
}

await main();
