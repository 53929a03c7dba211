import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { PortalSessions } from '../../application/ports/portal-sessions.js';

const isAlive = `expires_at > clock_timestamp() and seen_at > clock_timestamp() - interval '30 minutes'`;

export class PostgresPortalSessions implements PortalSessions {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async begin(customer: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.#pool.query(
      `insert into counterfoil.portal_sessions (digest, customer, expires_at)
       values ($1, $2, clock_timestamp() + interval '12 hours')`,
      [digestOf(token), customer],
    );
    return token;
  }

  /** A page costs a write once a minute only. */
  async find(token: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ customer: string; stale: boolean }>(
      `select customer, seen_at < clock_timestamp() - interval '1 minute' as stale
       from counterfoil.portal_sessions where digest = $1 and ${isAlive}`,
      [digestOf(token)],
    );
    const [session] = rows;
    if (session?.stale === true) {
      await this.#pool.query(
        'update counterfoil.portal_sessions set seen_at = clock_timestamp() where digest = $1',
        [digestOf(token)],
      );
    }
    return session?.customer;
  }

  async end(token: string): Promise<void> {
    await this.#pool.query('delete from counterfoil.portal_sessions where digest = $1', [digestOf(token)]);
  }

  async endAll(customer: string): Promise<number> {
    const { rows } = await this.#pool.query<{ alive: boolean }>(
      `delete from counterfoil.portal_sessions where customer = $1 returning ${isAlive} as alive`,
      [customer],
    );
    return rows.filter(({ alive }) => alive).length;
  }

  async prune(): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `delete from counterfoil.portal_sessions where not (${isAlive})`,
    );
    return rowCount ?? 0;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
