import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Build, Checkpoint } from '../../../src/infrastructure/projections/builds.js';
import { CheckpointMoves } from '../../../src/infrastructure/projections/checkpoint-moves.js';
import { eventually } from '../../support/eventually.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recorded, tally } from './support.js';

const buildOf = (key: string): Build => ({ key, schema: `read_${key}` });
const at = (position: bigint): Checkpoint => ({ version: 1, epoch: 0n, position, parked: false });

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function makeCheckpoints(names: readonly string[], position: bigint): Promise<void> {
  await bench.rows(
    'insert into counterfoil.projections (name, version, position) select name, 1, $2 from unnest($1::text[]) as name',
    [names, position],
  );
}

async function positions(names: readonly string[]): Promise<readonly unknown[]> {
  const rows = await bench.rows(
    'select position from counterfoil.projections where name = any($1::text[]) order by name',
    [names],
  );
  return rows.map(({ position }) => position);
}

describe('Moves of checkpoints', () => {
  it('leave alone what is held, moved, of another version or rebuilt, and move all others', async () => {
    const names = ['epoch', 'free', 'held', 'moved', 'other', 'version'];
    await makeCheckpoints(names, 5n);
    await bench.rows(`update counterfoil.projections set position = 6 where name = 'moved'`);
    await bench.rows(`update counterfoil.projections set version = 2 where name = 'version'`);
    await bench.rows(`update counterfoil.projections set epoch = 1 where name = 'epoch'`);
    const holder = await bench.pool.connect();
    await holder.query(`begin; select from counterfoil.projections where name = 'held' for update`);
    const moves = new CheckpointMoves(bench.pool);
    const moved = await Promise.all(names.map((name) => moves.move(buildOf(name), at(5n), 9n))).finally(
      async () => {
        await holder.query('rollback');
        holder.release();
      },
    );
    expect(moved).toEqual([false, true, false, false, true, false]);
    expect(await positions(names)).toEqual([5n, 9n, 5n, 6n, 9n, 5n]);
    expect(await moves.move(buildOf('held'), at(5n), 9n)).toBe(true);
    await moves.close();
  });

  it('go out together, of all read models that an event means nothing to', async () => {
    await bench.rows(`create sequence public.statements minvalue 0 start 0;
      create function public.count_statements() returns trigger language plpgsql as $$ begin
        perform nextval('public.statements'); return null; end $$;
      create trigger count_statements after update on counterfoil.projections
        for each statement execute function public.count_statements()`);
    const names = Array.from({ length: 12 }, (_, n) => `silent_${n}`);
    const store = new RecordedEventStore();
    const running = await bench.start(
      store,
      names.map((name) => ({ ...tally, name, changesOf: () => [] })),
    );
    store.add(recorded('thing-1', 0n, 1n));
    await eventually(
      () => positions(names),
      (reached) => reached.every((position) => position === 1n),
    );
    await running.stop();
    const [made] = await bench.rows(`select nextval('public.statements')::int as statements`);
    expect(made?.['statements']).toBeLessThan(names.length / 2);
  });
});
