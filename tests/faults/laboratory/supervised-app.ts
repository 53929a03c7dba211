import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './programs.js';
import { ended, startProgram } from './programs.js';

export type SupervisedApp = {
  readonly url: string;
  /** Exits that nobody asked for, with the last that was printed. */
  readonly crashes: readonly string[];
  readonly isReady: boolean;
  /** Ends the process at once; it is started again. False when none was running just then. */
  kill(): boolean;
  /** Asks the process to stop, and starts another program in its place. Resolves when that one takes requests. */
  become(build: string): Promise<void>;
  freeze(ms: number): Promise<void>;
  /** Resolves when it takes requests. */
  ready(): Promise<void>;
  stop(): Promise<void>;
};

/** Keeps one Counterfoil running, whatever ends it. */
export function superviseApp(parts: {
  readonly build: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly preload?: string;
  readonly log?: (text: string) => void;
}): SupervisedApp {
  const { environment, ...more } = parts;
  let { build } = parts;
  const url = `http://127.0.0.1:${environment['PORT']}`;
  const crashes: string[] = [];
  let open = true;
  let program = start();
  let killed = false;

  function start(): Program {
    return startProgram(join(build, 'main.js'), environment, more);
  }

  /** The program prints its address once it listens. */
  const isReady = (): boolean => running() && program.output().includes(url);
  const running = (): boolean => program.child.exitCode === null && program.child.signalCode === null;

  async function supervise(): Promise<void> {
    for (;;) {
      await ended(program.child);
      // A start that finds no database may give up; a running program may not.
      if (!killed && open && program.output().includes(url)) crashes.push(program.output());
      if (!open) return;
      if (!killed) await sleep(200);
      killed = false;
      program = start();
    }
  }
  const supervising = supervise();

  async function ready(): Promise<void> {
    while (!isReady()) await sleep(20);
  }

  return {
    url,
    crashes,
    get isReady() {
      return isReady();
    },
    kill() {
      if (!running() || killed) return false;
      killed = true;
      program.child.kill('SIGKILL');
      return true;
    },
    async become(next) {
      build = next;
      killed = true;
      program.child.kill('SIGTERM');
      await ended(program.child);
      await ready();
    },
    async freeze(ms) {
      const { child } = program;
      child.kill('SIGSTOP');
      await sleep(ms);
      child.kill('SIGCONT');
    },
    ready,
    async stop() {
      open = false;
      program.child.kill('SIGCONT');
      program.child.kill('SIGKILL');
      await supervising;
    },
  };
}
