import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { keptPort } from '../../support/kept-port.js';
import { silentLogger } from '../../support/postgres.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import type { FaultyPostgres } from './faulty-postgres.js';
import { startFaultyPostgres } from './faulty-postgres.js';
import type { FaultyRedis } from './faulty-redis.js';
import { startFaultyRedis } from './faulty-redis.js';
import type { Simulator } from './programs.js';
import { appEnvironment, copyBuild, startSimulator } from './programs.js';
import type { SupervisedApp } from './supervised-app.js';
import { superviseApp } from './supervised-app.js';

/** Real processes with breakable lines between them: so many Counterfoils, one Postgres, one Stripe simulator, one Redis. */
export type Laboratory = {
  readonly folder: string;
  /** The program as it is. */
  readonly build: string;
  readonly apps: readonly SupervisedApp[];
  readonly postgres: FaultyPostgres;
  readonly simulator: Simulator;
  readonly redis: FaultyRedis | undefined;
  /** Between each Counterfoil and Postgres, and between it and Stripe. */
  readonly lines: readonly TcpProxy[];
  close(): Promise<void>;
};

export async function openLaboratory(parts: {
  readonly apps: number;
  readonly preload?: string;
  /** What the Counterfoils begin as, where that is another program; it makes the database itself. */
  readonly firstBuild?: string;
  /** Gets what the programs print. */
  readonly log?: (text: string) => void;
  /** Server settings of Postgres. */
  readonly postgres?: Readonly<Record<string, string>>;
}): Promise<Laboratory> {
  const { apps: count, postgres: settings, firstBuild, ...more } = parts;
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-faults-'));
  // The database may run as another user than ours, who must be able to enter.
  await chmod(folder, 0o755);
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (let next = closers.pop(); next !== undefined; next = closers.pop()) await next();
  };
  try {
    const build = await copyBuild();
    closers.push(build.remove);
    const postgres = await startFaultyPostgres(join(folder, 'postgres'), settings);
    closers.push(postgres.stop);
    if (firstBuild === undefined) await migrate(postgres.url, silentLogger);
    const redis = await startFaultyRedis();
    if (redis !== undefined) closers.push(redis.stop);
    const ports = await Promise.all(Array.from({ length: count }, () => keptPort()));
    const simulator = await startSimulator({
      build: build.folder,
      webhookUrls: ports.map((port) => `http://127.0.0.1:${port}/webhooks/stripe`),
      dataDir: join(folder, 'simulator'),
    });
    closers.push(simulator.kill);
    const apps: SupervisedApp[] = [];
    const lines: TcpProxy[] = [];
    for (const [index, port] of ports.entries()) {
      const [database, stripe] = [await startTcpProxy(postgres.url), await startTcpProxy(simulator.url)];
      closers.push(database.close, stripe.close);
      lines.push(database, stripe);
      const dataDir = join(folder, `app-${index}`);
      const environment = {
        ...appEnvironment({ port, databaseUrl: database.url, stripeUrl: stripe.url, dataDir }),
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      };
      const app = superviseApp({ build: firstBuild ?? build.folder, environment, ...more });
      closers.push(app.stop);
      apps.push(app);
    }
    await Promise.all(apps.map((app) => app.ready()));
    return { folder, build: build.folder, apps, postgres, simulator, redis, lines, close };
  } catch (error) {
    await close();
    throw error;
  }
}
