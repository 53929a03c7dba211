import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Every folder that a layer may have. A new one is a decision, so it is made here. */
const folders: Readonly<Record<string, readonly string[]>> = {
  '.': ['application', 'composition', 'domain', 'infrastructure', 'interfaces'],
  domain: [
    'alert',
    'branding',
    'collection',
    'credit',
    'customer',
    'exposure',
    'invoice',
    'invoice-template',
    'ledger',
    'limit',
    'manual-payment',
    'order',
    'payment',
    'plan',
    'shared',
    'user',
  ],
  application: [
    'alert',
    'audit',
    'branding',
    'collection',
    'credit',
    'customer',
    'document',
    'exposure',
    'invoice',
    'invoice-template',
    'ledger',
    'limit',
    'manual-payment',
    'notification',
    'order',
    'payment',
    'plan',
    'policies',
    'ports',
    'shared',
    'user',
    'webhook',
  ],
  infrastructure: [
    'event-store',
    'limits',
    'metrics',
    'notification',
    'oidc',
    'pdf',
    'postgres',
    'projections',
    'read-models',
    'redis',
    'resilience',
    'stripe',
    'stripe-simulator',
    'users',
  ],
  interfaces: ['cli', 'http', 'worker'],
};

/** Domain modules that decide, each with its codec in the application layer. */
const deciders = [
  'branding',
  'credit',
  'customer',
  'exposure',
  'invoice-template',
  'invoice',
  'limit',
  'manual-payment',
  'order',
  'payment',
  'plan',
  'user',
];

function foldersIn(layer: string): readonly string[] {
  return readdirSync(join(src, layer), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => file.endsWith('.ts') && statSync(file).isFile());
}

/** Lines of the product that match, as `file: line`. */
function linesMatching(pattern: RegExp, but: RegExp): readonly string[] {
  return filesIn(src)
    .filter((file) => !but.test(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${file.slice(src.length)}: ${line.trim()}`),
    );
}

describe('the rooms of the house', () => {
  it.each(Object.keys(folders))('of %s are the ones on the list', (layer) => {
    expect(folders[layer]).toEqual(expect.arrayContaining([...foldersIn(layer)]));
  });

  it.each(deciders)('%s has a decider and a codec', (module) => {
    expect(existsSync(join(src, `domain/${module}/${module}.ts`))).toBe(true);
    expect(existsSync(join(src, `application/${module}/${module}.codec.ts`))).toBe(true);
  });
});

describe('what no rule of the linter says', () => {
  it('an id or an instant is made by its parser, never by a cast', () => {
    const casts = /\bas (\w+Id|Instant|CivilDate|Currency)\b/;
    expect(linesMatching(casts, /domain\/shared\/(ids|instant|currency|civil-date)\.ts$/)).toEqual([]);
  });

  it('nothing is left to Math.random', () => {
    expect(linesMatching(/Math\.random/, /^$/)).toEqual([]);
  });

  it('only config.ts reads the environment, and main.ts and the tools hand it over', () => {
    // The embedded server's own programs are started with our PATH and nothing else.
    const allowed = /(src\/config|src\/main|interfaces\/cli\/[a-z-]+|postgres\/cluster-process)\.ts$/;
    expect(linesMatching(/process\.env/, allowed)).toEqual([]);
  });

  it('an amount is never a number that floats', () => {
    // Whole, it is a bigint; with a point, a decimal of the domain's own. A bar of a chart is no amount.
    expect(linesMatching(/\bminor\??: number\b|\bNumber\((\w+\.)*minor\b/, /^$/)).toEqual([]);
    const floating = /\bparseFloat\(|\.toFixed\(|^(?!\s*(\*|\/\*|\/\/))[^'"`]*\b\d+\.\d/;
    // Colours are measured, and so are the shares and times of which alerts tell.
    const measured =
      /src\/(infrastructure|interfaces|composition)\/|domain\/branding\/branding\.ts$|application\/alert\//;
    expect(linesMatching(floating, measured)).toEqual([]);
  });

  it('one word stands for one thing', () => {
    expect(filesIn(src).filter((file) => /(helper|util|manager|impl|dto|base-)/.test(file))).toEqual([]);
  });
});
