import type { Pool } from 'pg';
import { v7 } from 'uuid';
import type { AccessLog, AccessRow } from '../../application/ports/access-log.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Page } from '../../application/ports/read-models.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';

const waitingMax = 10_000;
const rowsAtOnce = 200;

type Entry = Parameters<AccessLog['note']>[0];

/** Notes go out together and in order. While the database does not answer they wait, up to a bound; beyond it they are logged. */
export class PostgresAccessLog implements AccessLog {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #waiting: (Entry & { readonly id: string })[] = [];
  #writing: Promise<void> | undefined;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  note(entry: Entry): void {
    if (this.#waiting.length >= waitingMax) {
      this.#logger.error({ ...entry, alert: true }, 'the access log is full: this is its only trace');
      return;
    }
    this.#waiting.push({ ...entry, id: v7() });
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  list(filter: Parameters<AccessLog['list']>[0]): Promise<Page<AccessRow>> {
    return keysetPage<AccessRow>(this.#pool, {
      select:
        'select id, at, user_id, action, result, reason, request_id, network from counterfoil.access_log',
      order: ['at', 'id'],
      cursor: '(select at, id from counterfoil.access_log where id = $::uuid)',
      conditions: new Conditions().add('user_id = $', filter.user),
      page: filter,
    });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, rowsAtOnce);
      try {
        await this.#pool.query(
          `insert into counterfoil.access_log (id, user_id, action, result, reason, request_id, network)
           select * from jsonb_to_recordset($1) as row (id uuid, user_id text, action text, result text,
             reason text, request_id text, network text) on conflict (id) do nothing`,
          [JSON.stringify(some)],
        );
        this.#waiting.splice(0, some.length);
      } catch (error) {
        this.#logger.error({ err: error }, 'the access log could not be written; its notes wait');
        return;
      }
    }
  }
}
