import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from 'inversify';
import type { Logger } from '../application/ports/logger.js';
import type { Config } from '../config.js';
import { makeFolder } from '../infrastructure/make-folder.js';
import { createLogger } from '../infrastructure/pino-logger.js';
import { PostgresApiKeys } from '../infrastructure/postgres/api-keys.js';
import { startEmbeddedPostgres } from '../infrastructure/postgres/embedded-postgres.js';
import { keepEventSource } from '../infrastructure/postgres/event-source.js';
import { migrate } from '../infrastructure/postgres/migrate.js';
import { openAll } from '../infrastructure/postgres/pool.js';
import { StartupError } from '../infrastructure/startup-error.js';
import { startStripeSimulator } from '../infrastructure/stripe-simulator/server.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { apiVersion } from '../interfaces/http/shared/request-headers.js';
import type { Addresses } from './addresses.js';
import { addressesOf, listenAt } from './addresses.js';
import { createContainer } from './container.js';
import type { DemoLinks } from './demo-data.js';
import { prepareDemo } from './demo-data.js';
import type { DemoHistory } from './demo-history.js';
import { beginDemoHistory } from './demo-history.js';
import { keptSecretKey, readSecret } from './kept-secrets.js';
import { loadEventStoreDb } from './load-event-store-db.js';
import type { Surroundings } from './tokens.js';
import { tokens } from './tokens.js';

/** A Counterfoil that takes payments. */
export type Running = {
  readonly config: Config;
  readonly url: string;
  /** Where operators open the console, without /admin; null where there is none. */
  readonly consoleUrl: string | null;
  /** The key of the first start; null where it was given as COUNTERFOIL_BOOTSTRAP_API_KEY. */
  readonly apiKey: string | null;
  /** Where the first owner of the console sets up an account, once; null where there is an owner, or no console. */
  readonly ownerLink: string | null;
  /** Links to what the demo has to show customers; null where there is no demo data. */
  readonly demoLinks: DemoLinks | null;
  /** Where the Stripe simulator listens; null against Stripe. */
  readonly simulatorUrl: string | null;
  /** Undefined where none is made. */
  readonly demoHistory: DemoHistory | undefined;
  /** An earlier start ended before its demo data were complete. */
  readonly demoHistoryBroken: boolean;
  readonly logger: Logger;
  /** Finishes what is under way and stops every part, the last started first. */
  stop(): Promise<void>;
};

const finishWithinMs = 8_000;
const workerTokens = [
  tokens.webhookWorker,
  tokens.effectWorker,
  tokens.jobRunner,
  tokens.agendaWorker,
  tokens.policyWorker,
  tokens.notificationWorker,
];

const betweenWorkersMs = 20;

/**
 * Starts every part in the order in which they need each other. When one fails, those already running are stopped.
 * @throws StartupError for what the operator can mend
 */
export async function startCounterfoil(config: Config): Promise<Running> {
  const logger = createLogger(config.logLevel);
  const stops: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | undefined;
  /** Once, whoever asks: parts that need each other must not be stopped side by side. */
  function stop(): Promise<void> {
    stopping ??= stopInOrder();
    return stopping;
  }
  async function stopInOrder(): Promise<void> {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) {
      await next().catch((error: unknown) => logger.error({ err: error }, 'a part did not stop cleanly'));
    }
  }
  try {
    const addresses = await addressesOf(config);
    await prepareDataDir(config.dataDir);
    const databaseUrl = config.databaseUrl ?? (await embeddedDatabase(config, logger, stops));
    await migrateOrExplain(databaseUrl, logger);
    const stripe = await stripeOf(config, addresses.port, stops);
    const secretKey = config.console.secretKey ?? (await keptSecretKey(config.dataDir));
    const EventStoreDb = config.eventStoreUrl === null ? null : await loadEventStoreDb();
    const { publicUrl, consoleUrl } = addresses;
    const surroundings = {
      ...{ config, logger, databaseUrl, EventStoreDb, secretKey, stripe, publicUrl, consoleUrl },
    };
    const app = await startParts(surroundings, addresses, stops);
    const simulatorUrl = stripe.simulated ? stripe.apiBase : null;
    return { config, ...app, simulatorUrl, logger, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stops = (() => Promise<unknown>)[];

async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `The data folder ${dataDir} cannot be used: ${reason}`,
      'Set COUNTERFOIL_DATA_DIR.',
    );
  }
}

