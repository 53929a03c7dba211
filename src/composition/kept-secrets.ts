import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../infrastructure/startup-error.js';

/** Made at the first start where none is configured, and kept beside the database that it belongs to. @throws StartupError */
export async function keptSecretKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret-key');
  const kept = await readSecret(file);
  if (kept !== undefined) return kept;
  const made = randomBytes(32).toString('hex');
  try {
    await writeFile(file, `${made}\n`, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    // Another process of this folder was first.
    const theirs = await readSecret(file);
    if (theirs === undefined) throw error;
    return theirs;
  }
}

/**
 * What a file of a secret holds; undefined where there is no such file.
 * @throws StartupError where other users of this machine may read it
 */
export async function readSecret(file: string): Promise<string | undefined> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) return undefined;
  if ((stats.mode & 0o077) !== 0) {
    throw new StartupError(
      `Other users of this machine may read the secret in ${file}`,
      'Remove it, so that a new one is made; or chmod 600 it where nobody can have read it',
    );
  }
  return (await readFile(file, 'utf8')).trim();
}
