import type { Pool } from 'pg';
import type { Mail, Mailer, MailOutcome } from '../../application/ports/mailer.js';
import type { InboxMail, MailInbox } from '../../application/ports/notifications.js';

const columns = `message_id as id, recipient as "to", subject, body_text as text, body_html as html, sent_at`;

/** Keeps mails in place of sending them, as a mailbox would: one of a Message-ID that it has is there once. */
export class PostgresMailInbox implements Mailer, MailInbox {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async send({ messageId, to, subject, text, html }: Mail): Promise<MailOutcome> {
    await this.#pool.query(
      `insert into counterfoil.inbox_mails (message_id, recipient, subject, body_text, body_html)
       values ($1, $2, $3, $4, $5) on conflict (message_id) do nothing`,
      [messageId, to, subject, text, html],
    );
    return { outcome: 'sent' };
  }

  async latest(limit: number): Promise<readonly InboxMail[]> {
    const { rows } = await this.#pool.query<InboxMail>(
      `select ${columns} from counterfoil.inbox_mails order by sent_at desc, message_id desc limit $1`,
      [limit],
    );
    return rows;
  }

  async find(id: string): Promise<InboxMail | undefined> {
    const { rows } = await this.#pool.query<InboxMail>(
      `select ${columns} from counterfoil.inbox_mails where message_id = $1`,
      [id],
    );
    return rows[0];
  }
}
