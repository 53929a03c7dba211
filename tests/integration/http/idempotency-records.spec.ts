import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v4 } from 'uuid';
import type {
  Claim,
  IdempotencyRecords,
  RequestIdentity,
  SavedAnswer,
} from '../../../src/application/ports/idempotency-records.js';
import { PostgresIdempotencyRecords } from '../../../src/infrastructure/postgres/idempotency-records.js';
import { clientConfig, createPool } from '../../../src/infrastructure/postgres/pool.js';
import { WriteConnection } from '../../../src/infrastructure/postgres/write-connection.js';
import { unguarded } from '../../../src/infrastructure/resilience/store-breakers.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import { InMemoryIdempotencyRecords } from '../../unit/http/in-memory-ports.js';

const leaseMs = 10_000;
const answer: SavedAnswer = {
  status: 201,
  contentType: 'application/json; charset=utf-8',
  body: '{"b": 1, "a":\t"ü ☕ \\u0000"}',
  etag: '"3"',
};
const request = (more: Partial<RequestIdentity> = {}): RequestIdentity => ({
  caller: 'key_1',
  method: 'POST',
  path: '/v1/payments',
  key: v4(),
  fingerprint: 'a'.repeat(64),
  ...more,
});

/** A token of no claim where there was none to hold one. */
function tokenOf(claim: Claim | undefined): string {
  return claim?.outcome === 'execute' ? claim.token : '00000000-0000-4000-8000-000000000000';
}

function commandOf(claim: Claim): string | undefined {
  return claim.outcome === 'execute' ? claim.commandId : undefined;
}

/** The claim of what was answered before: the answer may still be on its way to where the claim looks. */
function claimAnswered(records: IdempotencyRecords, wanted: RequestIdentity): Promise<Claim> {
  return eventually(
    () => records.claim(wanted, leaseMs),
    ({ outcome }) => outcome !== 'in_progress',
  );
}

let database: TestDatabase;
let pool: pg.Pool;
let lines: readonly WriteConnection[];
beforeAll(async () => {
  database = await createTestDatabase();
  const options = { connectionString: database.url, max: 4, applicationName: 'test', logger: silentLogger };
  pool = createPool(options);
  lines = [0, 1].map(() => new WriteConnection(clientConfig(options)));
});
afterAll(async () => {
  await pool?.end();
  await Promise.all((lines ?? []).map((line) => line.close()));
  await database?.drop();
});

/** As one of two processes keeps them. */
function recordsOf(process: 0 | 1): PostgresIdempotencyRecords {
  const writes = lines[process];
  if (writes === undefined) throw new TypeError(`there is no process ${process}`);
  return new PostgresIdempotencyRecords({ pool, writes, guard: unguarded, logger: silentLogger });
}

const adapters: readonly [string, () => IdempotencyRecords][] = [
  ['in memory', () => new InMemoryIdempotencyRecords()],
  ['in Postgres', () => recordsOf(0)],
];

