import { existsSync } from 'node:fs';
import { checkConfig } from '../../composition/config-check.js';
import { InvalidConfig, readConfig } from '../../config.js';
import { createLogger } from '../../infrastructure/pino-logger.js';

const marks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/** `npm run doctor`: checks the environment before the first start; ends with 1 when something would keep it from working. */
async function main(): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const report = await checkConfig(readConfig(process.env), createLogger('silent'), null);
  say(`Mode ${report.mode}`);
  for (const { name, status, detail, mend } of report.checks) {
    say(
      `  ${marks[status]}  ${name.padEnd(17)} ${detail}${mend === null ? '' : `\n${' '.repeat(26)}${mend}`}`,
    );
  }
  return report.status === 'fail' ? 1 : 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof InvalidConfig)) throw error;
  for (const { variable, problem, mend } of error.problems) say(`  FAIL  ${variable} ${problem}. ${mend}`);
  process.exitCode = 1;
}
