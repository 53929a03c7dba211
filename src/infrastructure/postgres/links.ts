import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { FollowedLink, LinkKind, Links } from '../../application/ports/links.js';
import type { Instant } from '../../domain/shared/instant.js';

/** 32 random bytes, so a fast hash is enough: nobody guesses a token from its digest. */
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

export class PostgresLinks implements Links {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async issue(kind: LinkKind, target: string, expiresAt: Instant): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.#pool.query(
      'insert into counterfoil.links (digest, kind, target, expires_at) values ($1, $2, $3, $4)',
      [digestOf(token), kind, target, expiresAt],
    );
    return token;
  }

  async look(kind: LinkKind, token: string): Promise<FollowedLink | undefined> {
    if (!tokenPattern.test(token)) return undefined;
    const { rows } = await this.#pool.query<FollowedLink>(
      `select target, expires_at as "expiresAt" from counterfoil.links where digest = $1 and kind = $2`,
      [digestOf(token), kind],
    );
    return rows[0];
  }

  /** One statement: of several who use it at once, one changes the row. */
  async use(kind: LinkKind, token: string, now: Instant): Promise<string | undefined> {
    if (!tokenPattern.test(token)) return undefined;
    const { rows } = await this.#pool.query<{ target: string }>(
      `update counterfoil.links set used_at = $3
       where digest = $1 and kind = $2 and used_at is null and expires_at > $3 returning target`,
      [digestOf(token), kind, now],
    );
    return rows[0]?.target;
  }

  async withdraw(kind: LinkKind, target: string, now: Instant): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `update counterfoil.links set used_at = $3
       where target = $2 and kind = $1 and used_at is null and expires_at > $3`,
      [kind, target, now],
    );
    return rowCount ?? 0;
  }

  async prune(before: Instant): Promise<number> {
    const { rowCount } = await this.#pool.query('delete from counterfoil.links where expires_at < $1', [
      before,
    ]);
    return rowCount ?? 0;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