describe.each(adapters)('idempotency records %s', (_name, create) => {
  let records: IdempotencyRecords;
  beforeAll(() => {
    records = create();
  });

  it('execute once, and give the answer byte for byte to every repeat', async () => {
    const wanted = request();
    const first = await records.claim(wanted, leaseMs);
    expect(first).toEqual({
      outcome: 'execute',
      commandId: expect.stringMatching(/^[0-9a-f]{8}-.{4}-7/),
      token: expect.any(String),
    });
    expect(await records.claim(wanted, leaseMs)).toEqual({
      outcome: 'in_progress',
      retryAfterMs: expect.any(Number),
    });
    await records.complete(wanted, tokenOf(first), answer);
    expect(await claimAnswered(records, wanted)).toEqual({ outcome: 'replay', answer });
    expect(await records.claim(wanted, leaseMs)).toEqual({ outcome: 'replay', answer });
  });

  it('refuse the key for another body, before and after the answer', async () => {
    const wanted = request();
    const other = { ...wanted, fingerprint: 'b'.repeat(64) };
    const token = tokenOf(await records.claim(wanted, leaseMs));
    expect(await records.claim(other, leaseMs)).toEqual({ outcome: 'reused' });
    await records.complete(wanted, token, answer);
    expect(await records.claim(other, leaseMs)).toEqual({ outcome: 'reused' });
    expect(await claimAnswered(records, wanted)).toEqual({ outcome: 'replay', answer });
  });

  it('keep callers, methods and paths apart', async () => {
    const wanted = request();
    const others = [{ caller: 'key_2' }, { method: 'PUT' }, { path: '/v1/refunds' }, { key: 'x' }];
    const claims = await Promise.all(
      [{}, ...others].map((more) => records.claim({ ...wanted, ...more }, leaseMs)),
    );
    expect(claims.map(({ outcome }) => outcome)).toEqual(Array(5).fill('execute'));
    const ids = claims.map((claim) => (claim.outcome === 'execute' ? claim.commandId : ''));
    expect(new Set(ids).size).toBe(5);
  });

  it('let an abandoned request execute again under the same command', async () => {
    const wanted = request();
    const first = await records.claim(wanted, leaseMs);
    await records.abandon(wanted, tokenOf(first));
    expect(commandOf(await records.claim(wanted, leaseMs))).toBe(commandOf(first));
    expect((await records.claim(wanted, leaseMs)).outcome).toBe('in_progress');
  });

  it('let a request whose lease is over execute again under the same command', async () => {
    const wanted = request();
    const first = await records.claim(wanted, 20);
    await sleep(40);
    const next = await records.claim(wanted, leaseMs);
    expect(commandOf(next)).toBe(commandOf(first));
    // The first executor comes back late: it neither answers for the present one nor lets a third one in.
    await records.abandon(wanted, tokenOf(first));
    await records.complete(wanted, tokenOf(first), { ...answer, status: 409 });
    expect((await records.claim(wanted, leaseMs)).outcome).toBe('in_progress');
    await records.complete(wanted, tokenOf(next), answer);
    await claimAnswered(records, wanted);
    await records.complete(wanted, tokenOf(next), { ...answer, body: '{}' });
    expect(await records.claim(wanted, leaseMs)).toEqual({ outcome: 'replay', answer });
  });
});

describe('idempotency records of two processes', () => {
  it('of 200 concurrent claims of one request one executes', async () => {
    const both = [recordsOf(0), recordsOf(1)];
    for (let round = 0; round < 5; round += 1) {
      const wanted = request();
      const claims = await Promise.all(
        Array.from({ length: 200 }, (_, n) => both[n % 2]?.claim(wanted, leaseMs)),
      );
      expect(claims.filter((claim) => claim?.outcome === 'execute')).toHaveLength(1);
      expect(claims.filter((claim) => claim?.outcome === 'in_progress')).toHaveLength(199);
    }
  });

  it('never wait for each other in a circle', async () => {
    const both = [recordsOf(0), recordsOf(1)];
    const wanted = Array.from({ length: 60 }, (_, n) => request({ key: `same-${n}` }));
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        both.flatMap((records, n) => {
          const order = n === 0 ? wanted : [...wanted].reverse();
          return order.map(async (one, place) => {
            const claim = await records.claim(one, leaseMs);
            if (place % 7 === round % 7) await records.complete(one, tokenOf(claim), answer);
          });
        }),
      );
    }
  });

  it('go out together, and none is lost', async () => {
    const records = recordsOf(0);
    const wanted = Array.from({ length: 300 }, () => request());
    const claims = await Promise.all(wanted.map((one) => records.claim(one, leaseMs)));
    expect(claims.every(({ outcome }) => outcome === 'execute')).toBe(true);
    await Promise.all(
      wanted.map((one, n) =>
        records.complete(one, tokenOf(claims[n]), { ...answer, body: `${n}`, etag: null }),
      ),
    );
    await records.close();
    const replays = await Promise.all(wanted.map((one) => claimAnswered(recordsOf(1), one)));
    expect(replays).toEqual(
      wanted.map((_one, n) => ({ outcome: 'replay', answer: { ...answer, body: `${n}`, etag: null } })),
    );
  });

  it('F11: are forgotten after 30 days, and not before', async () => {
    const records = recordsOf(0);
    const [old, young] = [request(), request()];
    await records.claim(old, leaseMs);
    await records.claim(young, leaseMs);
    const age = 'update counterfoil.idempotency_records set created_at = now() - $2::interval where key = $1';
    await pool.query(age, [old.key, '30 days 1 minute']);
    await pool.query(age, [young.key, '29 days 23 hours']);
    expect(await records.prune()).toBe(1);
    expect((await records.claim(old, leaseMs)).outcome).toBe('execute');
    expect((await records.claim(young, leaseMs)).outcome).toBe('in_progress');
  });
});
