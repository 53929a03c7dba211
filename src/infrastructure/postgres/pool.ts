import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import type { Guard } from '../resilience/store-breakers.js';
import type { TimedClientConfig } from './timed-client.js';
import { TimedClient } from './timed-client.js';
import { valueParsers } from './value-parsers.js';

export type PoolOptions = {
  readonly connectionString: string;
  /** The most connections open at once. */
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly logger: Logger;
  /** How long a checkout or a connect may take. */
  readonly connectTimeoutMs?: number;
  /**
   * How long one query may take before the client gives up. The outcome of a write is then unknown, so the connection
   * is destroyed. The server is told to give up half a second earlier, which makes most such outcomes definite; only
   * a frozen server runs into the client's own limit.
   */
  readonly queryTimeoutMs?: number;
  /** Server settings of these connections, such as `{ enable_seqscan: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long a connection may be idle before it is closed; 0 keeps it open. */
  readonly idleTimeoutMs?: number;
  /** Called around each `query` of the pool; transactions have their own connection and its limits. */
  readonly guard?: Guard;
};

const defaultConnectTimeoutMs = 5_000;
const defaultQueryTimeoutMs = 10_000;
const defaultIdleTimeoutMs = 30_000;
/** How many failures a pool that is opened ahead of its users puts up with. */
const failuresAhead = 5;

/** Settings for one connection that does not come from a pool, such as one that listens or writes in batches. */
export function clientConfig(
  options: Omit<PoolOptions, 'max' | 'logger' | 'guard' | 'idleTimeoutMs'>,
): TimedClientConfig {
  const queryTimeoutMs = options.queryTimeoutMs ?? defaultQueryTimeoutMs;
  return {
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
    queryTimeoutMs,
    statement_timeout: Math.max(queryTimeoutMs - 500, 500),
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueParsers,
    // Timestamps are read as text, so their form must not depend on the server's configuration.
    options: Object.entries({ timezone: 'UTC', datestyle: 'ISO', ...options.settings })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}

/**
 * A pool whose connections may die at any time without harm to the process. Values arrive as `valueParsers` says.
 * `pool.query` destroys its connection after any error, so a query whose outcome is unknown never meets the next user.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const { logger } = options;
  const pool = new pg.Pool({
    ...clientConfig(options),
    Client: TimedClient,
    max: options.max,
    idleTimeoutMillis: options.idleTimeoutMs ?? defaultIdleTimeoutMs,
  });
  const onError = (error: Error): void => {
    if (pool.ending) return;
    logger.warn(
      { err: error.message, applicationName: options.applicationName },
      'Lost a connection to Postgres',
    );
  };
  // The pool listens to idle clients only: without a listener, an error on a client in use would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', onError);
  const { guard } = options;
  if (guard !== undefined) {
    const query = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
    Object.assign(pool, { query: (...asked: unknown[]) => guard(() => query(...asked)) });
  }
  return pool;
}

/**
 * Opens all of a pool's connections, so that its first users need not wait for one. After five failures the rest is left to
 * whoever needs it.
 */
export async function openAll(pool: pg.Pool): Promise<void> {
  const opened: pg.PoolClient[] = [];
  // One after the other: a busy server that lets each of them in within the limit may not let all of them in at once.
  for (let n = 0; n < pool.options.max + failuresAhead && opened.length < pool.options.max; n += 1) {
    const client = await pool.connect().catch(() => undefined);
    if (client !== undefined) opened.push(client);
  }
  for (const client of opened) client.release();
}

/**
 * Resolves as soon as the query is out of this process's hands, so that the server carries it out though the process be killed:
 * nothing is ahead of it on its connection. Where that is full, resolves when the query is answered. Rejects when there is no connection.
 * @param onFailure is told when the query was not carried out, or perhaps not
 */
export async function sendOut(
  pool: pg.Pool,
  query: pg.QueryConfig,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const client = await pool.connect();
  const answered = client.query(query).then(
    () => client.release(),
    (error: unknown) => {
      client.release(true);
      onFailure(error);
    },
  );
  if (client.connection.stream.writableLength > 0) await answered;
}

/**
 * Runs `use` in one transaction: commits what it did when it resolves, and rolls back when it throws. A connection
 * that cannot be brought back to a known state is destroyed. When the commit itself fails, the outcome is unknown.
 */
export async function withTransaction<T>(
  pool: pg.Pool,
  use: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin');
    const result = await use(client);
    const { command } = await client.query('commit');
    broken = false;
    // Postgres answers a commit of a failed transaction with ROLLBACK and no error.
    if (command !== 'COMMIT') throw new Error('a statement of the transaction had failed before its commit');
    return result;
  } catch (error) {
    if (broken) broken = !(await rolledBack(client, error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A query that the client gave up on still holds the connection: a rollback would only wait behind it. */
async function rolledBack(client: pg.PoolClient, cause: unknown): Promise<boolean> {
  if (cause instanceof Error && cause.message === 'Query read timeout') return false;
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}
