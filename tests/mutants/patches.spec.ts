import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  readonly spec: string;
};

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const mutants = JSON.parse(read('tests/mutants/mutants.json')) as readonly Mutant[];

/** `npm run mutants` plants them all and takes minutes; that each can still be planted is seen here. */
describe('the planted bugs of `npm run mutants`', () => {
  it.each(mutants)('can be planted in one place each: $name', ({ file, search, replace, spec }) => {
    expect(read(file).split(search)).toHaveLength(2);
    expect(replace).not.toBe(search);
    expect(read(spec)).not.toBe('');
  });

  it('are told apart by their names, and are on the page', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    const page = read('docs/mutants.md');
    expect(mutants.filter(({ name }) => !page.includes(`| ${name} |`))).toEqual([]);
  });
});
