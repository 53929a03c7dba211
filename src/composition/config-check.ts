import { access, constants } from 'node:fs/promises';
import pg from 'pg';
import { clockSkewMaxMs } from '../application/ports/clock.js';
import type { ConfigFinding, ConfigReport } from '../application/ports/config-check.js';
import type { Logger } from '../application/ports/logger.js';
import type { Config } from '../config.js';
import { pingMailServer } from '../infrastructure/notification/smtp-mailer.js';
import { pingProvider } from '../infrastructure/oidc/discovery.js';
import { aheadOfPostgres } from '../infrastructure/postgres/clock-skew.js';
import { pingRedis } from '../infrastructure/redis/ping-redis.js';
import { diagnoseStripe } from '../infrastructure/stripe/stripe-diagnostics.js';
import { redirectUriOf } from './addresses.js';
import { loadEventStoreDb } from './load-event-store-db.js';
import type { Surroundings } from './tokens.js';

/**
 * Looks at every setting and reaches every service that it names, with connections of its own: so `npm run doctor` can ask
 * before the first start, and GET /v1/config/check from the running server. Shows no secret.
 */
export async function checkConfig(
  config: Config,
  logger: Logger,
  running: Pick<Surroundings, 'databaseUrl' | 'stripe' | 'consoleUrl'> | null,
): Promise<ConfigReport> {
  const checks = (
    await Promise.all([
      dataDir(config),
      database(running?.databaseUrl ?? config.databaseUrl),
      eventStore(config, logger),
      redis(config),
      stripe(config, running),
      apiKey(config),
      consoleOf(config),
      identityProvider(config, running),
      mail(config),
      operators(config),
      rateLimits(config),
    ])
  ).flat();
  const statuses = checks.map(({ status }) => status);
  const status = statuses.includes('fail') ? 'fail' : statuses.includes('warn') ? 'warn' : 'ok';
  return { mode: config.mode, status, checks };
}

const ok = (name: string, detail: string): ConfigFinding => ({ name, status: 'ok', detail, mend: null });
const fail = (name: string, error: unknown, mend: string): ConfigFinding => ({
  name,
  status: 'fail',
  detail: error instanceof Error ? error.message : String(error),
  mend,
});

async function dataDir({ dataDir: folder }: Config): Promise<ConfigFinding> {
  try {
    await access(folder, constants.W_OK);
    return ok('data_dir', folder);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) return ok('data_dir', `${folder}, made at the first start`);
    return fail('data_dir', error, 'Set COUNTERFOIL_DATA_DIR to a folder that can be written to.');
  }
}

async function database(connectionString: string | null): Promise<readonly ConfigFinding[]> {
  if (connectionString === null) return [ok('database', 'embedded Postgres, which starts with the program')];
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000, query_timeout: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server: string; can: boolean }>(
      `select current_setting('server_version') as server, has_database_privilege(current_database(), 'CREATE') as can`,
    );
    const [row] = rows;
    if (row?.can !== true) throw new Error('the user may not create schemas');
    const found = ok('database', `Postgres ${row.server} at ${client.host}:${client.port}`);
    return [found, databaseClock(await aheadOfPostgres(client))];
  } catch (error) {
    return [fail('database', error, 'Check DATABASE_URL, and that its user may create schemas.')];
  } finally {
    await client.end().catch(() => undefined);
  }
}

function databaseClock(aheadMs: number): ConfigFinding {
  const name = 'database_clock';
  const detail = `${Math.round(Math.abs(aheadMs) / 1000)} s from this machine's`;
  if (Math.abs(aheadMs) <= clockSkewMaxMs) return ok(name, detail);
  return fail(name, detail, 'Keep both machines on network time: what is due comes early or late.');
}

async function eventStore({ eventStoreUrl }: Config, logger: Logger): Promise<ConfigFinding> {
  if (eventStoreUrl === null) return ok('event_store', 'in Postgres');
  const EventStoreDb = await loadEventStoreDb();
  const store = new EventStoreDb({ connectionString: eventStoreUrl, logger });
  try {
    return ok('event_store', `EventStoreDB, at position ${await store.head()}`);
  } catch (error) {
    return fail('event_store', error, 'Check EVENTSTORE_URL.');
  } finally {
    await store.close();
  }
}

async function redis({ redisUrl }: Config): Promise<ConfigFinding> {
  if (redisUrl === null)
    return ok('redis', 'not used: leases and the buckets of rate limits are kept in Postgres');
  const failure = await pingRedis(redisUrl);
  if (failure === null) return ok('redis', 'answers');
  const mend = 'Check REDIS_URL. Counterfoil works without Redis, with a little more work done twice.';
  return { name: 'redis', status: 'warn', detail: failure, mend };
}

