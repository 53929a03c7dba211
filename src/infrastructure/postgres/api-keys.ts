import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { v7 } from 'uuid';
import type { ApiKey, ApiKeyRow, ApiKeys, Scope } from '../../application/ports/api-keys.js';
import { scopes } from '../../application/ports/api-keys.js';
import type { Page, PageRequest } from '../../application/ports/read-models.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';

type Row = {
  readonly id: string;
  readonly name: string;
  readonly secret_sha256: Buffer;
  readonly scopes: readonly string[];
  readonly holder: string | null;
  readonly livemode: boolean;
  readonly api_version: string;
  readonly revoked_at: Instant | null;
};

type Cached = { readonly key: Promise<ApiKey | undefined>; readonly until: number };

/** A revoked key is refused everywhere within this time. */
const cachedMs = 1_000;
const cachedMax = 1_000;
const usedEveryMs = 60_000;
const prefixLength = 16;
const columns =
  'id, name, prefix, scopes, holder, livemode, api_version, created_at, expires_at, revoked_at, last_used_at';

/** API keys in a table, found by the beginning of the secret and compared by digest in constant time. */
export class PostgresApiKeys implements ApiKeys {
  readonly #pool: pg.Pool;
  readonly #now: () => number;
  /** By digest, so that no secret stays in memory. */
  readonly #cache = new Map<string, Cached>();
  /** When the use of a key was noted last. */
  readonly #used = new Map<string, number>();

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
  async bootstrap(secret: string, name: string, apiVersion: string): Promise<void> {
    await this.#pool.query(
      `insert into counterfoil.api_keys as known (id, name, prefix, secret_sha256, scopes, livemode, api_version, holder)
       values ($1, $2, $3, $4, $5, $6, $7, 'bootstrap')
       on conflict (secret_sha256) do update set name = excluded.name, scopes = excluded.scopes`,
      [
        `key_${v7()}`,
        name,
        secret.slice(0, prefixLength),
        digestOf(secret),
        [...scopes],
        secret.startsWith('sk_live_'),
        apiVersion,
      ],
    );
  }

  /** 256 bits of randomness; only their digest stays. */
  async create(key: Parameters<ApiKeys['create']>[0]): ReturnType<ApiKeys['create']> {
    const secret = `sk_${key.livemode ? 'live' : 'test'}_${randomBytes(32).toString('hex')}`;
    const { rows } = await this.#pool.query<ApiKeyRow>(
      `insert into counterfoil.api_keys (id, name, prefix, secret_sha256, scopes, livemode, api_version, holder)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing returning ${columns}`,
      [
        key.id,
        key.name,
        secret.slice(0, prefixLength),
        digestOf(secret),
        [...key.scopes],
        key.livemode,
        key.apiVersion,
        key.holder,
      ],
    );
    const [made] = rows;
    if (made !== undefined) return { row: made, secret };
    const row = await this.find(key.id);
    if (row === undefined) throw new Error(`API key ${key.id} was neither made nor found`);
    return { row, secret: null };
  }

  /** The old key's end is set when the new one is made, and not again by a repeat. */
  async rotate(id: string, newId: string, overlapSeconds: number): ReturnType<ApiKeys['rotate']> {
    const old = await this.find(id);
    const known = await this.find(newId);
    if (known !== undefined) return { row: known, secret: null };
    if (old === undefined || old.revoked_at !== null || isOver(old.expires_at)) return undefined;
    const made = await this.create({
      id: newId,
      name: old.name,
      scopes: knownScopes(old.scopes),
      holder: old.holder,
      livemode: old.livemode,
      apiVersion: old.api_version,
    });
    await this.#pool.query(
      `update counterfoil.api_keys
       set expires_at = least(coalesce(expires_at, 'infinity'), now() + make_interval(secs => $2)) where id = $1`,
      [id, overlapSeconds],
    );
    this.#cache.clear();
    return made;
  }

  async revokeBeyond(holder: string, allowed: readonly Scope[]): Promise<void> {
    await this.#pool.query(
      `update counterfoil.api_keys set revoked_at = now()
       where holder = $1 and revoked_at is null and not scopes <@ $2`,
      [holder, [...allowed]],
    );
    this.#cache.clear();
  }

  async find(id: string): Promise<ApiKeyRow | undefined> {
    const { rows } = await this.#pool.query<ApiKeyRow>(
      `select ${columns} from counterfoil.api_keys where id = $1`,
      [id],
    );
    return rows[0];
  }

  list(page: PageRequest): Promise<Page<ApiKeyRow>> {
    return keysetPage<ApiKeyRow>(this.#pool, {
      select: `select ${columns} from counterfoil.api_keys`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from counterfoil.api_keys where id = $)',
      conditions: new Conditions(),
      page,
    });
  }

  async revoke(id: string): Promise<ApiKeyRow | undefined> {
    const { rows } = await this.#pool.query<ApiKeyRow>(
      `update counterfoil.api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning ${columns}`,
      [id],
    );
    this.#cache.clear();
    return rows[0];
  }

  async #find(secret: string, digest: Buffer): Promise<ApiKey | undefined> {
    const { rows } = await this.#pool.query<Row>({
      name: 'api-keys-by-prefix',
      text: `select id, name, secret_sha256, scopes, holder, livemode, api_version, revoked_at from counterfoil.api_keys
        where prefix = $1 and (expires_at is null or expires_at > now())`,
      values: [secret.slice(0, prefixLength)],
    });
    let found: ApiKey | undefined;
    for (const row of rows) {
      if (timingSafeEqual(row.secret_sha256, digest)) found = keyOf(row);
    }
    if (found !== undefined) this.#noteUse(found.id);
    return found;
  }

  /** Once a minute and key, and never in the way of a request. */
  #noteUse(id: string): void {
    const noted = this.#used.get(id);
    if (noted !== undefined && this.#now() - noted < usedEveryMs) return;
    if (this.#used.size >= cachedMax) this.#used.clear();
    this.#used.set(id, this.#now());
    this.#pool
      .query(`update counterfoil.api_keys set last_used_at = now() where id = $1`, [id])
      .catch(() => this.#used.delete(id));
  }
}

function isOver(expiresAt: Instant | null): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
}

function knownScopes(given: readonly string[]): readonly Scope[] {
  return given.filter((scope): scope is Scope => (scopes as readonly string[]).includes(scope));
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function keyOf(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: knownScopes(row.scopes),
    holder: row.holder,
    livemode: row.livemode,
    apiVersion: row.api_version,
    revokedAt: row.revoked_at,
  };
}
