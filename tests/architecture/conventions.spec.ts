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
const deciders: readonly string[] = [
  'alert',
  'branding',
  'collection',
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

type SourceFile = { readonly path: string; readonly text: string };

/** Every file of the product, by its path below `src/`. */
const product: readonly SourceFile[] = filesIn(src).map((file) => ({
  path: file.slice(src.length),
  text: readFileSync(file, 'utf8'),
}));

/** Lines that match, as `file: line`, but for the files that may. */
function linesMatching(files: readonly SourceFile[], pattern: RegExp, but: RegExp): readonly string[] {
  return files
    .filter(({ path }) => !but.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
}

/** Modules with a decider, in whichever of their files. */
function decidersIn(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const [, module = 'shared'] = /^domain\/([a-z-]+)\//.exec(path) ?? [];
    return module !== 'shared' && /: Decider</.test(text) ? [module] : [];
  });
}

const casts = /\bas (\w+Id|Instant|CivilDate|Currency)\b/;
const parsers = /^domain\/shared\/(ids|instant|currency|civil-date)\.ts$/;
// The embedded server's own programs are started with our PATH and nothing else.
const readers = /^(config|main|interfaces\/cli\/[a-z-]+|infrastructure\/postgres\/cluster-process)\.ts$/;
// Whole, an amount is a bigint; with a point, a decimal of the domain's own. A bar of a chart is no amount.
const numberOfMinor = /\bminor\??: number\b|\bNumber\((\w+\.)*minor\b/;
const floating = /\bparseFloat\(|\.toFixed\(|^(?!\s*(\*|\/\*|\/\/))[^'"`]*\b\d+\.\d/;
// Colours are measured, and so are the shares and times of which alerts tell.
const measured =
  /^(infrastructure|interfaces|composition)\/|^domain\/branding\/branding\.ts$|^application\/alert\//;
const forbiddenWords = /(helper|util|manager|impl|dto|base-)/;

/** Each rule answers what is against it, and has files planted that are. */
const rules: Readonly<
  Record<
    string,
    { broken(files: readonly SourceFile[]): readonly string[]; readonly planted: readonly SourceFile[] }
  >
> = {
  'an id or an instant is made by its parser, never by a cast': {
    broken: (files) => linesMatching(files, casts, parsers),
    planted: [
      { path: 'domain/payment/a.ts', text: 'const id = text as PaymentId;' },
      { path: 'application/payment/b.ts', text: 'x();\nreturn { at: now as Instant };' },
      { path: 'infrastructure/c.ts', text: 'const day = row.day as CivilDate;' },
      { path: 'interfaces/http/shared/ids.ts', text: "const euro = 'EUR' as Currency;" },
    ],
  },
  'nothing is left to Math.random': {
    broken: (files) => linesMatching(files, /Math\.random/, /^$/),
    planted: [{ path: 'application/shared/a.ts', text: 'const delay = Math.random() * 100;' }],
  },
  'only config.ts reads the environment, and main.ts and the tools hand it over': {
    broken: (files) => linesMatching(files, /process\.env/, readers),
    planted: [
      { path: 'infrastructure/stripe/a.ts', text: "const key = process.env['STRIPE_SECRET_KEY'];" },
      { path: 'interfaces/http/config.ts', text: 'readConfig(process.env);' },
    ],
  },
  'an amount is never a number that floats': {
    broken: (files) => [
      ...linesMatching(files, numberOfMinor, /^$/),
      ...linesMatching(files, floating, measured),
    ],
    planted: [
      { path: 'domain/invoice/a.ts', text: 'type Line = { readonly minor: number };' },
      { path: 'interfaces/http/a.ts', text: 'const shown = Number(money.minor) / 100;' },
      { path: 'domain/invoice/b.ts', text: 'const gross = net * 1.2;' },
      { path: 'application/plan/a.ts', text: 'const share = parseFloat(text);' },
      { path: 'application/ledger/a.ts', text: 'return sum.toFixed(2);' },
    ],
  },
  'one word stands for one thing': {
    broken: (files) => files.map(({ path }) => path).filter((path) => forbiddenWords.test(path)),
    planted: [
      { path: 'application/payment/payment-helper.ts', text: '' },
      { path: 'application/payment/payment-manager.ts', text: '' },
      { path: 'domain/shared/money-utils.ts', text: '' },
      { path: 'infrastructure/base-store.ts', text: '' },
      { path: 'infrastructure/store-impl.ts', text: '' },
      { path: 'interfaces/http/payment/payment-dto.ts', text: '' },
    ],
  },
  'a domain module that decides is on the list above': {
    broken: (files) => decidersIn(files).filter((module) => !deciders.includes(module)),
    planted: [
      {
        path: 'domain/voucher/voucher.ts',
        text: 'export const voucher: Decider<State, Command, Event, Rejection> = {};',
      },
      { path: 'domain/token/decide.ts', text: 'export const token: Decider<State, Command, Event, R> = {};' },
    ],
  },
};

describe('the rooms of the house', () => {
  it.each(Object.keys(folders))('of %s are the ones on the list', (layer) => {
    expect(folders[layer]).toEqual(expect.arrayContaining([...foldersIn(layer)]));
  });

  it.each(deciders)('%s has a decider and a codec', (module) => {
    expect(existsSync(join(src, `domain/${module}/${module}.ts`))).toBe(true);
    expect(decidersIn(product)).toContain(module);
    expect(existsSync(join(src, `application/${module}/${module}.codec.ts`))).toBe(true);
  });
});

describe('what no rule of the linter says', () => {
  it.each(Object.entries(rules))('%s', (_rule, { broken }) => {
    expect(broken(product)).toEqual([]);
  });

  it.each(Object.entries(rules))('is noticed where it is broken: %s', (_rule, { broken, planted }) => {
    // One by one, so that none of them hides behind another.
    for (const file of planted) expect([file.path, broken([file])]).toEqual([file.path, [expect.anything()]]);
  });
});
