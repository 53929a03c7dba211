import { expect } from '@jest/globals';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { PostgresProjections } from '../../../src/infrastructure/projections/postgres-projections.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
import { tally } from '../../integration/projections/support.js';
import { silentLogger } from '../../support/postgres.js';

/** Takes an event only as the next one of its stream: one that is late, early or doubled leaves its stream parked. */
const inOrder: Projection = {
  ...tally,
  ddl: `${tally.ddl};
    create function check_order() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' and new.last <> new.events - 1
        or tg_op = 'UPDATE' and (new.events <= old.events or new.last - old.last <> new.events - old.events) then
        raise exception 'out of order: % after %', new.last, old.last using errcode = 'check_violation';
      end if;
      return new; end $$;
    create trigger in_order before insert or update on tally for each row execute function check_order();`,
};

/** Runs a read model of the whole log, with an event store and connections of its own, while others write and are killed. */
export async function projectBeside(url: string): Promise<{
  /** Compares what was projected with what is stored. */
  expectEachOnce(stored: readonly RecordedEvent[]): Promise<void>;
  stop(): Promise<void>;
}> {
  const pool = createPool({
    connectionString: url,
    max: 10,
    applicationName: 'projections-beside',
    logger: silentLogger,
  });
  const store = new PostgresEventStore({ connectionString: url, logger: silentLogger });
  const projections = new PostgresProjections({ pool, store, projections: [inOrder], logger: silentLogger });
  await projections.start();
  return {
    async expectEachOnce(stored) {
      expect(await projections.reached(stored.at(-1)?.position ?? 0n, 120_000)).toBe(true);
      const counts = new Map<string, bigint>();
      for (const { stream } of stored) counts.set(stream, (counts.get(stream) ?? 0n) + 1n);
      const { rows } = await pool.query<{ stream: string; events: bigint; last: bigint }>(
        'select stream, events, last from read_tally.tally',
      );
      const wrong = rows.filter(
        ({ stream, events, last }) => events !== counts.get(stream) || last !== events - 1n,
      );
      expect(wrong).toEqual([]);
      expect(rows.length).toBe(counts.size);
    },
    async stop() {
      await projections.stop();
      await store.close();
      await pool.end();
    },
  };
}
