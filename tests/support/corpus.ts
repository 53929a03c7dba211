import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';

const folder = new URL('./corpus/', import.meta.url);

/** JSON in which an amount keeps every digit: a bigint is an object with its digits. */
export function writeCase(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? { $bigint: each.toString() } : each,
  );
}

export function readCase(text: string): unknown {
  return JSON.parse(text, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && '$bigint' in each ? BigInt(String(each.$bigint)) : each,
  );
}

/** What once broke the property of this name: a line of JSON each, the oldest first; none where there is no file. */
export function keptCases<Ts>(name: string, from: URL = folder): Ts[] {
  const file = new URL(`${name}.jsonl`, from);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (readCase(line) as { readonly value: Ts }).value);
}

/**
 * Asserts a property, with everything first that once broke it. When it breaks, the message ends with the line that keeps
 * the case: seed, path and the shrunk value.
 */
export function holds<Ts>(
  name: string,
  property: fc.IProperty<Ts>,
  parameters: fc.Parameters<Ts> = {},
  from: URL = folder,
): void {
  fc.assert(property, keeping(name, parameters, from));
}

/** The same for a property that waits for something. */
export function holdsAsync<Ts>(
  name: string,
  property: fc.IAsyncProperty<Ts>,
  parameters: fc.Parameters<Ts> = {},
  from: URL = folder,
): Promise<void> {
  return fc.assert(property, keeping(name, parameters, from));
}

function keeping<Ts>(name: string, parameters: fc.Parameters<Ts>, from: URL): fc.Parameters<Ts> {
  return {
    ...parameters,
    examples: keptCases<Ts>(name, from),
    reporter: (details) => {
      if (!details.failed) return;
      const { seed, counterexamplePath: path, counterexample: value } = details;
      const line = writeCase({ found: '(what was wrong)', seed, path, value });
      throw new Error(
        `${fc.defaultReportMessage(details)}\n\nTo keep it, add to tests/support/corpus/${name}.jsonl:\n${line}\n`,
      );
    },
  };
}
