import { refused } from './problem.js';

type LaneLimits = {
  /** So many are under way at once. */
  readonly underWayMax: number;
  /** So many more may wait for their turn. */
  readonly waitingMax: number;
  /** Who has waited for so long is told to come again. */
  readonly waitMs: number;
};

export type LaneStatus = {
  readonly lane: LaneName;
  readonly underWay: number;
  readonly waiting: number;
  /** How many were told to come again since the start. */
  readonly shed: number;
};

export type AdmissionParts = {
  readonly reads: LaneLimits;
  readonly writes: LaneLimits;
  readonly webhooks: LaneLimits;
  /** By how much half of the event loop's turns came late lately, in milliseconds. */
  readonly loopDelayMs: () => number;
};

const laneNames = ['reads', 'writes', 'webhooks'] as const;
type LaneName = (typeof laneNames)[number];

/** Beyond it the process is so busy with what it has begun that nothing new would be answered in time. */
const loopDelayMaxMs = 500;

/**
 * Lets as much in as the process can answer in time, and sheds the rest at once: a client that is told to come again
 * costs nothing, one whose time runs out while it waits has cost what it did, and sends everything anew. Reads, writes and
 * webhooks do not take each other's places.
 */
export class Admission {
  readonly #lanes: Readonly<Record<LaneName, Lane>>;
  readonly #loopDelayMs: () => number;

  constructor({ reads, writes, webhooks, loopDelayMs }: AdmissionParts) {
    this.#lanes = { reads: new Lane(reads), writes: new Lane(writes), webhooks: new Lane(webhooks) };
    this.#loopDelayMs = loopDelayMs;
  }

  /**
   * Sheds before anything is done for a request while the event loop is late.
   * @throws Refused
   */
  checkLoop(lane: 'reads' | 'writes'): void {
    if (this.#loopDelayMs() > loopDelayMaxMs) this.#lanes[lane].shed();
  }

  /**
   * Runs the work when its turn comes.
   * @throws Refused when it is shed, in which case the work never begins; and what the work throws
   */
  run<T>(lane: LaneName, work: () => Promise<T>): Promise<T> {
    return this.#lanes[lane].run(work);
  }

  status(): readonly LaneStatus[] {
    return laneNames.map((lane) => ({ lane, ...this.#lanes[lane].status() }));
  }
}

type Waiting = { readonly enter: () => void; readonly giveUp: () => void; readonly timer: NodeJS.Timeout };

class Lane {
  readonly #limits: LaneLimits;
  /** The one whose deadline comes first stands first. */
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #shed = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay < this.#limits.underWayMax) this.#underWay += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else {
        clearTimeout(next.timer);
        next.enter();
      }
    }
  }

  shed(): never {
    this.#shed += 1;
    throw overloaded();
  }

  status(): Omit<LaneStatus, 'lane'> {
    return { underWay: this.#underWay, waiting: this.#waiting.length, shed: this.#shed };
  }

  /** Resolves with the place of somebody who has left; where too many wait, the one with the least time left gives up. */
  #turn(): Promise<void> {
    const { waitingMax, waitMs } = this.#limits;
    if (waitingMax === 0) this.shed();
    if (this.#waiting.length >= waitingMax) {
      const oldest = this.#waiting.shift();
      clearTimeout(oldest?.timer);
      oldest?.giveUp();
    }
    return new Promise((enter, reject) => {
      const giveUp = (): void => {
        this.#shed += 1;
        reject(overloaded());
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        giveUp();
      }, waitMs);
      const waiting: Waiting = { enter, giveUp, timer };
      this.#waiting.push(waiting);
    });
  }
}

function overloaded() {
  return refused('overloaded', {
    detail: 'Nothing was done. Ask again shortly, with the same Idempotency-Key.',
    retryAfterSeconds: 1,
  });
}
