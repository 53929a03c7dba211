import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';

/**
 * The program puts a virtual platform under itself, which a process that runs other tests must not have: so it is built
 * and run as `npm run sim` does.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Each story has as many customers with invoices, orders and plans as it has payments. */
const seeds = 10;

type Ran = { readonly code: number | null; readonly output: string };

function run(...command: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
}

const sim = (...options: readonly string[]): Promise<Ran> =>
  run('dist-sim/tests/simulation/run.js', ...options);

beforeAll(async () => {
  const built = await run('build.mjs', 'dist-sim');
  expect(built).toEqual({ code: 0, output: '' });
}, 180_000);

describe('the whole application in virtual time', () => {
  it(`holds in ${seeds} stories of lost answers, shuffled webhooks and crashes`, async () => {
    const { code, output } = await sim('--seed', '1', '--seeds', `${seeds}`, '--days', '7');
    if (code !== 0) throw new Error(output);
    process.stdout.write(output);
    expect(output).toContain(`0 failures in ${seeds} seeds`);
    // Nothing is proved by stories in which nothing goes wrong.
    for (const what of ['crashes', 'lost answers', 'duplicated'])
      expect(countOf(output, what)).toBeGreaterThan(20);
  }, 300_000);

  it('tells the same story of one seed in every process', async () => {
    const [once, again, other] = await Promise.all([
      sim('--seed', '42', '--days', '10'),
      sim('--seed', '42', '--days', '10'),
      sim('--seed', '43', '--days', '10'),
    ]);
    const hash = hashOf(once.output);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf(again.output)).toBe(hash);
    expect(hashOf(other.output)).not.toBe(hash);
  }, 180_000);

  it.each([
    ['new_key_on_retry', '1', '7', '7', '0'],
    ['timeout_is_failure', '1', '7', '7', '0'],
    ['new_command_on_repeat', '1', '7', '7', '0'],
    // It shows in few stories: in the fifth of these.
    ['replay_is_news', '256', '30', '7', '0'],
    ['refund_forgotten', '1', '7', '7', '7'],
  ] as const)(
    'finds a planted bug: %s',
    async (plant, seed, days, payments, buyers) => {
      const story = [
        '--seed',
        seed,
        '--seeds',
        '60',
        '--days',
        days,
        '--payments',
        payments,
        '--buyers',
        buyers,
      ];
      const { code, output } = await sim(...story, '--plant', plant);
      expect(code).toBe(1);
      expect(output).toMatch(/seed \d+ FAILS: .+/);
      expect(output).toContain('smallest story found');
    },
    300_000,
  );
});

function countOf(output: string, what: string): number {
  return Number(new RegExp(`(\\d+) (?:webhooks sent, \\d+ )?${what}`).exec(output)?.[1] ?? 0);
}

function hashOf(output: string): string | undefined {
  return /^seed \d+: (\w+)$/m.exec(output)?.[1];
}
