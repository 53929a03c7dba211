import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the run a folder in which the first spec file that needs Postgres starts one server for all of them. Runs
 * that need none start none.
 */
export default async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-test-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  process.env.COUNTERFOIL_TEST_RUN_DIR = folder;
}
