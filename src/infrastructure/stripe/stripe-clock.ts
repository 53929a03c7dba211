/** Answers by how many milliseconds our clock is ahead of the one that wrote a Date header; null where that is no date. */
export function aheadOf(date: string | undefined, nowMs: number): number | null {
  const theirs = Date.parse(date ?? '');
  // The header has whole seconds.
  return Number.isNaN(theirs) ? null : nowMs - theirs - 500;
}

/** What Stripe's own clock says, by the last answer that came from there. */
export class StripeClock {
  readonly #now: () => number;
  #aheadMs: number | null = null;

  /** @param now milliseconds since 1970 on this machine's clock, as far forward as the provider's was put */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @param date the Date header of an answer that came just now */
  heard(date: string | undefined): void {
    this.#aheadMs = aheadOf(date, this.#now()) ?? this.#aheadMs;
  }

  /** By how many milliseconds this machine's clock is ahead, to a second or so; null before the first answer. */
  aheadMs(): number | null {
    return this.#aheadMs;
  }
}
