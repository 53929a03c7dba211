import type { Pool } from 'pg';
import type { TestClock } from '../../application/ports/clock.js';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';

/** How soon the other processes of a deployment follow one that put the clock forward. */
const lookMs = 1_000;

/** The machine's clock and how far it was put forward, which a row of the database keeps for all processes. */
export class PostgresTestClock implements TestClock {
  readonly #pool: Pool;
  readonly #advanceProvider: (ms: number) => Promise<void>;
  #aheadMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param pool stays the caller's to close
   * @param advanceProvider puts a simulated provider's clock forward as well; rejects when it cannot
   */
  constructor(pool: Pool, advanceProvider: (ms: number) => Promise<void>) {
    this.#pool = pool;
    this.#advanceProvider = advanceProvider;
  }

  get aheadMs(): number {
    return this.#aheadMs ?? 0;
  }

  now(): Instant {
    const now = parseInstant(new Date(Date.now() + this.aheadMs).toISOString());
    if (now === undefined) throw new RangeError('the clock is outside the years 0 to 9999');
    return now;
  }

  /** Reads what an earlier process left, and follows the others until `stop`. */
  async start(): Promise<void> {
    await this.#look();
    // Who does not hear of it in time is a second behind, as any clock may be.
    this.#timer = setInterval(() => void this.#look().catch(() => undefined), lookMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The provider first: our time must not pass the expiry of what it still holds valid. */
  async advance(ms: number): Promise<void> {
    const forProvider = this.aheadMs + ms - Math.max(this.aheadMs, 0);
    if (forProvider > 0) await this.#advanceProvider(forProvider);
    const { rows } = await this.#pool.query<{ ahead_ms: bigint }>(
      'update counterfoil.test_clock set ahead_ms = ahead_ms + $1 returning ahead_ms',
      [ms],
    );
    this.#note(rows[0]?.ahead_ms);
  }

  /**
   * Puts it back before anything has happened, for demo data that begins in the past. A simulated provider stays where it is, and comes
   * along when the clock is put forward beyond the machine's again. Changes nothing when it was moved before.
   */
  async rewind(ms: number): Promise<void> {
    const { rowCount } = await this.#pool.query(
      'update counterfoil.test_clock set ahead_ms = -$1::bigint where ahead_ms = 0',
      [ms],
    );
    if (rowCount === 1) this.#aheadMs = -ms;
  }

  /** Brings one that was left behind to the machine's time; answers whether it was. */
  async catchUp(): Promise<boolean> {
    if (this.aheadMs >= 0) return false;
    await this.advance(-this.aheadMs);
    return true;
  }

  async #look(): Promise<void> {
    const { rows } = await this.#pool.query<{ ahead_ms: bigint }>(
      'select ahead_ms from counterfoil.test_clock',
    );
    this.#note(rows[0]?.ahead_ms);
  }

  /** It only runs forward, also while a look and an advance overlap. */
  #note(aheadMs: bigint | undefined): void {
    this.#aheadMs = Math.max(this.#aheadMs ?? Number.NEGATIVE_INFINITY, Number(aheadMs ?? 0n));
  }
}
