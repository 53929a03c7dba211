/** More is waiting than may wait: nothing was done, and the caller may try again later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export type GroupCommitOptions<Item, Result> = {
  /** The most weight in one batch. An item heavier than that goes alone. */
  readonly batchMax: number;
  /** The most items that may wait; beyond it `submit` refuses with Overloaded. */
  readonly queueMax: number;
  /** What an item counts against `batchMax`: 1 by default. */
  readonly weight?: (item: Item) => number;
  /**
   * Carries out a batch and answers for each item, in order; an Error in the answer rejects that item alone. When it
   * throws, every item of the batch is rejected with what it threw. Calls never overlap.
   */
  readonly flush: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Writes of many callers go out together: while one batch is on its way to the disk the next one gathers. There is no
 * artificial delay, so a lone caller waits for its own write only.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
  }

  /** @throws Overloaded, and what `flush` answers or throws for this item */
  submit(item: Item): Promise<Result> {
    if (this.#closed) return Promise.reject(new Overloaded('closed'));
    if (this.#waiting.length >= this.#options.queueMax) {
      return Promise.reject(new Overloaded(`${this.#waiting.length} writes are waiting`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Refuses new items, and resolves when those submitted before are done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await allIn();
      await this.#flush(this.#nextBatch());
    }
    this.#running = undefined;
  }

  #nextBatch(): readonly Waiting<Item, Result>[] {
    const { batchMax, weight = () => 1 } = this.#options;
    let total = 0;
    const end = this.#waiting.findIndex(({ item }, index) => {
      total += weight(item);
      return total > batchMax && index > 0;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #flush(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.flush(batch.map(({ item }) => item));
      if (results.length !== batch.length)
        throw new Error(`${results.length} answers to ${batch.length} items`);
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index] as Result | Error;
        if (result instanceof Error) reject(result);
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/**
 * Callers that were woken by the same answer submit before the next tick: all of them are let in. To wait for the rest of what the
 * event loop has to do would make larger batches, and would leave the server idle while this process works, and then this process.
 */
function allIn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
