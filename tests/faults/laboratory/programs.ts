import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pauseMs } from '../../support/eventually.js';
import { keptPort } from '../../support/kept-port.js';
import { wideLimits } from '../../support/unlimited.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const laboratory = fileURLToPath(new URL('./', import.meta.url));

/** What every process of a run shares. */
export const apiKey = `sk_test_${'f'.repeat(32)}`;
const webhookSecret = 'whsec_faults_0123456789';

export type Build = { readonly folder: string; remove(): Promise<void> };

/**
 * A copy of the build that FAULTS_BUILD names, `dist` by default, so that a process started late in a run is of the same
 * program as one started early, whoever builds meanwhile.
 */
export async function copyBuild(): Promise<Build> {
  const cache = join(root, 'node_modules/.cache/counterfoil-faults');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'build-'));
  await cp(join(root, process.env['FAULTS_BUILD'] ?? 'dist'), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export type Program = {
  readonly child: ChildProcess;
  /** The last that it printed. */
  output(): string;
  kill(): Promise<void>;
};

/** Starts a compiled program with exactly this environment. `preload` runs in its process before it. */
export function startProgram(
  file: string,
  environment: Readonly<Record<string, string>>,
  { preload, log }: { readonly preload?: string; readonly log?: (text: string) => void } = {},
): Program {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...(preload === undefined ? [] : ['--import', preload]), file], {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    const text = chunk.toString('utf8');
    log?.(text);
    output = (output + text).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return {
    child,
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

export type Simulator = Program & { readonly url: string };

/** Starts the simulator and waits until it answers. */
export async function startSimulator(parts: {
  readonly build: string;
  readonly webhookUrls: readonly string[];
  /** A restart takes its predecessor's port and folder. */
  readonly port?: number;
  readonly dataDir?: string;
}): Promise<Simulator> {
  const port = parts.port ?? (await keptPort());
  const program = startProgram(join(laboratory, 'simulator.mjs'), {
    BUILD: parts.build,
    SIMULATOR_PORT: String(port),
    SIMULATOR_WEBHOOK_URLS: parts.webhookUrls.join(','),
    SIMULATOR_WEBHOOK_SECRET: webhookSecret,
    ...(parts.dataDir === undefined ? {} : { SIMULATOR_DATA_DIR: parts.dataDir }),
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(`${url}/sim/state`, program);
  return { ...program, url };
}

/** Orders something of a simulator's control routes. */
export async function order(simulatorUrl: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(path, simulatorUrl), { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}

/** The environment of a Counterfoil whose recovery is quick enough to be watched. */
export function appEnvironment(parts: {
  readonly port: number;
  readonly databaseUrl: string;
  readonly stripeUrl: string;
  readonly dataDir: string;
}): Record<string, string> {
  return {
    PORT: String(parts.port),
    DATABASE_URL: parts.databaseUrl,
    COUNTERFOIL_DATA_DIR: parts.dataDir,
    COUNTERFOIL_BOOTSTRAP_API_KEY: apiKey,
    COUNTERFOIL_LOG_LEVEL: 'error',
    COUNTERFOIL_INLINE_BUDGET_MS: '1000',
    COUNTERFOIL_EFFECT_GRACE_MS: '1000',
    STRIPE_TIMEOUT_MS: '3000',
    STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: parts.stripeUrl,
    ...wideLimits,
  };
}

/** @throws when the program ends before it is ready, or is not ready within three minutes */
export async function untilReady(url: string, { child, output }: Program): Promise<void> {
  const deadline = performance.now() + 180_000;
  for (let asked = 0; ; asked += 1) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    }
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`${url} is not ready:\n${output()}`);
    await sleep(pauseMs(asked));
  }
}
