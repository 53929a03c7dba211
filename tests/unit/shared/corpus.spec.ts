import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holds, holdsAsync, keptCases, readCase, writeCase } from '../../support/corpus.js';

const root = new URL('../../', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-corpus-'));
const here = pathToFileURL(`${folder}/`);
afterAll(() => rmSync(folder, { recursive: true }));

describe('a case that once broke a property', () => {
  it('keeps every digit of its amounts', () => {
    const value = [{ minor: 2n ** 63n + 1n, currency: 'USD' }, [-1n, 0n], 'text', null, 1.5];
    expect(readCase(writeCase(value))).toEqual(value);
  });

  it('is printed as the line to keep, shrunk, and is what the property looks at first from then on', () => {
    const seen: bigint[] = [];
    const small = fc.property(fc.bigInt(0n, 2n ** 70n), (minor) => {
      seen.push(minor);
      expect(minor < 1_000_000_000_000n).toBe(true);
    });
    const line = lineOf(() => holds('small', small, { seed: 7 }, here));
    expect(line).toMatch(
      /^\{"found":"\(what was wrong\)","seed":7,"path":"[\d:]+","value":\[\{"\$bigint":"1000000000000"\}\]\}$/,
    );
    writeFileSync(join(folder, 'small.jsonl'), `${line}\n`);
    expect(keptCases('small', here)).toEqual([[1_000_000_000_000n]]);
    seen.length = 0;
    lineOf(() => holds('small', small, {}, here));
    expect(seen[0]).toBe(1_000_000_000_000n);
  });

  it('is kept and looked at in the same way where the property waits for something', async () => {
    const seen: number[] = [];
    const slow = fc.asyncProperty(fc.nat(100_000), async (size) => {
      seen.push(size);
      expect(size).toBeLessThan(10);
    });
    const line = await holdsAsync('slow', slow, { seed: 7 }, here).then(
      () => 'it held',
      (error: unknown) => lastLine(error),
    );
    expect(readCase(line)).toMatchObject({ seed: 7, value: [10] });
    writeFileSync(join(folder, 'slow.jsonl'), `${line}\n`);
    seen.length = 0;
    await expect(holdsAsync('slow', slow, {}, here)).rejects.toThrow('slow.jsonl');
    expect(seen[0]).toBe(10);
  });

  it('is of a property that there is', () => {
    const tests = ['unit', 'laws'].flatMap((at) =>
      readdirSync(new URL(at, root), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(new URL(`${at}/${file}`, root), 'utf8')),
    );
    const kept = readdirSync(new URL('support/corpus', root)).map((file) => file.replace('.jsonl', ''));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((name) => !tests.some((text) => text.includes(`'${name}'`)))).toEqual([]);
  });
});

/** The last line of what a property says when it breaks. */
function lineOf(broken: () => void): string {
  try {
    broken();
  } catch (error) {
    return lastLine(error);
  }
  throw new Error('the property held');
}

function lastLine(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.trimEnd().split('\n').at(-1) ?? '';
}
