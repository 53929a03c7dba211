import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ApiClient } from './api-client.js';
import { apiClient } from './api-client.js';
import { eventually } from './eventually.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

export type AppProcess = {
  readonly child: ChildProcess;
  readonly url: string;
  readonly api: ApiClient;
  /** Everything that it has printed so far. */
  readonly output: () => string;
  /** Ends it as a crash would, with no chance to clean up. */
  kill(): Promise<void>;
  /** Asks it to stop and answers its exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
};

type OrdinaryUser = { readonly uid: number; readonly gid: number };

/**
 * Who is not root, where root runs the tests: `nobody`. Undefined where the tests run as an ordinary user already, and, with a
 * word on it, where that user cannot read this checkout.
 */
export function ordinaryUser(): OrdinaryUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const nobody = { uid: 65_534, gid: 65_534 };
  const program = 'process.exit(fs.existsSync(process.argv[1]) ? 0 : 1)';
  const { status } = spawnSync(process.execPath, ['-e', program, `${root}dist/main.js`], {
    cwd: '/',
    ...nobody,
  });
  if (status === 0) return nobody;
  console.warn(`${root} cannot be read by an ordinary user: the start is tried as root only`);
  return undefined;
}

/** Starts one compiled program of `dist/` with exactly this environment; `npm test` has built it. */
export function startProgram(
  file: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  /** Whom it runs as; whoever runs the tests by default. */
  as: OrdinaryUser | undefined = undefined,
): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, [`${root}dist/${file}`, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...as,
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  return { child, output: () => output };
}

export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Starts `dist/main.js` and waits until it is ready to take payments, and has said so. */
export async function startAppProcess(
  environment: Readonly<Record<string, string>>,
  as: OrdinaryUser | undefined = undefined,
): Promise<AppProcess> {
  const { child, output } = startProgram('main.js', environment, [], as);
  const url = `http://127.0.0.1:${environment['PORT']}`;
  const api = apiClient(url, environment['COUNTERFOIL_BOOTSTRAP_API_KEY'] ?? null);
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output()}`);
      return api.get('/health/ready').then(
        ({ status }) => status,
        () => 0,
      );
    },
    (status) => status === 200 && output().includes(' is ready in '),
    120_000,
  );
  return {
    child,
    url,
    api,
    output,
    async kill() {
      child.kill('SIGKILL');
      await exitOf(child);
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exitOf(child);
    },
  };
}
