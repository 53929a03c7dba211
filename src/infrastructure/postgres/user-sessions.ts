import { hash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { v7 } from 'uuid';
import type { LinkPurpose, Session, Sessions, UserLinks } from '../../application/ports/user-accounts.js';
import type { UserId } from '../../domain/shared/ids.js';

const columns = 'id, user_id, stage, network, user_agent, created_at, last_seen_at';
/** Idle for half an hour, or twelve hours old; who has not given the code yet has ten minutes. */
const counts = `last_seen_at > now() - interval '30 minutes' and created_at > now() - interval '12 hours'
  and (stage = 'signed_in' or created_at > now() - interval '10 minutes')`;

/** 256 bits of randomness; only their digest stays. */
function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

export class PostgresSessions implements Sessions {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async open(session: Parameters<Sessions['open']>[0]): Promise<string> {
    const token = newToken();
    await this.#pool.query(
      `insert into counterfoil.user_sessions (token_sha256, id, user_id, stage, network, user_agent)
       values ($1, $2, $3, $4, $5, $6)`,
      [digestOf(token), `ses_${v7()}`, session.user_id, session.stage, session.network, session.user_agent],
    );
    await this.#pool.query(
      `delete from counterfoil.user_sessions where created_at < now() - interval '1 day'`,
    );
    return token;
  }

  /** Written at most every ten seconds per session, so that reading pages is not writing rows. */
  async find(token: string, { seen }: { readonly seen: boolean }): Promise<Session | undefined> {
    const digest = digestOf(token);
    const { rows } = await this.#pool.query<Session & { readonly stale: boolean }>(
      `select ${columns}, last_seen_at < now() - interval '10 seconds' as stale from counterfoil.user_sessions
       where token_sha256 = $1 and ${counts}`,
      [digest],
    );
    const [found] = rows;
    if (found === undefined) return undefined;
    const { stale, ...session } = found;
    if (stale && seen) {
      await this.#pool.query(
        'update counterfoil.user_sessions set last_seen_at = now() where token_sha256 = $1',
        [digest],
      );
    }
    return session;
  }

  async of(userId: UserId): Promise<readonly Session[]> {
    const { rows } = await this.#pool.query<Session>(
      `select ${columns} from counterfoil.user_sessions
       where user_id = $1 and ${counts} and stage = 'signed_in' order by last_seen_at desc limit 100`,
      [userId],
    );
    return rows;
  }

  async end(token: string): Promise<void> {
    await this.#pool.query('delete from counterfoil.user_sessions where token_sha256 = $1', [
      digestOf(token),
    ]);
  }

  async revoke(userId: UserId, sessionId: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      'delete from counterfoil.user_sessions where user_id = $1 and id = $2',
      [userId, sessionId],
    );
    return rowCount === 1;
  }

  async revokeAll(userId: UserId, butToken: string | null): Promise<void> {
    await this.#pool.query(
      'delete from counterfoil.user_sessions where user_id = $1 and ($2::bytea is null or token_sha256 <> $2)',
      [userId, butToken === null ? null : digestOf(butToken)],
    );
  }
}

export class PostgresUserLinks implements UserLinks {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async make(purpose: LinkPurpose, userId: UserId | null, validSeconds: number): Promise<string> {
    const token = newToken();
    await this.#pool.query(
      `with void as (
         delete from counterfoil.user_links where purpose = $2 and user_id is not distinct from $3
       )
       insert into counterfoil.user_links (token_sha256, purpose, user_id, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4))`,
      [digestOf(token), purpose, userId, validSeconds],
    );
    return token;
  }

  async look(token: string): ReturnType<UserLinks['look']> {
    const { rows } = await this.#pool.query<{ purpose: LinkPurpose; userId: UserId | null }>(
      `select purpose, user_id as "userId" from counterfoil.user_links
       where token_sha256 = $1 and expires_at > now()`,
      [digestOf(token)],
    );
    return rows[0];
  }

  async use(token: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      'delete from counterfoil.user_links where token_sha256 = $1 and expires_at > now()',
      [digestOf(token)],
    );
    return rowCount === 1;
  }
}
