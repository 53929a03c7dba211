import { hash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { SignInAttempt, SignInAttempts } from '../../application/ports/identity-provider.js';

export class PostgresSignInAttempts implements SignInAttempts {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async keep({ state, nonce, codeVerifier }: SignInAttempt, next: string | null): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.#pool.query(
      `with over as (delete from counterfoil.sign_in_attempts where created_at < now() - interval '1 hour')
       insert into counterfoil.sign_in_attempts (token_sha256, state, nonce, code_verifier, next)
       values ($1, $2, $3, $4, $5)`,
      [digestOf(token), state, nonce, codeVerifier, next],
    );
    return token;
  }

  async take(token: string): ReturnType<SignInAttempts['take']> {
    const { rows } = await this.#pool.query<
      SignInAttempt & { readonly next: string | null; readonly counts: boolean }
    >(
      `delete from counterfoil.sign_in_attempts where token_sha256 = $1
       returning state, nonce, code_verifier as "codeVerifier", next, created_at > now() - interval '10 minutes' as counts`,
      [digestOf(token)],
    );
    const [row] = rows;
    if (row === undefined || !row.counts) return undefined;
    const { state, nonce, codeVerifier, next } = row;
    return { attempt: { state, nonce, codeVerifier }, next };
  }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
