import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { Build } from '../laboratory/programs.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Why no program of an older commit can be built here; undefined when one can. */
export function reasonAgainst(ref: string | undefined): string | undefined {
  if (ref === undefined || ref === '') return 'it is not told which commit is the older one (--old REF)';
  const { status } = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { cwd: root });
  if (status === 0) return undefined;
  return `there is no commit ${ref} here: a checkout without its history, or a shallow one`;
}

/**
 * Builds the program of an older commit, as that commit builds itself. It takes this checkout's packages where its lockfile asks for the
 * same ones, and installs its own otherwise.
 */
export async function buildOlder(ref: string): Promise<Build> {
  // Not below node_modules: of what lies there esbuild reads no tsconfig.json.
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-older-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'older.tar');
    await run('git', ['archive', '--output', archive, ref], { cwd: root });
    await run('tar', ['-xf', archive, '-C', folder]);
    if (isDeepStrictEqual(await packagesOf(folder), await packagesOf(root))) {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    } else {
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
    }
    await run('npm', ['run', '--silent', 'build'], { cwd: folder });
    return { folder: join(folder, 'dist'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What a lockfile installs, without what it says of the program itself. */
async function packagesOf(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>;
  };
  const { '': _itself, ...packages } = lock.packages;
  return packages;
}
