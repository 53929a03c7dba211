import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { appendAgainWhenUnknown } from '../../../src/application/shared/command-handler.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import type { Guard } from '../../../src/infrastructure/resilience/store-breakers.js';
import { createStoreBreakers } from '../../../src/infrastructure/resilience/store-breakers.js';
import { silentLogger } from '../../support/postgres.js';

const clock = { now: () => new Date().toISOString() as Instant };
const breakers = () => createStoreBreakers('postgres', { clock, logger: silentLogger });
const stateOf = (all: ReturnType<typeof breakers>, name: string) =>
  all.status().find((each) => each.name === name)?.state;

function serverError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(`SQLSTATE ${code}`, 0, 'error'), { code, severity: 'ERROR' });
}
const lost = new Error('Query read timeout');
const answered = (cause: Error) => new EventStoreUnavailable('cannot', { cause });

/** What so many calls behind a guard threw, and how many of them were made. */
async function calls(guard: Guard, error: Error, times: number) {
  let made = 0;
  const thrown: unknown[] = [];
  for (let n = 0; n < times; n += 1) {
    await guard(async () => {
      made += 1;
      throw error;
    }).catch((each: unknown) => thrown.push(each));
  }
  return { made, thrown };
}

describe('the breakers of the stores', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('refuse appends at once after four lost batches in a row, and say that nothing was written', async () => {
    const all = breakers();
    const { made, thrown } = await calls(all.events.appends, new AppendOutcomeUnknown('no answer'), 10);
    expect(made).toBe(4);
    expect(thrown[3]).toBeInstanceOf(AppendOutcomeUnknown);
    expect(thrown[4]).toBeInstanceOf(EventStoreUnavailable);
    expect(all.status().map(({ name, state }) => `${name} ${state}`)).toEqual([
      'postgres_appends open',
      'postgres_reads closed',
      'postgres_door closed',
      'postgres_queries closed',
    ]);
  });

  it('let one call through to see whether the store is back, and nobody wait behind it', async () => {
    const all = breakers();
    await calls(all.events.appends, answered(lost), 4);
    jest.advanceTimersByTime(1_000);
    expect(stateOf(all, 'postgres_appends')).toBe('half_open');
    let answer = (_value: string): void => undefined;
    const probe = all.events.appends(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    await expect(all.events.appends(async () => 'behind it')).rejects.toThrow(EventStoreUnavailable);
    answer('back');
    expect(await probe).toBe('back');
    expect(await all.events.appends(async () => 'after it')).toBe('after it');
    expect(stateOf(all, 'postgres_appends')).toBe('closed');
  });

  it('stay closed at conflicts, violations, serialization failures and what is wrong with one call', async () => {
    const all = breakers();
    for (const code of ['23505', '40001', '40P01', '55P03', '22P02', '42601', '57014', '53100']) {
      expect((await calls(all.door, serverError(code), 30)).made).toBe(30);
      expect((await calls(all.events.reads, answered(serverError(code)), 30)).made).toBe(30);
    }
    for (const code of ['23505', '40001', '40P01', '55P03']) {
      const error = code === '23505' ? serverError(code) : answered(serverError(code));
      expect((await calls(all.events.appends, error, 30)).made).toBe(30);
    }
    expect((await calls(all.queries, new TypeError('a bug of ours'), 30)).made).toBe(30);
    expect(all.status().map(({ state }) => state)).toEqual(Array(4).fill('closed'));
  });

  it('open for queries when half of them find no server', async () => {
    for (const error of [
      lost,
      new Error('Connection terminated unexpectedly'),
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      serverError('57P01'),
      serverError('53300'),
    ]) {
      const all = breakers();
      const { made, thrown } = await calls(all.queries, error, 20);
      expect(made).toBe(10);
      // Whoever tells clients of errors takes it for a connection that could not be made.
      expect(thrown[19]).toMatchObject({ name: 'PostgresUnavailable', code: '08001' });
    }
  });

  it('leave an append unknown whose repeat they refuse', async () => {
    const all = breakers();
    await calls(all.events.appends, new AppendOutcomeUnknown('no answer'), 3);
    let sent = 0;
    const store: Pick<EventStore, 'append'> = {
      append: () =>
        all.events.appends(async () => {
          sent += 1;
          throw new AppendOutcomeUnknown('no answer');
        }),
    };
    const append = appendAgainWhenUnknown(store as EventStore, 'payment-1', 'no_stream', []);
    await expect(append).rejects.toThrow(AppendOutcomeUnknown);
    expect(sent).toBe(1);
  });
});
