import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the run a folder in which the first spec file that needs Postgres starts one server for all of them. Runs
 * that need none start none.
 */
export default async function setUp() {
  process.env.COUNTERFOIL_TEST_RUN_DIR = await mkdtemp(join(tmpdir(), 'counterfoil-test-'));
}
