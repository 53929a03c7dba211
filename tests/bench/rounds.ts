import type { Effort } from './bench.js';
import type { LoadReport } from './load-plan.js';

/** Gives one value: events per second, milliseconds, bytes. */
export type Measure = () => Promise<number>;

/** Floor and product in turn (A B A B A B), so that whatever else the machine does meets both alike. */
export async function inTurn(
  effort: Effort,
  floor: Measure,
  product: Measure,
): Promise<{ readonly floor: readonly number[]; readonly product: readonly number[] }> {
  const values = { floor: [] as number[], product: [] as number[] };
  for (let round = 0; round < effort.rounds; round += 1) {
    values.floor.push(await floor());
    values.product.push(await product());
  }
  return values;
}

type Cold = { readonly floor: LoadReport; readonly product: LoadReport };

/**
 * Floor and product in turn, so many times, before they are measured: a process compiles what it does often while it does it. Answers
 * what the first turn of each reported.
 */
export async function warmUp(
  turns: number,
  floor: () => Promise<LoadReport>,
  product: () => Promise<LoadReport>,
): Promise<Cold> {
  const cold = { floor: await floor(), product: await product() };
  for (let turn = 1; turn < turns; turn += 1) {
    await floor();
    await product();
  }
  return cold;
}

/** What the first requests tell, which are no measure of the rest. */
export function coldNote(what: string, requests: number, { floor, product }: Cold): string {
  return (
    `Of a process that has just started, the first ${requests} ${what} go at ${product.perSecond.toFixed(0)}/s, beside ` +
    `${floor.perSecond.toFixed(0)}/s of the floor's; the figure above is of processes that have taken some thousands.`
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('there is no median of nothing');
  return (lower + upper) / 2;
}

/** Runs `once` over and over, `callers` at a time, for `ms`; answers how often it ended per second. */
export async function ratePerSecond(
  callers: number,
  ms: number,
  once: (caller: number, turn: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const loop = async (caller: number): Promise<void> => {
    for (let turn = 0; performance.now() - startedAt < ms; turn += 1) {
      await once(caller, turn);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return (done * 1000) / (performance.now() - startedAt);
}
