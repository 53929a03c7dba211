import { setTimeout as sleep } from 'node:timers/promises';
import { projections } from '../../src/infrastructure/read-models/read-models.js';
import type { Bench, BenchContext, BenchResult, Figure } from './bench.js';
import { eventsPerPayment, writePaymentHistories } from './bulk-history.js';
import { startChild } from './child.js';
import { startProduct } from './product-process.js';
import { untilCaughtUp } from './until-caught-up.js';

const settleMs = 2_000;

type Start = { readonly readyMs: number; readonly residentMiB: number };

/** The same program on a store that holds a million events, all of them projected, and on an empty one. */
export const scaleBench: Bench = {
  name: 'scale',
  async run(context) {
    const simulator = await startChild<{ url: string }>('simulator-process', {});
    try {
      return await compareStarts(context, simulator.ready.url);
    } finally {
      await simulator.stop();
    }
  },
};

async function compareStarts(context: BenchContext, simulatorUrl: string): Promise<BenchResult> {
  const { cluster, effort, say } = context;
  const events = effort.quick ? 20_000 : 1_000_000;
  const full = await cluster.createDatabase('bench_scale_full');
  const empty = await cluster.createDatabase('bench_scale_empty');
  const writing = performance.now();
  await writePaymentHistories(full, events / eventsPerPayment);
  say(`scale: ${events} events written in ${seconds(performance.now() - writing)}`);
  const catchUpMs = await catchUp(full, simulatorUrl);
  await start(empty, simulatorUrl);
  const starts = { full: [] as Start[], empty: [] as Start[] };
  for (let round = 0; round < effort.rounds; round += 1) {
    starts.empty.push(await start(empty, simulatorUrl));
    starts.full.push(await start(full, simulatorUrl));
  }
  const shown = events.toLocaleString('en-US');
  const shared = {
    floorName: 'the same program on an empty store',
    target: { kind: 'at_most', ratio: 2 },
  } as const;
  const compared = (path: string, unit: string, of: (start: Start) => number): Figure => {
    return { path, unit, ...shared, floor: starts.empty.map(of), product: starts.full.map(of) };
  };
  return {
    figures: [
      compared(`resident memory with ${shown} events`, 'MiB', ({ residentMiB }) => residentMiB),
      compared(`start of the process to ready with ${shown} events`, 'ms', ({ readyMs }) => readyMs),
    ],
    notes: [
      `Before that, ${projections.length} read models and the policies caught up with the ${shown} events in ${seconds(catchUpMs)}: ` +
        `${Math.round((events * 1000) / catchUpMs).toLocaleString('en-US')} events/s through all of them.`,
    ],
  };
}

async function start(databaseUrl: string, simulatorUrl: string): Promise<Start> {
  const product = await startProduct({ databaseUrl, simulatorUrl });
  try {
    await sleep(settleMs);
    const { residentBytes } = await product.usage();
    return { readyMs: product.ready.readyAfterMs, residentMiB: residentBytes / 2 ** 20 };
  } finally {
    await product.stop();
  }
}

/** Milliseconds from the program's start until every read model and the policies have passed the last event. */
async function catchUp(databaseUrl: string, simulatorUrl: string): Promise<number> {
  const product = await startProduct({ databaseUrl, simulatorUrl });
  const startedAt = performance.now();
  try {
    await untilCaughtUp(databaseUrl);
    return performance.now() - startedAt;
  } finally {
    await product.stop();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
