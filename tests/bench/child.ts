import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ParentMessage } from './child-entry.js';

export type Usage = { readonly cpuMs: number; readonly residentBytes: number };

/** A process of its own for whatever is measured, so that it shares its thread with nothing. */
export type Child<Ready, Question = never, Answer = never> = {
  readonly ready: Ready;
  readonly ask: (question: Question) => Promise<Answer>;
  readonly usage: () => Promise<Usage>;
  /** Resolves when the process has all but nothing left to do, such as read models to bring up to date. */
  readonly quiet: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const quietCpuShare = 0.05;
const quietProbeMs = 250;
const quietTimeoutMs = 60_000;

/**
 * Starts a compiled entry of this folder and waits for its word that it is ready.
 * @param entry such as `floor-webhook-server`
 * @param flags of Node
 */
export async function startChild<Ready, Question = never, Answer = never>(
  entry: string,
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Child<Ready, Question, Answer>> {
  const { PATH = '', HOME = '' } = process.env;
  const child = fork(fileURLToPath(new URL(`./${entry}.js`, import.meta.url)), [], {
    env: { PATH, HOME, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [...flags],
  });
  const ready = (await nextAnswer(child, entry)) as Ready;
  const send = async (message: ParentMessage<Question>): Promise<unknown> => {
    const answer = nextAnswer(child, entry);
    child.send(message);
    return answer;
  };
  const usage = async (): Promise<Usage> => (await send({ kind: 'usage' })) as Usage;
  return {
    ready,
    ask: async (question) => (await send({ kind: 'ask', question })) as Answer,
    usage,
    quiet: () => untilQuiet(entry, usage),
    stop: () => stopped(child),
  };
}

/** Children answer one message at a time, in order. */
function nextAnswer(child: ChildProcess, entry: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`${entry} ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message: ChildMessage) => {
      child.off('exit', ended);
      if (message.kind === 'failed') reject(new Error(`${entry}: ${message.message}`));
      else resolve(message.value);
    });
  });
}

async function untilQuiet(entry: string, usage: () => Promise<Usage>): Promise<void> {
  const deadline = performance.now() + quietTimeoutMs;
  let before = { at: performance.now(), ...(await usage()) };
  for (let quietProbes = 0; performance.now() < deadline; ) {
    await sleep(quietProbeMs);
    const now = { at: performance.now(), ...(await usage()) };
    const quiet = now.cpuMs - before.cpuMs < (now.at - before.at) * quietCpuShare;
    quietProbes = quiet ? quietProbes + 1 : 0;
    if (quietProbes === 2) return;
    before = now;
  }
  process.stderr.write(`${entry} was still at work after ${quietTimeoutMs} ms\n`);
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.send({ kind: 'stop' });
  });
}
