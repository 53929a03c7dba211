import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { exitOf, startProgram } from '../../support/app-process.js';
import { eventually } from '../../support/eventually.js';

describe('The simulator as a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-process-'));
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Answers the first that it says. */
  const start = async (env: Record<string, string>): Promise<string> => {
    const program = startProgram('simulator.js', env);
    child = program.child;
    return eventually(
      async () => {
        if (program.child.exitCode !== null) throw new Error(`exited with ${program.child.exitCode}`);
        return program.output();
      },
      (said) => said.endsWith('\n'),
    );
  };
  const stopped = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined) throw new Error('nothing was started');
    child.kill(signal);
    return exitOf(child);
  };

  it('says when it is ready, stops on signals, and keeps its state over a SIGKILL', async () => {
    const env = { SIMULATOR_PORT: '0', SIMULATOR_DATA_DIR: join(folder, 'data') };
    const line = await start(env);
    expect(line).toMatch(/^stripe simulator ready at http:\/\/127\.0\.0\.1:\d+\n$/);
    const url = line.trim().split(' ').at(-1) ?? '';
    const pay = (base: string) =>
      fetch(`${base}/v1/payment_intents`, {
        method: 'POST',
        body: 'amount=1000&currency=usd&payment_method=pm_card_visa&allowed_payment_method_types[]=card&confirm=true',
        headers: {
          Authorization: 'Bearer sk_test_abc',
          'Content-Type': 'application/x-www-form-urlencoded',
          'Idempotency-Key': 'k',
        },
      }).then((response) => response.text());
    const first = await pay(url);
    await stopped('SIGKILL');
    const again = await start(env);
    expect(await pay(again.trim().split(' ').at(-1) ?? '')).toBe(first);
    expect(await stopped('SIGTERM')).toBe(0);
    await start(env);
    expect(await stopped('SIGINT')).toBe(0);
  });
});