async function embeddedDatabase(config: Config, logger: Logger, stops: Stops): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(config.dataDir, 'postgres'), logger });
  stops.push(() => postgres.stop());
  return postgres.connectionString;
}

async function migrateOrExplain(databaseUrl: string, logger: Logger): Promise<void> {
  try {
    await migrate(databaseUrl, logger);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const { host } = new URL(databaseUrl);
    throw new StartupError(
      `The database at ${host} cannot be used: ${reason}`,
      'Check DATABASE_URL, and that its user may create schemas.',
      { cause: error },
    );
  }
}

/** Stripe as configured, or the simulator with webhooks to ourselves. */
async function stripeOf(config: Config, port: number, stops: Stops): Promise<Surroundings['stripe']> {
  const { secretKey, apiBase } = config.stripe;
  if (config.mode !== 'demo' && secretKey !== null) {
    return { secretKey, apiBase, webhookSecrets: config.stripe.webhookSecrets, simulated: false };
  }
  const given = config.stripe.webhookSecrets;
  const webhookSecrets = given.length > 0 ? given : [`whsec_${randomBytes(24).toString('hex')}`];
  const simulator = await startStripeSimulator({
    dataDir: join(config.dataDir, 'stripe-simulator'),
    webhookEndpoints: [{ url: `http://127.0.0.1:${port}/webhooks/stripe`, secrets: webhookSecrets }],
  });
  stops.push(() => simulator.close());
  return { secretKey: 'sk_test_counterfoil_demo', apiBase: simulator.url, webhookSecrets, simulated: true };
}

type RunningParts = Pick<
  Running,
  'url' | 'consoleUrl' | 'apiKey' | 'ownerLink' | 'demoLinks' | 'demoHistory' | 'demoHistoryBroken'
>;

