import { access, chmod, constants, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A run's databases were seen to take less than half of it. */
const spaceMin = 2 ** 31;

/**
 * Gives the run a folder in which the first spec file that needs Postgres starts one server for all of them. Runs
 * that need none start none.
 */
export default async function setUp() {
  const folder = await mkdtemp(join(await placeForDatabases(), 'counterfoil-test-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  process.env.COUNTERFOIL_TEST_RUN_DIR = folder;
}

/** In memory where there is room: a copy of the template takes a tenth of the time that a disk takes, which keeps nothing anyway. */
async function placeForDatabases() {
  try {
    await access(memory, constants.W_OK);
    const { bavail, bsize } = await statfs(memory);
    if (bavail * bsize >= spaceMin) return memory;
  } catch {
    // Linux alone has such a place.
  }
  return tmpdir();
}
