/** The time on the wall in milliseconds, as the simulator's host sees it. */
export type WallClock = () => number;

/**
 * The simulator's own clock: wall time plus an offset that the control routes may change. Object timestamps,
 * the age of idempotency keys, the 30 days of events and scheduled outcomes follow it.
 */
export class VirtualClock {
  readonly #wall: WallClock;
  #offsetMs = 0;

  constructor(wall: WallClock) {
    this.#wall = wall;
  }

  /** How far the virtual clock is ahead of the wall, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Virtual time in milliseconds since the epoch. */
  nowMs(): number {
    return this.#wall() + this.#offsetMs;
  }

  /** Virtual time in whole seconds since the epoch, the unit of Stripe's timestamps. */
  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Real time in whole seconds; webhook signatures use it, since the receiver lives in real time. */
  wallSeconds(): number {
    return Math.floor(this.#wall() / 1000);
  }

  /** Moves the clock forward (or back, for skew tests). */
  advanceMs(deltaMs: number): void {
    this.#offsetMs += deltaMs;
  }

  /** Restores an offset that an earlier process journaled. */
  restoreOffsetMs(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }
}
