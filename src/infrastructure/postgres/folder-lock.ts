import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { StartupError } from '../startup-error.js';

export type FolderLock = { release(): Promise<void> };

const attemptsMax = 5;

/**
 * Takes the lock file of a folder for this process. A lock whose process has ended is taken over; process ids are
 * reused, above all in containers, so the process's start time is compared too where the system tells it.
 * @throws StartupError when a live process holds it
 */
export async function lockFolder(path: string, folder: string): Promise<FolderLock> {
  const own = await descriptionOf(process.pid);
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, own);
  try {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      if (await linked(draft, path)) return { release: () => release(path, own) };
      const holder = await readFile(path, 'utf8').catch(() => '');
      const pid = Number.parseInt(holder, 10);
      if (pid > 0 && holder === (await descriptionOf(pid).catch(() => ''))) {
        throw new StartupError(
          `${folder} is in use by another Counterfoil process (pid ${pid})`,
          'Stop that process, or give this one a folder of its own with COUNTERFOIL_DATA_DIR.',
        );
      }
      await removeStale(path, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new StartupError(`the lock ${path} keeps changing hands`, 'Start one process per data folder.');
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the file away and looks again, since another process may have taken the lock over in between. */
async function removeStale(path: string, seen: string): Promise<void> {
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8').catch(() => '')) !== seen)
    await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, own: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === own) await rm(path, { force: true });
}

/** @throws when no such process lives */
async function descriptionOf(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user cannot be signalled, but it lives.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in the second field may hold spaces; the state is the third field of all, the start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process that was killed stays in the table until its parent has looked; it holds nothing any more.
  if (fields[0] === 'Z') throw new Error(`process ${pid} has ended`);
  const startTime = fields[19] ?? '';
  return `${pid} ${startTime}\n`;
}
