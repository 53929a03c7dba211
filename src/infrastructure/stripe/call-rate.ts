/** Calls per second that Stripe takes of this account: from all of its endpoints together, and from any one of them. */
export type StripeRateLimit = { readonly total: number; readonly perEndpoint: number };

/** The call was not made: its turn would not have come in time. */
export class NoTurn extends Error {
  override readonly name = 'NoTurn';
}

/** The rest of Stripe's limit is for other programs on the account, and for clocks that run apart. */
const share = 0.8;
/** So much of a second's calls may go out at once; in no second more go out than Stripe's limit. */
const burstSeconds = 0.2;
const slowest = 0.05;
const recoveryPerSecond = 0.05;

type Waiting = {
  readonly endpoint: string;
  readonly until: number;
  readonly enter: () => void;
  readonly giveUp: () => void;
};

/**
 * Our own limit in front of Stripe's, so that calls wait here for their turn instead of being refused there. A refusal
 * nevertheless, since others use the account as well, halves the rate; it recovers within some 20 seconds.
 */
export class CallRate {
  readonly #limit: StripeRateLimit;
  readonly #waitMaxMs: number;
  readonly #total: Bucket;
  /** Endpoints are few: ids in their paths are left out. */
  readonly #endpoints = new Map<string, Bucket>();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #factor = 1;
  #factorAt = performance.now();
  #pausedUntil = 0;

  /** @param waitMaxMs less than a call's own deadline, so that there is time left to make it */
  constructor(limit: StripeRateLimit, waitMaxMs: number) {
    this.#limit = limit;
    this.#waitMaxMs = waitMaxMs;
    this.#total = new Bucket(limit.total * share);
  }

  /**
   * Resolves when it is this call's turn; turns come in the order of asking, for each endpoint.
   * @throws NoTurn, at once where it can be foreseen
   */
  async turn(endpoint: string): Promise<void> {
    if (this.#waiting.length === 0 && this.#take(endpoint)) return;
    if (this.#waitMs(endpoint) > this.#waitMaxMs) throw new NoTurn('too many calls to Stripe wait already');
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({
        endpoint,
        until: performance.now() + this.#waitMaxMs,
        enter: resolve,
        giveUp: () => reject(new NoTurn('no turn to call Stripe came in time')),
      });
      this.#wakeIn(0);
    });
  }

  /** Stripe refused a call for its rate: the next ones go out slower, those that wait included. */
  slowDown(retryAfterMs: number | null): void {
    const now = performance.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs ?? 0));
    // Calls that were on their way together are refused together, for one reason.
    if (this.#factor < 1 && now - this.#factorAt < 1_000) return;
    this.#factor = Math.max(slowest, this.#currentFactor(now) / 2);
    this.#factorAt = now;
  }

  /** `perSecond`: calls per second just now, from all endpoints together. */
  status(): { readonly waiting: number; readonly perSecond: number } {
    return {
      waiting: this.#waiting.length,
      perSecond: this.#total.perSecond * this.#currentFactor(performance.now()),
    };
  }

  #currentFactor(now: number): number {
    return Math.min(1, this.#factor + ((now - this.#factorAt) / 1_000) * recoveryPerSecond);
  }

  #take(endpoint: string): boolean {
    const now = performance.now();
    if (now < this.#pausedUntil) return false;
    const factor = this.#currentFactor(now);
    const own = this.#bucketOf(endpoint);
    // Both are looked at first: a call that must wait for one takes nothing of the other.
    if (!own.has(now, factor) || !this.#total.has(now, factor)) return false;
    own.take();
    this.#total.take();
    return true;
  }

  #bucketOf(endpoint: string): Bucket {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const bucket = new Bucket(this.#limit.perEndpoint * share);
    this.#endpoints.set(endpoint, bucket);
    return bucket;
  }

  #waitMs(endpoint: string): number {
    const now = performance.now();
    const factor = this.#currentFactor(now);
    const ahead = this.#waiting.filter((waiting) => waiting.endpoint === endpoint).length;
    const calls = Math.max(
      ahead / this.#bucketOf(endpoint).perSecond,
      this.#waiting.length / this.#total.perSecond,
    );
    return Math.max(0, this.#pausedUntil - now) + (calls / factor) * 1_000;
  }

  #wakeIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#letIn();
    }, ms);
  }

  #letIn(): void {
    const now = performance.now();
    const full = new Set<string>();
    this.#waiting = this.#waiting.filter((waiting) => {
      const { endpoint, until, enter, giveUp } = waiting;
      if (now >= until) giveUp();
      else if (!full.has(endpoint) && this.#take(endpoint)) enter();
      else {
        full.add(endpoint);
        return true;
      }
      return false;
    });
    if (this.#waiting.length > 0) this.#wakeIn(pauseMs);
  }
}

/** Between two looks at who may go; a hundredth of a second is a fraction of a call. */
const pauseMs = 10;

/** Refills continuously. */
class Bucket {
  readonly perSecond: number;
  readonly #size: number;
  #tokens: number;
  #refilledAt = performance.now();

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.#size = Math.max(1, perSecond * burstSeconds);
    this.#tokens = this.#size;
  }

  /** @param factor how much of the rate is used just now */
  has(now: number, factor: number): boolean {
    const earned = ((now - this.#refilledAt) / 1_000) * this.perSecond * factor;
    this.#tokens = Math.min(this.#size, this.#tokens + earned);
    this.#refilledAt = now;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
