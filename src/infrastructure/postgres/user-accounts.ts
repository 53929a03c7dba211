import type { Pool } from 'pg';
import type { ProvidedIdentity } from '../../application/ports/identity-provider.js';
import type { Page, PageRequest } from '../../application/ports/read-models.js';
import type { Credentials, UserAccount, UserAccounts } from '../../application/ports/user-accounts.js';
import type { UserId } from '../../domain/shared/ids.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';

const columns = 'id, email, name, issuer, created_at';
const uniqueViolation = '23505';

/** Users of the console in a table: who they are, and what they sign in with. */
export class PostgresUserAccounts implements UserAccounts {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async create({ id, email, name }: Pick<UserAccount, 'id' | 'email' | 'name'>): Promise<boolean> {
    try {
      await this.#pool.query(
        'insert into counterfoil.users (id, email, name) values ($1, $2, $3) on conflict (id) do nothing',
        [id, email, name],
      );
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === uniqueViolation) return false;
      throw error;
    }
  }

  async keepProvided(id: UserId, identity: ProvidedIdentity): Promise<UserId> {
    const { issuer, subject, email, name } = identity;
    const { rows } = await this.#pool.query<{ id: UserId }>(
      `insert into counterfoil.users (id, email, name, issuer, subject) values ($1, $2, $3, $4, $5)
       on conflict (issuer, subject) where issuer is not null
       do update set email = excluded.email, name = excluded.name
       returning id`,
      [id, email, name, issuer, subject],
    );
    return rows[0]?.id ?? id;
  }

  async findProvided({
    issuer,
    subject,
  }: Pick<ProvidedIdentity, 'issuer' | 'subject'>): Promise<UserId | undefined> {
    const { rows } = await this.#pool.query<{ id: UserId }>(
      'select id from counterfoil.users where issuer = $1 and subject = $2',
      [issuer, subject],
    );
    return rows[0]?.id;
  }

  async find(id: UserId): Promise<UserAccount | undefined> {
    const { rows } = await this.#pool.query<UserAccount>(
      `select ${columns} from counterfoil.users where id = $1`,
      [id],
    );
    return rows[0];
  }

  async findByEmail(email: string): Promise<UserAccount | undefined> {
    const { rows } = await this.#pool.query<UserAccount>(
      `select ${columns} from counterfoil.users where issuer is null and lower(email) = lower($1)`,
      [email],
    );
    return rows[0];
  }

  list(page: PageRequest): Promise<Page<UserAccount>> {
    return keysetPage<UserAccount>(this.#pool, {
      select: `select ${columns} from counterfoil.users`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from counterfoil.users where id = $)',
      conditions: new Conditions(),
      page,
    });
  }

  async credentials(id: UserId): Promise<Credentials | undefined> {
    const { rows } = await this.#pool.query<Credentials>(
      `select id as "userId", password_hash as "passwordHash", totp_secret as "sealedSecret",
         totp_offer as "sealedOffer"
       from counterfoil.users where id = $1`,
      [id],
    );
    return rows[0];
  }

  async setPassword(id: UserId, passwordHash: string): Promise<void> {
    await this.#pool.query('update counterfoil.users set password_hash = $2 where id = $1', [
      id,
      passwordHash,
    ]);
  }

  async offerSecret(id: UserId, sealedSecret: Buffer): Promise<void> {
    await this.#pool.query('update counterfoil.users set totp_offer = $2 where id = $1', [id, sealedSecret]);
  }

  async takeOffer(id: UserId): Promise<void> {
    await this.#pool.query(
      'update counterfoil.users set totp_secret = totp_offer, totp_offer = null where id = $1',
      [id],
    );
  }

  async dropSecret(id: UserId): Promise<void> {
    await this.#pool.query(
      'update counterfoil.users set totp_secret = null, totp_offer = null where id = $1',
      [id],
    );
  }

  async useStep(id: UserId, step: bigint): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update counterfoil.users set totp_last_step = $2
       where id = $1 and (totp_last_step is null or totp_last_step < $2)`,
      [id, step],
    );
    return rowCount === 1;
  }
}