async function stripe(
  config: Config,
  running: Pick<Surroundings, 'stripe'> | null,
): Promise<readonly ConfigFinding[]> {
  const { secretKey, webhookSecrets, apiBase, timeoutMs, webhookToleranceSeconds } = config.stripe;
  const parts =
    running?.stripe ?? (secretKey === null ? null : { secretKey, webhookSecrets, apiBase, simulated: false });
  if (parts === null) return [ok('stripe', 'the simulator, which starts with the program')];
  return diagnoseStripe({ ...parts, timeoutMs, webhookToleranceSeconds });
}

async function mail({ mail: { smtpUrl, from }, mode }: Config): Promise<ConfigFinding> {
  if (smtpUrl === null) {
    const kept = mode === 'demo' ? 'kept at /sim/inbox and sent to nobody' : 'kept and sent to nobody';
    if (mode !== 'live') return ok('mail', kept);
    const detail = 'there is no mail server: customers are told nothing';
    return { name: 'mail', status: 'warn', detail, mend: 'Set SMTP_URL and COUNTERFOIL_MAIL_FROM.' };
  }
  const failure = await pingMailServer(smtpUrl);
  const { host } = new URL(smtpUrl);
  if (failure === null) return ok('mail', `${host} takes mails, from ${from.name} <${from.address}>`);
  const mend = 'Check SMTP_URL. Mails wait for about 20 hours and are tried again meanwhile.';
  return { name: 'mail', status: 'warn', detail: `${host}: ${failure}`, mend };
}

/** Who is told of alerts, and who gets the digests; how many, for addresses are nobody else's business. */
function operators({ mail: { alertsTo, reports, smtpUrl }, invoicing, mode }: Config): ConfigFinding {
  const people = (count: number): string => (count === 1 ? '1 address' : `${count} addresses`);
  const detail = `alerts go to ${people(alertsTo.length)}, digests to ${people(reports.to.length)} from ${reports.hour}:00 on, ${invoicing.timeZone}`;
  if (mode !== 'live' || smtpUrl !== null || alertsTo.length + reports.to.length === 0) {
    return ok('operators', detail);
  }
  const mend = 'Set SMTP_URL and COUNTERFOIL_MAIL_FROM, or nobody gets them.';
  return { name: 'operators', status: 'warn', detail, mend };
}

/** Without trusted proxies a proxy's address is everybody's, and its limit is shared by all. */
function rateLimits({ limits, trustedProxies }: Config): ConfigFinding {
  const { requestsPerKey, requestsPerAddress, badKeysPerAddress } = limits;
  const counted = `${requestsPerKey} requests a minute of a key, ${requestsPerAddress} from an address, ${badKeysPerAddress} wrong keys`;
  const believed = trustedProxies === 0 ? 'no proxy is believed' : `${trustedProxies} proxies are believed`;
  return ok('rate_limits', `${counted}; ${believed}`);
}

function consoleOf({ console, mode, port }: Config): ConfigFinding {
  if (!console.on) return ok('console', 'off: COUNTERFOIL_CONSOLE=on serves it at /admin');
  if (console.listen !== null) {
    return ok('console', `at port ${console.listen.port} of ${console.listen.host}, and nowhere else`);
  }
  const detail = `beside the API, at port ${port}`;
  if (mode !== 'live') return ok('console', detail);
  const mend = 'Set COUNTERFOIL_CONSOLE_PORT, so that who reaches the API does not reach the console.';
  return { name: 'console', status: 'warn', detail, mend };
}

async function identityProvider(
  { console, oidc }: Config,
  running: Pick<Surroundings, 'consoleUrl'> | null,
): Promise<ConfigFinding> {
  const name = 'identity_provider';
  if (oidc === null) return ok(name, 'none: operators sign in by passwords');
  if (!console.on) return ok(name, `${oidc.name}, for a console that is off`);
  const failure = await pingProvider(oidc);
  const url = running?.consoleUrl ?? console.url ?? '<where operators open the console>';
  if (failure === null) return ok(name, `${oidc.name} answers; it must know ${redirectUriOf(url)}`);
  const mend = 'Check COUNTERFOIL_OIDC_ISSUER. Passwords work meanwhile.';
  return { name, status: 'warn', detail: `${oidc.name}: ${failure}`, mend };
}

async function apiKey({ bootstrapApiKey, mode }: Config): Promise<ConfigFinding> {
  if (bootstrapApiKey !== null) return ok('api_key', 'given as COUNTERFOIL_BOOTSTRAP_API_KEY');
  return mode === 'demo'
    ? ok('api_key', 'made at the first start and kept in the data folder')
    : {
        name: 'api_key',
        status: 'warn',
        detail: 'made at the first start and kept in the data folder',
        mend: 'Set COUNTERFOIL_BOOTSTRAP_API_KEY, so that it does not lie in a file.',
      };
}
