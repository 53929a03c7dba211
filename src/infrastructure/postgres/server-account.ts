import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartupError } from '../startup-error.js';

const run = promisify(execFile);

/** Postgres refuses to run as root: whom it runs as instead. Undefined when we are an ordinary user ourselves. */
export type ServerAccount = { readonly uid: number; readonly gid: number };

const accountNames = ['postgres', 'nobody'];

/**
 * An existing cluster keeps its owner. A new one gets `postgres` where that user exists, else `nobody`, so that no
 * user is added to the machine.
 */
export async function chooseServerAccount(cluster: string): Promise<ServerAccount | undefined> {
  const own = process.getuid?.();
  const owner = await stat(cluster).catch(() => undefined);
  if (own === undefined) return undefined;
  if (own !== 0) {
    if (owner !== undefined && owner.uid !== own) throw wrongOwner(cluster, owner.uid);
    return undefined;
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of accountNames) {
    const account = await accountCalled(name);
    if (account !== undefined) return account;
  }
  throw new StartupError(
    `Postgres does not run as root, and there is no user ${accountNames.join(' or ')}`,
    'Start as an ordinary user, add a user called postgres, or set DATABASE_URL.',
  );
}

function wrongOwner(cluster: string, uid: number): StartupError {
  return new StartupError(
    `${cluster} belongs to another user (uid ${uid})`,
    'Start as the user who made it (root, if it was first started as root), or set COUNTERFOIL_DATA_DIR to another folder.',
  );
}

async function accountCalled(name: string): Promise<ServerAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return undefined;
  }
}

/** Whether the account may enter a folder: asked of the system, since modes of parents and ACLs all count. */
export async function mayEnter(folder: string, account: ServerAccount | undefined): Promise<boolean> {
  if (account === undefined) return true;
  return run('ls', ['-d', `${folder}/.`], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
