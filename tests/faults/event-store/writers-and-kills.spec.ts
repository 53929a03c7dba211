import { it } from '@jest/globals';
import { createTestDatabase } from '../../support/postgres.js';
import { expectNothingLost } from './nothing-lost.js';
import { projectBeside } from './project-beside.js';
import { runWritersAndKills } from './writers-and-kills.js';

it('F20: skips, reorders and doubles nothing of 20,000 events by eight writers under rollbacks and kills', async () => {
  const database = await createTestDatabase();
  const beside = await projectBeside(database.url);
  try {
    const report = await runWritersAndKills(database.url, 20_000);
    expectNothingLost(report);
    await beside.expectEachOnce(report.stored);
  } finally {
    await beside.stop();
    await database.drop();
  }
});
