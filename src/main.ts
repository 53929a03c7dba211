import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { banner, demoHistoryLine } from './composition/banner.js';
import type { Running } from './composition/start.js';
import { InvalidConfig, readConfig } from './config.js';
import { StartupError } from './infrastructure/startup-error.js';

/** Ends the process even when something does not stop. */
const stopWithinMs = 15_000;

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const startedAt = performance.now();
  const stopping = new AbortController();
  const config = readConfig({ ...process.env, ...wordsOf(process.argv.slice(2)) });
  // Loading everything takes longer than all else that a wrong setting needs to be told.
  const { startCounterfoil } = await import('./composition/start.js');
  const running = startCounterfoil(config);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal is somebody who will not wait.
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort();
      void running.then(stop, () => undefined);
    });
  }
  process.on('uncaughtException', (error) => void crash(running, error));
  process.on('unhandledRejection', (error) => void crash(running, error));
  const app = await running;
  if (stopping.signal.aborted) return;
  process.stdout.write(banner(app, performance.now() - startedAt));
  const made = await app.demoHistory?.done;
  if (made !== undefined && made !== null) process.stdout.write(demoHistoryLine(made));
}

/** `--role api` says the same as COUNTERFOIL_ROLE=api, and wins over it; so does `--demo-history`. @throws StartupError */
function wordsOf(args: string[]): Readonly<Record<string, string>> {
  try {
    const options = { role: { type: 'string' }, 'demo-history': { type: 'boolean' } } as const;
    const { role, 'demo-history': demoHistory } = parseArgs({ args, options }).values;
    return {
      ...(role === undefined ? {} : { COUNTERFOIL_ROLE: role }),
      ...(demoHistory === true ? { COUNTERFOIL_DEMO_HISTORY: 'on' } : {}),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      reason,
      'The arguments are --role api, --role worker or --role all, and --demo-history.',
    );
  }
}

async function stop(running: Running): Promise<void> {
  setTimeout(() => process.exit(1), stopWithinMs).unref();
  await running.stop();
  process.exit(0);
}

/** A state that nobody foresaw is not one to take payments in: what is recorded is continued by the next start. */
async function crash(running: Promise<Running>, error: unknown): Promise<void> {
  setTimeout(() => process.exit(1), stopWithinMs).unref();
  const app = await running.catch(() => undefined);
  app?.logger.error({ err: error }, 'an error that nobody caught: stopping');
  await app?.stop().catch(() => undefined);
  process.exit(1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});

/** One line for each thing to mend; a stack only for what nobody foresaw. */
function explain(error: unknown): string {
  if (error instanceof InvalidConfig) return error.message;
  if (error instanceof StartupError) return `${error.message}. ${error.mend}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