async function startParts(
  surroundings: Surroundings,
  addresses: Addresses,
  stops: Stops,
): Promise<RunningParts> {
  const { config } = surroundings;
  const container = createContainer(surroundings);
  const pool = container.get(tokens.pool);
  const doorPool = container.get(tokens.doorPool);
  const others = [tokens.projectionPool, tokens.receptionPool, tokens.bucketPool];
  const pools = [pool, doorPool, ...others.map((each) => container.get(each))];
  const writes = container.get(tokens.writes);
  stops.push(() => Promise.all([writes.close(), ...pools.map((each) => each.end())]));
  await keepEventSource(pool, config.eventStoreUrl === null ? 'postgres' : 'eventstoredb');
  const eventStore = container.get(httpTokens.eventStore);
  stops.push(() => eventStore.close());
  const redis = container.get(tokens.redis);
  const movableClock = container.get(tokens.movableClock);
  await movableClock?.start();
  const demoHistoryBroken = (await movableClock?.catchUp()) ?? false;
  stops.push(async () => movableClock?.stop());
  const [gateway, vault] = [container.get(tokens.stripeGateway), container.get(tokens.stripeVault)];
  const delay = container.get(tokens.eventLoopDelay);
  const printer = container.get(tokens.documentPrinter);
  const [inbox, records] = [container.get(tokens.inbox), container.get(tokens.idempotencyRecords)];
  const accessLog = container.get(httpTokens.accessLog);
  stops.push(async () => {
    gateway.close();
    vault.close();
    delay.close();
    redis?.close();
    await Promise.all([inbox.close(), records.close(), printer.close(), accessLog.settled()]);
  });

  const works = config.role !== 'api';
  const serves = config.role !== 'worker';
  // Through the common pool: a start has more patience than a client.
  const apiKey = serves ? await bootstrapApiKey(config, new PostgresApiKeys(pool)) : null;
  const projections = container.get(tokens.postgresProjections);
  await (works ? projections.start() : projections.watch());
  stops.push(() => projections.stop());

  const working = new AbortController();
  const workers = works ? workerTokens.map((token) => container.get(token)) : [];
  // One after the other: together they would each need a connection at the same moment, now and at each of their looks.
  const work = workers.map(async (worker, place) => {
    await sleep(place * betweenWorkersMs);
    await worker.run(working.signal);
  });
  const servers = { api: container.get(tokens.httpServer), console: container.get(tokens.consoleServer) };
  // Requests and workers end together. Who still waits for Stripe at the end of the bound is left behind: what was asked is
  // recorded, and the next start goes on with it.
  stops.push(() => {
    working.abort();
    const left = sleep(finishWithinMs, undefined, { ref: false });
    return Promise.all([
      servers.api.close(finishWithinMs),
      servers.console?.close(finishWithinMs),
      Promise.race([Promise.all(work), left]),
    ]);
  });
  // A client is not given the time that a connection takes on a busy machine: it would be told that Postgres does not answer.
  if (serves) await Promise.all([openAll(doorPool), writes.open().catch(() => undefined)]);
  await listenAt(addresses, config, servers);
  const { url } = addresses;
  // Before the demo's own data.
  const isNew = config.demoHistory && (await eventStore.head()) === 0n;
  const demoLinks = config.demoData ? await demoLinksOf(container, surroundings) : null;
  const demoHistory = isNew ? await demoHistoryFor(surroundings, container, { url, apiKey }) : undefined;
  if (demoHistory !== undefined) stops.push(() => demoHistory.stop());
  const consoleUrl = config.console.on && serves ? surroundings.consoleUrl : null;
  const token = consoleUrl === null ? null : await container.get(httpTokens.users).ownerLink();
  return {
    ...{ url, consoleUrl },
    ...{ apiKey, demoHistory, demoHistoryBroken, demoLinks },
    ownerLink: token === null ? null : `${consoleUrl}/admin/welcome/${token}`,
  };
}

/** A demo without its data is a demo all the same. */
async function demoLinksOf(container: Container, surroundings: Surroundings): Promise<DemoLinks | null> {
  try {
    return await prepareDemo(container, surroundings.publicUrl);
  } catch (error) {
    surroundings.logger.warn({ err: error }, 'the demo data could not be made');
    return null;
  }
}

function demoHistoryFor(
  { config, stripe }: Surroundings,
  container: Container,
  { url, apiKey }: { readonly url: string; readonly apiKey: string | null },
): Promise<DemoHistory | undefined> {
  const key = apiKey ?? config.bootstrapApiKey;
  const { apiBase: simulatorUrl } = stripe;
  if (!stripe.simulated || key === null || simulatorUrl === null) return Promise.resolve(undefined);
  return beginDemoHistory(container, { url, apiKey: key, simulatorUrl });
}

/** The configured key, or one that is made at the first start and kept in the data folder for the owner's eyes. */
async function bootstrapApiKey(
  config: Config,
  apiKeys: Pick<PostgresApiKeys, 'bootstrap'>,
): Promise<string | null> {
  if (config.bootstrapApiKey !== null) {
    await apiKeys.bootstrap(config.bootstrapApiKey, 'bootstrap', apiVersion);
    return null;
  }
  const file = join(config.dataDir, 'api-key');
  const kept = await readSecret(file);
  const secret = kept ?? `sk_test_${randomBytes(24).toString('hex')}`;
  if (kept === undefined) await writeFile(file, `${secret}\n`, { mode: 0o600 });
  await apiKeys.bootstrap(secret, 'bootstrap', apiVersion);
  return secret;
}
