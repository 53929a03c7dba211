import { expect, it } from '@jest/globals';
import { expectNothingLost } from '../faults/event-store/nothing-lost.js';
import { projectBeside } from '../faults/event-store/project-beside.js';
import { runWritersAndKills } from '../faults/event-store/writers-and-kills.js';
import { createTestDatabase } from '../support/postgres.js';

/** Takes minutes: part of `npm run soak` only. The short version of it is in tests/faults/event-store. */
it('F20: skips, reorders and doubles nothing of 200,000 events by eight writers', async () => {
  const database = await createTestDatabase();
  const startedAt = Date.now();
  const beside = await projectBeside(database.url);
  try {
    const report = await runWritersAndKills(database.url, 200_000);
    expectNothingLost(report);
    await beside.expectEachOnce(report.stored);
    const { stored, acknowledged, rollbacks, kills } = report;
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(
      `${stored.length} events stored, ${acknowledged.length} acknowledged, ${rollbacks} rollbacks, ${kills} kills, ${seconds} s`,
    );
    expect(acknowledged.length).toBeGreaterThanOrEqual(200_000);
  } finally {
    await beside.stop();
    await database.drop();
  }
}, 900_000);
