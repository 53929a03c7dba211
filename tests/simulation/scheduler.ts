import type { Random } from './random.js';

/** Whoever runs steps: a process of ours, which may die, or a part of the world, which does not. */
export type Owner = { readonly name: string; alive: boolean };

export type Step = {
  readonly dueMs: number;
  /** Decides among steps of the same millisecond, by chance. */
  readonly lot: number;
  readonly order: number;
  readonly owner: Owner;
  readonly what: string;
  readonly run: () => void;
  canceled: boolean;
};

/** Taken before the platform is replaced: a turn of the real event loop, after which no promise has anything left to do. */
const turn = globalThis.setImmediate;
const tracedMax = 80;

/**
 * Time and order of everything. A step runs, with all the promises that it settles, before the next one begins; which one
 * that is, only the seed decides. Steps of a dead owner never run: whatever it was waiting for never comes.
 */
export class Scheduler {
  nowMs: number;
  /** Whose code is running. */
  running: Owner = { name: 'nobody', alive: true };
  steps = 0;
  /** Set by whoever wants to look, or to interfere, before a step; false keeps it from running. */
  beforeStep: (step: Step) => boolean = () => true;
  afterStep: () => void = () => {};
  readonly random: Random;
  readonly #heap: Step[] = [];
  readonly #trace: string[] = [];
  #order = 0;

  constructor(random: Random, startMs: number) {
    this.random = random;
    this.nowMs = startMs;
  }

  /** Plans a step; it can be canceled until it runs. */
  plan(delayMs: number, owner: Owner, what: string, run: () => void): Step {
    const step: Step = {
      dueMs: this.nowMs + Math.max(0, Math.ceil(delayMs)),
      lot: this.random.below(2 ** 30),
      order: this.#order,
      owner,
      what,
      run,
      canceled: false,
    };
    this.#order += 1;
    push(this.#heap, step);
    return step;
  }

  /** A wait of the code that is running. */
  sleep(delayMs: number, what = 'waits'): Promise<void> {
    const owner = this.running;
    return new Promise((resolve) => {
      this.plan(delayMs, owner, what, resolve);
    });
  }

  /**
   * A call from the running code to something outside of it: it is carried out in one step and answered in a later one,
   * and either step may find that the caller is dead.
   */
  call<T>(what: string, place: Owner, work: () => T | Promise<T>): Promise<T> {
    const caller = this.running;
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void): void => {
        this.plan(this.#latency(), caller, `${what}: answered`, settle);
      };
      this.plan(this.#latency(), place, what, () => {
        void (async () => work())().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  }

  /** Runs until nothing is planned up to `endMs`, and moves the clock there. */
  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      const [next] = this.#heap;
      if (next === undefined || next.dueMs > endMs) break;
      pop(this.#heap);
      if (next.canceled || !next.owner.alive) continue;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      if (!this.beforeStep(next)) continue;
      this.steps += 1;
      this.#note(`${next.owner.name}: ${next.what}`);
      this.running = next.owner;
      next.run();
      await new Promise((resolve) => turn(resolve));
      this.afterStep();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** When the next step is due; undefined when nothing is planned. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** The latest steps, for a person to read. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  note(line: string): void {
    this.#note(`  ${line}`);
  }

  #note(line: string): void {
    this.#trace.push(`${new Date(this.nowMs).toISOString()} ${line}`);
    if (this.#trace.length > tracedMax) this.#trace.shift();
  }

  /** Mostly at once, at times long enough to be overtaken by much else. */
  #latency(): number {
    return this.random.chance(0.9) ? this.random.below(4) : this.random.spread(5, 400);
  }
}

function before(a: Step, b: Step): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  return a.lot !== b.lot ? a.lot < b.lot : a.order < b.order;
}

function push(heap: Step[], step: Step): void {
  let at = heap.length;
  heap.push(step);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(step, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = step;
}

function pop(heap: Step[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const [child, place] =
      right !== undefined && before(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (!before(child, last)) break;
    heap[at] = child;
    at = place;
  }
  heap[at] = last;
}
