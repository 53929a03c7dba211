import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyExport } from '../../application/audit/verify-export.js';

/** `npm run verify-export -- FILE [KEY]`: ends with 1 when the file is not as it was signed, or not by that key. */
async function main([file, key]: readonly string[]): Promise<number> {
  if (file === undefined) {
    say('Usage: npm run verify-export -- FILE [SHA-256 of the key that is trusted]');
    return 2;
  }
  const { problems, events, lastPosition, complete, keys } = await verifyExport(
    createInterface({ input: createReadStream(file) }),
  );
  const unknown = key === undefined ? [] : keys.filter((each) => each !== key);
  for (const problem of problems) say(`FAIL  ${problem}`);
  for (const each of unknown) say(`FAIL  signed by another key: ${each}`);
  if (problems.length + unknown.length > 0) return 1;
  say(`ok    ${events} events up to position ${lastPosition}${complete ? '' : '; more follow'}`);
  for (const each of keys) say(`      signed by ${each}${key === undefined ? ', if you trust it' : ''}`);
  return 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
