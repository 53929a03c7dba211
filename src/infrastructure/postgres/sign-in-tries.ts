import { createHmac } from 'node:crypto';
import type { Pool } from 'pg';
import type { SignInTries } from '../../application/ports/user-accounts.js';

/** Ten tries of one window; the eleventh locks its subject for half an hour (PCI DSS 8.3.4). */
const triesMax = 10;
const lockSeconds = 30 * 60;

/** Tries are counted before they are made, so that many at once are no more than ten either. */
export class PostgresSignInTries implements SignInTries {
  readonly #pool: Pool;
  readonly #key: Buffer;

  /**
   * @param pool stays the caller's to close
   * @param key keeps the table from telling addresses
   */
  constructor(pool: Pool, key: Buffer) {
    this.#pool = pool;
    this.#key = key;
  }

  async begin(subjects: readonly string[]): Promise<number | null> {
    const waits: number[] = [];
    for (const subject of subjects) waits.push(await this.#count(subject));
    const longest = Math.max(...waits);
    return longest > 0 ? longest : null;
  }

  async succeeded(subject: string): Promise<void> {
    await this.#pool.query('delete from counterfoil.sign_in_tries where subject = $1', [
      this.#digest(subject),
    ]);
  }

  /** Seconds that the subject is locked for; 0 where it may try. */
  async #count(subject: string): Promise<number> {
    const { rows } = await this.#pool.query<{ wait: number }>(
      `insert into counterfoil.sign_in_tries as known (subject, tries, window_ends)
       values ($1, 1, now() + make_interval(secs => $3))
       on conflict (subject) do update set
         tries = case when known.locked_until > now() then known.tries
           when known.window_ends < now() or known.locked_until <= now() then 1 else known.tries + 1 end,
         window_ends = case when known.window_ends < now() or known.locked_until <= now()
           then now() + make_interval(secs => $3) else known.window_ends end,
         locked_until = case when known.locked_until > now() then known.locked_until
           when known.window_ends >= now() and known.locked_until is null and known.tries >= $2
           then now() + make_interval(secs => $3) else null end
       returning coalesce(ceil(extract(epoch from locked_until - now())), 0)::int as wait`,
      [this.#digest(subject), triesMax, lockSeconds],
    );
    return rows[0]?.wait ?? 0;
  }

  #digest(subject: string): Buffer {
    return createHmac('sha256', this.#key).update(subject).digest();
  }
}
