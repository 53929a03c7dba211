import type { Pool } from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import type { RejectedWebhooks } from '../../application/ports/rejected-webhooks.js';

/** By the minute of Postgres' clock. One statement of a process is under way at a time, however many calls there are. */
export class PostgresRejectedWebhooks implements RejectedWebhooks {
  readonly #pool: Pool;
  readonly #logger: Logger;
  #waiting = 0;
  #writing = false;

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  count(): void {
    this.#waiting += 1;
    if (this.#writing) return;
    this.#writing = true;
    this.#write().catch((error: unknown) =>
      this.#logger.warn({ err: error }, 'rejected webhooks could not be counted'),
    );
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting > 0) {
        const rejected = this.#waiting;
        // Before the write: where it fails they are forgotten, and an outage leaves no mountain behind.
        this.#waiting = 0;
        await this.#pool.query(
          `with gone as (delete from counterfoil.rejected_webhooks where minute < now() - interval '8 days')
           insert into counterfoil.rejected_webhooks as r (minute, rejected) values (date_trunc('minute', now()), $1)
           on conflict (minute) do update set rejected = r.rejected + excluded.rejected`,
          [rejected],
        );
      }
    } finally {
      this.#writing = false;
    }
  }
}
