import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run mutants`: plants each bug of mutants.json in a copy of the tree, and runs the one test that must see it. Each test
 * also runs on the tree as it is, where it must pass. The exit code tells; `-- name` takes the mutants whose name holds it.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = join(root, 'docs/mutants.md');
const atOnce = 2;
const [wanted = ''] = process.argv.slice(2);
const all = JSON.parse(await readFile(join(root, 'tests/mutants/mutants.json'), 'utf8'));
const mutants = all.filter(({ name }) => name.includes(wanted));
const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

async function copyOfTree() {
  const copy = await mkdtemp(join(tmpdir(), 'counterfoil-mutant-'));
  for (const file of files) await cp(join(root, file), join(copy, file), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function run(command, args, cwd) {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: 300_000, maxBuffer: 1 << 26 }, (error) =>
      resolve(error === null),
    );
  });
}

/** `passed`, `failed` by a test that failed, or `broken`: it did not run at all. */
async function outcomeOf({ spec, test }, cwd) {
  // Programs of their own are started from the build.
  if (/\/(e2e|programs|faults)\//.test(spec) && !(await run('npm', ['run', '--silent', 'build'], cwd)))
    return 'broken';
  const report = join(cwd, 'mutant-report.json');
  const options = ['-i', '-t', test, '--json', '--outputFile', report, '--reporters', 'default'];
  await run('node', [join('node_modules', '.bin', 'jest'), spec, ...options], cwd);
  const { numFailedTests, numPassedTests, numRuntimeErrorTestSuites } = JSON.parse(
    await readFile(report, 'utf8').catch(() => '{"numRuntimeErrorTestSuites":1}'),
  );
  if (numRuntimeErrorTestSuites > 0) return 'broken';
  if (numFailedTests > 0) return 'failed';
  return numPassedTests > 0 ? 'passed' : 'broken';
}

async function inCopy(use) {
  const copy = await copyOfTree();
  try {
    return await use(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function judge(mutant) {
  const startedAt = Date.now();
  const asItIs = await inCopy((copy) => outcomeOf(mutant, copy));
  const broken = await inCopy(async (copy) => {
    const file = join(copy, mutant.file);
    const source = await readFile(file, 'utf8');
    if (source.split(mutant.search).length !== 2) return 'does not apply';
    await writeFile(
      file,
      source.replace(mutant.search, () => mutant.replace),
    );
    return outcomeOf(mutant, copy);
  });
  const killed = asItIs === 'passed' && broken === 'failed';
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  process.stdout.write(
    `${killed ? 'killed' : `SURVIVED (as it is: ${asItIs}, with the bug: ${broken})`}  ${mutant.name}  ${seconds} s\n`,
  );
  return { ...mutant, killed };
}

const judged = new Array(mutants.length);
let next = 0;
async function work() {
  for (let place = next++; place < mutants.length; place = next++)
    judged[place] = await judge(mutants[place]);
}
await Promise.all(Array.from({ length: atOnce }, work));

const survivors = judged.filter(({ killed }) => !killed);
if (wanted === '') {
  const rows = judged.map(
    ({ name, file, spec, test, killed }) =>
      `| ${name} | \`${file}\` | \`${spec}\`: ${test} | ${killed ? 'killed' : 'survived'} |`,
  );
  await writeFile(
    page,
    `# Mutants

Written by \`npm run mutants\`. Each bug was planted in a copy of the program, and the named test was seen to fail with it and to
pass without it.

| Bug | Planted in | Found by | |
|---|---|---|---|
${rows.join('\n')}
`,
  );
}
process.stdout.write(
  `${judged.length - survivors.length} of ${judged.length} killed, written to ${dirname(page)}\n`,
);
process.exit(survivors.length === 0 ? 0 : 1);
