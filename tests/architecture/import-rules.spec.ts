import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rules = JSON.parse(readFileSync(join(root, '.dependency-cruiser.json'), 'utf8')) as {
  readonly forbidden: readonly { readonly name: string }[];
};

/** One planted violation for each rule: file, what it imports, and the rule that must go red. */
const violations: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['domain/payment/a.ts', "import { readFile } from 'node:fs';", 'domain-sees-only-domain'],
  [
    'domain/payment/b.ts',
    "import type { X } from '../../application/ports/x.js';",
    'domain-sees-only-domain',
  ],
  ['domain/payment/c.ts', "import type { X } from '../ledger/x.js';", 'domain-modules-are-islands'],
  ['application/payment/a.ts', "import { x } from '../../infrastructure/x.js';", 'application-sees-domain'],
  ['application/payment/b.ts', "import pg from 'pg';", 'application-is-plain'],
  [
    'application/payment/c.ts',
    "import { Container } from 'inversify';",
    'inversify-only-where-things-are-wired',
  ],
  [
    'infrastructure/a.ts',
    "import { x } from '../interfaces/http/x.js';",
    'infrastructure-sees-application-and-domain',
  ],
  [
    'interfaces/http/a.ts',
    "import type { X } from '../../infrastructure/x.js';",
    'interfaces-see-application-and-domain',
  ],
  [
    'interfaces/http/b.ts',
    "import { x } from '../../composition/x.js';",
    'only-main-and-cli-see-composition',
  ],
  [
    'infrastructure/stripe-simulator/a.ts',
    "import { x } from '../../domain/ledger/x.js';",
    'simulator-is-an-independent-witness',
  ],
  ['infrastructure/b.ts', "import Stripe from 'stripe';", 'stripe-sdk-only-in-its-adapter'],
  ['domain/ledger/circle.ts', "import { y } from './other-half.js';", 'no-circles'],
  ['domain/ledger/lost.ts', "import { y } from './nowhere.js';", 'no-unresolvable'],
];
const targets = [
  'application/ports/x.ts',
  'domain/ledger/x.ts',
  'infrastructure/x.ts',
  'interfaces/http/x.ts',
  'composition/x.ts',
];

describe('the import rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-rules-'));
  let broken: readonly { readonly from: string; readonly rule: { readonly name: string } }[] = [];

  beforeAll(() => {
    const write = (file: string, text: string): void => {
      const path = join(folder, 'src', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    };
    for (const file of targets) write(file, 'export const x = 1;\nexport type X = 1;\n');
    write('domain/ledger/other-half.ts', "import { y } from './circle.js';\nexport { y };\n");
    for (const [file, imports] of violations) write(file, `${imports}\nexport const y = 1;\n`);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), readFileSync(join(root, 'package.json')));
    writeFileSync(join(folder, 'rules.json'), readFileSync(join(root, '.dependency-cruiser.json')));
    const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const report = execFileSync(
      process.execPath,
      [depcruise, '--config', 'rules.json', '--output-type', 'json', 'src'],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    broken = (JSON.parse(report) as { summary: { violations: typeof broken } }).summary.violations;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(violations)('see red: src/%s with %s breaks %s', (file, _imports, rule) => {
    const found = broken
      .filter((violation) => violation.from === `src/${file}`)
      .map(({ rule: { name } }) => name);
    expect(found).toContain(rule);
  });

  it('have a planted violation each', () => {
    expect(new Set(violations.map(([, , rule]) => rule))).toEqual(
      new Set(rules.forbidden.map(({ name }) => name)),
    );
  });
});
