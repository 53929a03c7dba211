import type { Pool } from 'pg';
import type { NoticeKind } from '../../application/notification/notice-kinds.js';
import type { ChangedTemplate, NoticeTemplates } from '../../application/ports/notice-templates.js';

const latest = `select distinct on (kind, language) kind, language, version, subject, body, changed_at, changed_by
  from counterfoil.notification_templates`;

/** Words of notices by version; the latest counts, and one without words lets the program's own count. */
export class PostgresNoticeTemplates implements NoticeTemplates {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(): Promise<readonly ChangedTemplate[]> {
    const { rows } = await this.#pool.query<ChangedTemplate>(
      `select * from (${latest} order by kind, language, version desc) as all_of_them where body is not null
       order by kind, language`,
    );
    return rows;
  }

  async find(kind: NoticeKind, language: string): Promise<ChangedTemplate | undefined> {
    const { rows } = await this.#pool.query<ChangedTemplate>(
      `select * from (${latest} where kind = $1 and language = $2 order by kind, language, version desc) as one
       where body is not null`,
      [kind, language],
    );
    return rows[0];
  }

  /** Of two changes at once the second one counts; both stay. */
  async change(change: Parameters<NoticeTemplates['change']>[0]): Promise<void> {
    const { kind, language, words, changedBy, reason } = change;
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const { rowCount } = await this.#pool.query(
        `insert into counterfoil.notification_templates (kind, language, version, subject, body, changed_by, reason)
         select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6
         from counterfoil.notification_templates where kind = $1 and language = $2
         on conflict do nothing`,
        [kind, language, words?.subject ?? null, words?.body ?? null, changedBy, reason],
      );
      if (rowCount === 1) return;
    }
    throw new Error(`the words of ${kind} in ${language} are changed by many at once`);
  }
}
