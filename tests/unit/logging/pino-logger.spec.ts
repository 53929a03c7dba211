import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../../../src/infrastructure/pino-logger.js';

function linesOf(write: (logger: ReturnType<typeof createLogger>) => void): readonly string[] {
  const lines: string[] = [];
  write(createLogger('trace', { write: (line: string) => void lines.push(line) }));
  return lines;
}

const canaries = [
  'sk_test_canary0123456789',
  'sk_live_canary0123456789',
  'rk_live_canary0123456789',
  'whsec_canary0123456789',
  'pi_3abc_secret_canary0123456789',
];

describe('the log', () => {
  it.each(canaries)('never shows %s, wherever it stands', (canary) => {
    const lines = linesOf((logger) => {
      logger.info(
        { note: canary, deep: { deeper: [canary] }, authorization: `Bearer ${canary}` },
        `with ${canary}`,
      );
      logger.error({ err: new Error(`No such key: ${canary}`, { cause: new Error(canary) }) }, 'failed');
      logger.warn({ client_secret: canary, nested: { apiKey: canary } }, 'careful');
    });
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('canary');
  });

  it('never shows a field whose name says that it is a secret, however deep', () => {
    const [line = ''] = linesOf((logger) =>
      logger.info({ password: 'opaque', of: { headers: [{ authorization: 'opaque', host: 'here' }] } }, 'x'),
    );
    expect(line).not.toContain('opaque');
    expect(JSON.parse(line)).toMatchObject({ of: { headers: [{ host: 'here' }] } });
  });

  it('shows a database address without its password', () => {
    const [line = ''] = linesOf((logger) =>
      logger.info({ url: 'postgres://counterfoil:canary@db:5432/x' }, 'connected'),
    );
    expect(line).toContain('postgres://counterfoil:[redacted]@db:5432/x');
  });

  it('writes amounts exactly, and one line whatever the text holds', () => {
    const lines = linesOf((logger) => logger.info({ amount: 2n ** 60n, text: 'a\nb\u001b[31m' }, 'c\r\nd'));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ amount: '1152921504606846976', msg: 'c\r\nd' });
  });

  it('holds the last line of a process that is killed right after it', async () => {
    const compiled = fileURLToPath(new URL('../../../dist/parts/pino-logger.js', import.meta.url));
    const program = `
      import { createLogger } from ${JSON.stringify(compiled)};
      const logger = createLogger('info');
      for (let n = 0; n < 100; n += 1) logger.info({ n }, 'said');
      process.kill(process.pid, 'SIGKILL');
      for (;;);`;
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', program], (_killed, out) => resolve(out));
    });
    expect(said.trim().split('\n')).toHaveLength(100);
    expect(JSON.parse(said.trim().split('\n').at(-1) ?? '')).toMatchObject({ n: 99, msg: 'said' });
  });
});
