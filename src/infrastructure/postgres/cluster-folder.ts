import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chown,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '../make-folder.js';
import { StartupError } from '../startup-error.js';
import type { Cluster } from './cluster-process.js';
import { serverEnvironment } from './cluster-process.js';
import type { ServerAccount } from './server-account.js';
import { mayEnter } from './server-account.js';

const run = promisify(execFile);

export const superuser = 'counterfoil';

/** Makes the folder that holds the cluster and what belongs to it. @throws StartupError */
export async function prepareDataDir(dataDir: string): Promise<string> {
  const mend = 'Set COUNTERFOIL_DATA_DIR to a folder that this user may write.';
  try {
    await makeFolder(dataDir);
    const probe = join(dataDir, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new StartupError(`cannot write to the data folder ${dataDir}: ${(error as Error).message}`, mend);
  }
  if (await exists(join(dataDir, 'PG_VERSION'))) {
    throw new StartupError(
      `${dataDir} is itself a data folder of a Postgres server`,
      'Set COUNTERFOIL_DATA_DIR to a folder of our own, or set DATABASE_URL to use that server.',
    );
  }
  return realpath(dataDir);
}

/**
 * Where the cluster lies: in the data folder, or, where the server's account may not enter that (a checkout in root's
 * home), under `elsewhere` with a symbolic link in the data folder.
 */
export async function placeCluster(
  dataDir: string,
  account: ServerAccount | undefined,
  elsewhere: string,
): Promise<string> {
  const cluster = join(dataDir, 'cluster');
  if (await exists(cluster)) return realpath(cluster);
  if (await mayEnter(dataDir, account)) return cluster;
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const folder = join(elsewhere, `data-${key}`);
  await makeFolder(folder);
  if (!(await mayEnter(folder, account))) {
    throw new StartupError(
      `the database's user may enter neither ${dataDir} nor ${folder}`,
      'Set COUNTERFOIL_DATA_DIR to a folder that every user may enter, or start as an ordinary user.',
    );
  }
  const placed = join(folder, 'cluster');
  await rm(cluster, { force: true });
  await symlink(placed, cluster);
  return placed;
}

/** @throws StartupError when the folder holds something else than a cluster of our server's major version */
export async function checkCluster({ folder, binaries }: Cluster): Promise<'absent' | 'present'> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return ['?'];
    throw new StartupError(`cannot read ${folder}: ${error.message}`, 'Start as the user who owns it.');
  });
  if (entries.length === 0) return 'absent';
  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (version === '') {
    throw new StartupError(
      `${folder} is not a data folder of Postgres`,
      'Move it away to begin with an empty one, or set COUNTERFOIL_DATA_DIR to another folder.',
    );
  }
  if (version !== binaries.majorVersion) {
    throw new StartupError(
      `${folder} was made by Postgres ${version}; this installation brings Postgres ${binaries.majorVersion}`,
      `Dump it with Postgres ${version} and restore the dump, or set DATABASE_URL to a Postgres ${version} that serves it.`,
    );
  }
  return 'present';
}

/** Makes an empty cluster beside its place and moves it there when complete: a start cut short leaves nothing half. */
export async function initialiseCluster(
  { folder, binaries, account }: Cluster,
  password: string,
): Promise<void> {
  const workspace = `${folder}.new`;
  await rm(workspace, { recursive: true, force: true });
  await mkdir(workspace, { mode: 0o700 });
  const passwordFile = join(workspace, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) {
    await chown(workspace, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const draft = join(workspace, 'cluster');
  try {
    await run(
      binaries.initdb,
      [
        ...['-D', draft, '--username', superuser, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
        // The same order of text on every machine, whatever locales it has.
        ...[
          '--encoding',
          'UTF8',
          '--locale-provider',
          'builtin',
          '--builtin-locale',
          'C.UTF-8',
          '--locale',
          'C',
        ],
      ],
      { ...account, cwd: '/', env: serverEnvironment() },
    );
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = stderr?.split('\n').find((line) => /error|FATAL|could not/.test(line)) ?? message;
    throw new StartupError(
      `cannot make a database in ${folder}: ${said.trim()}`,
      'Check free space and permissions of that folder, or set DATABASE_URL.',
      { cause: error },
    );
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
