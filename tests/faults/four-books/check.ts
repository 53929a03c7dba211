import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pauseMs } from '../../support/eventually.js';
import type { ClientHistory } from './client-history.js';
import { compareBooks } from './compare.js';
import { readDatabaseBook, readStreams, readWaiting } from './database-book.js';
import type { Discrepancy } from './discrepancy.js';
import { readProviderBook } from './provider-book.js';
import { foldStreams } from './streams-book.js';

export type Books = {
  readonly history: ClientHistory;
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
};

/** Between two looks of which the first saw nothing. */
const soonMs = 50;

/** Reads all four books and answers every discrepancy between them. They must be at rest: see `untilQuiet`. */
export async function checkFourBooks(books: Books): Promise<readonly Discrepancy[]> {
  const client = new pg.Client({ connectionString: books.databaseUrl });
  await client.connect();
  try {
    return compareBooks({
      history: books.history,
      streams: foldStreams(await readStreams(client)),
      database: await readDatabaseBook(client),
      provider: await readProviderBook(books.simulatorUrl),
    });
  } finally {
    await client.end();
  }
}

/** Waits until nothing is under way on either side; answers what still is when the time is over, and how long it took. */
export async function untilQuiet(
  books: Pick<Books, 'databaseUrl' | 'simulatorUrl'>,
  timeoutMs: number,
): Promise<{ readonly waiting: readonly string[]; readonly ms: number }> {
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  const client = new pg.Client({ connectionString: books.databaseUrl });
  await client.connect();
  try {
    for (let looks = 0, quietLooks = 0; ; looks += 1) {
      const waiting = [...(await deliveriesLeft(books.simulatorUrl)), ...(await readWaiting(client))];
      // Twice: a webhook may leave the simulator between our look at it and our look at the inbox.
      quietLooks = waiting.length === 0 ? quietLooks + 1 : 0;
      if (quietLooks === 2 || elapsed() > timeoutMs) return { waiting, ms: elapsed() };
      await sleep(quietLooks === 1 ? soonMs : pauseMs(looks));
    }
  } finally {
    await client.end();
  }
}

async function deliveriesLeft(simulatorUrl: string): Promise<readonly string[]> {
  const answer = await fetch(new URL('/sim/state', simulatorUrl));
  const { pending_deliveries: left } = (await answer.json()) as { pending_deliveries: number };
  return left === 0 ? [] : [`${left} webhooks are not delivered`];
}
