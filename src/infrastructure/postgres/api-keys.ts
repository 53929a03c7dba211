import { hash, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { v7 } from 'uuid';
import type { ApiKey, ApiKeys, Scope } from '../../application/ports/api-keys.js';
import { scopes } from '../../application/ports/api-keys.js';
import type { Instant } from '../../domain/shared/instant.js';

type Row = {
  readonly id: string;
  readonly name: string;
  readonly secret_sha256: Buffer;
  readonly scopes: readonly string[];
  readonly livemode: boolean;
  readonly revoked_at: Instant | null;
};

type Cached = { readonly key: Promise<ApiKey | undefined>; readonly until: number };

/** A revoked key is refused everywhere within this time. */
const cachedMs = 1_000;
const cachedMax = 1_000;
const prefixLength = 16;

/** API keys in a table, found by the beginning of the secret and compared by digest in constant time. */
export class PostgresApiKeys implements ApiKeys {
  readonly #pool: pg.Pool;
  readonly #now: () => number;
  /** By digest, so that no secret stays in memory. */
  readonly #cache = new Map<string, Cached>();

  /**
   * @param pool stays the caller's to close
   * @param now milliseconds on any clock that only runs forward
   */
  constructor(pool: pg.Pool, now: () => number = () => performance.now()) {
    this.#pool = pool;
    this.#now = now;
  }

  /** A key that has expired is unknown. */
  authenticate(secret: string): Promise<ApiKey | undefined> {
    const digest = digestOf(secret);
    const name = digest.toString('base64');
    const cached = this.#cache.get(name);
    if (cached !== undefined && cached.until > this.#now()) return cached.key;
    const key = this.#find(secret, digest);
    if (this.#cache.size >= cachedMax) this.#cache.clear();
    this.#cache.set(name, { key, until: this.#now() + cachedMs });
    // A database that did not answer says nothing of the key.
    key.catch(() => this.#cache.delete(name));
    return key;
  }

  /** A key that was revoked stays revoked. */
  async bootstrap(secret: string, name: string): Promise<void> {
    await this.#pool.query(
      `insert into counterfoil.api_keys as known (id, name, prefix, secret_sha256, scopes, livemode)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (secret_sha256) do update set name = excluded.name, scopes = excluded.scopes`,
      [
        `key_${v7()}`,
        name,
        secret.slice(0, prefixLength),
        digestOf(secret),
        [...scopes],
        secret.startsWith('sk_live_'),
      ],
    );
  }

  async #find(secret: string, digest: Buffer): Promise<ApiKey | undefined> {
    const { rows } = await this.#pool.query<Row>({
      name: 'api-keys-by-prefix',
      text: `select id, name, secret_sha256, scopes, livemode, revoked_at from counterfoil.api_keys
        where prefix = $1 and (expires_at is null or expires_at > now())`,
      values: [secret.slice(0, prefixLength)],
    });
    let found: ApiKey | undefined;
    for (const row of rows) {
      if (timingSafeEqual(row.secret_sha256, digest)) found = keyOf(row);
    }
    return found;
  }
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function keyOf(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes.filter((scope): scope is Scope => (scopes as readonly string[]).includes(scope)),
    livemode: row.livemode,
    revokedAt: row.revoked_at,
  };
}
