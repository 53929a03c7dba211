import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { ClaimedWebhook, InboundWebhook } from '../../../src/application/ports/inbound-webhooks.js';
import { PostgresInboundWebhooks } from '../../../src/infrastructure/postgres/inbound-webhooks.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import { instantNow } from '../stripe/simulator-control.js';
import { webhook } from './inbox-examples.js';

let database: TestDatabase;
let pool: pg.Pool;
let inbox: PostgresInboundWebhooks;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({
    connectionString: database.url,
    max: 8,
    applicationName: 'inbox',
    logger: silentLogger,
  });
  inbox = new PostgresInboundWebhooks(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('truncate counterfoil.inbound_webhooks');
});

const everything = { status: null, type: null, limit: 100, startingAfter: null, endingBefore: null };
const byHand = { actor: { kind: 'user', id: 'usr_1' }, reason: null, correlationId: 'req_1' } as const;
async function claimOne(): Promise<ClaimedWebhook> {
  const [claimed] = await inbox.claimDue(1, 60_000);
  if (claimed === undefined) throw new Error('nothing was due');
  return claimed;
}
const ids = (rows: readonly InboundWebhook[]): string[] => rows.map(({ id }) => id);

describe('receiving', () => {
  it('stores over a connection that it has for nothing else', async () => {
    const only = { connectionString: database.url, max: 1, logger: silentLogger };
    const receptions = createPool({ ...only, applicationName: 'receptions' });
    const stored = webhook();
    expect(await new PostgresInboundWebhooks(pool, receptions).receive(stored, null)).toBe('stored');
    expect([receptions.totalCount, (await inbox.find(stored.id))?.status]).toEqual([1, 'received']);
    await receptions.end();
  });

  it('stores a webhook as it came, due at once', async () => {
    const received = webhook();
    expect(await inbox.receive(received, null)).toBe('stored');
    expect(await inbox.find(received.id)).toEqual({
      ...received,
      status: 'received',
      attempts: 0,
      deliveries: 1,
      lastError: null,
      note: null,
      receivedAt: expect.any(String),
      processedAt: null,
      nextAttemptAt: expect.any(String),
    });
    expect(await inbox.find('evt_unknown')).toBeUndefined();
  });

  it('counts 1,000 deliveries of one webhook, at once and over two processes, and stores it once', async () => {
    const other = new PostgresInboundWebhooks(pool);
    const received = webhook();
    const receptions = await Promise.all(
      Array.from({ length: 1_000 }, (_n, n) => (n % 2 === 0 ? inbox : other).receive(received, null)),
    );
    expect(receptions.filter((reception) => reception === 'stored')).toHaveLength(1);
    expect(receptions.filter((reception) => reception === 'duplicate')).toHaveLength(999);
    expect((await inbox.find(received.id))?.deliveries).toBe(1_000);
  });

  it('tells another body under a known id apart, stored before or waiting beside it, and keeps the first', async () => {
    const first = webhook();
    const forged = { ...first, payload: `${first.payload} ` };
    expect(await Promise.all([first, forged, first, forged].map((one) => inbox.receive(one, null)))).toEqual([
      'stored',
      'different_body',
      'duplicate',
      'different_body',
    ]);
    expect(await inbox.receive(forged, null)).toBe('different_body');
    expect(await inbox.find(first.id)).toMatchObject({ payload: first.payload, deliveries: 2 });
  });

  it('counts a redelivery, in which Stripe has counted down the endpoints that still wait', async () => {
    const first = { ...webhook(), payload: '{"id":"evt_x","pending_webhooks": 2,"data":{}}' };
    const again = { ...first, payload: '{"id":"evt_x","pending_webhooks": 0,"data":{}}' };
    expect(await inbox.receive(first, null)).toBe('stored');
    expect(await inbox.receive(again, null)).toBe('duplicate');
    expect(await inbox.find(first.id)).toMatchObject({ payload: first.payload, deliveries: 2 });
  });

  it('stores 500 different webhooks that come at once', async () => {
    const many = Array.from({ length: 500 }, () => webhook());
    const receptions = await Promise.all(many.map((one) => inbox.receive(one, null)));
    expect(new Set(receptions)).toEqual(new Set(['stored']));
    const { rows } = await pool.query<{ count: bigint }>('select count(*) from counterfoil.inbound_webhooks');
    expect(rows[0]?.count).toBe(500n);
  });

  it('stores a webhook parked, and not due, when there is a reason', async () => {
    const received = webhook({ livemode: true });
    await inbox.receive(received, 'the other mode');
    expect(await inbox.claimDue(10, 1_000)).toEqual([]);
    expect(await inbox.find(received.id)).toMatchObject({ status: 'parked', lastError: 'the other mode' });
  });

  it('fails loudly for those who wait when the database refuses, and goes on afterwards', async () => {
    const refused = inbox.receive(webhook({ type: 'has a NUL \u0000' }), null);
    await expect(refused).rejects.toThrow();
    expect(await inbox.receive(webhook(), null)).toBe('stored');
  });
});

describe('claiming', () => {
  it('hands out the oldest first, counts the attempt, and hands none out twice', async () => {
    const many = [webhook(), webhook(), webhook()];
    for (const one of many) await inbox.receive(one, null);
    const first = await inbox.claimDue(2, 60_000);
    expect(ids(first)).toEqual(many.slice(0, 2).map(({ id }) => id));
    expect(first.map(({ attempts }) => attempts)).toEqual([1, 1]);
    expect(ids(await inbox.claimDue(10, 60_000))).toEqual([many[2]?.id]);
    expect(await inbox.claimDue(10, 60_000)).toEqual([]);
  });

  it('hands out the webhooks of an object together, and no others of it meanwhile', async () => {
    const objectId = 'pi_shared';
    const [first, second, late] = [webhook({ objectId }), webhook({ objectId }), webhook({ objectId })];
    const alone = webhook({ objectId: null });
    for (const one of [first, alone, second, webhook({ objectId: null })]) await inbox.receive(one, null);
    const claimed = await inbox.claimDue(2, 60_000);
    expect(ids(claimed)).toEqual([first.id, alone.id, second.id]);
    await inbox.receive(late, null);
    expect(await inbox.claimDue(10, 60_000)).toHaveLength(1);
    const [one, , other] = claimed;
    if (one === undefined || other === undefined) throw new Error('too few were due');
    await inbox.settle(one, { status: 'processed', note: 'done' });
    expect(await inbox.claimDue(10, 60_000)).toEqual([]);
    await inbox.settle(other, { status: 'processed', note: 'done' });
    expect(ids(await inbox.claimDue(10, 60_000))).toEqual([late.id]);
  });

  it('F12: never hands one object to two workers, however many claim at once', async () => {
    for (let n = 0; n < 60; n += 1) await inbox.receive(webhook({ objectId: `pi_${n % 6}` }), null);
    const claims = await Promise.all(Array.from({ length: 12 }, () => inbox.claimDue(3, 60_000)));
    const objects = claims.flatMap((claim) => [...new Set(claim.map(({ objectId }) => objectId))]);
    expect(objects).toHaveLength(6);
    expect(new Set(objects).size).toBe(6);
    expect(claims.flat()).toHaveLength(60);
  });

  it('F12: hands one object to one of many workers who come at the same moment, again and again', async () => {
    for (let round = 0; round < 100; round += 1) {
      const two = [webhook({ objectId: 'pi_1' }), webhook({ objectId: 'pi_1' })];
      await Promise.all(two.map((one) => inbox.receive(one, null)));
      const claims = await Promise.all(Array.from({ length: 8 }, () => inbox.claimDue(1, 60_000)));
      const claimed = claims.flat();
      expect(claims.map(({ length }) => length).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 2]);
      for (const one of claimed) await inbox.settle(one, { status: 'processed', note: 'done' });
    }
  });

  it('hands a webhook out again when the worker died and its lease is over', async () => {
    const received = webhook();
    await inbox.receive(received, null);
    await inbox.claimDue(1, 50);
    await sleep(80);
    expect((await inbox.claimDue(1, 60_000))[0]).toMatchObject({ id: received.id, attempts: 2 });
  });

  it('leaves a failed webhook alone until its time, and its object to the next', async () => {
    const objectId = 'pi_1';
    const [failing, next] = [webhook({ objectId }), webhook({ objectId })];
    await inbox.receive(failing, null);
    await inbox.receive(next, null);
    const retryAt = new Date(Date.now() + 600_000).toISOString() as ReturnType<typeof instantNow>;
    const [claimed, behind] = await inbox.claimDue(1, 60_000);
    if (claimed === undefined || behind === undefined) throw new Error('too few were due');
    await inbox.settle(claimed, { status: 'failed', error: 'not yet', retryAt });
    expect(await inbox.find(failing.id)).toMatchObject({
      status: 'failed',
      lastError: 'not yet',
      nextAttemptAt: retryAt,
    });
    expect(behind.id).toBe(next.id);
    await inbox.settle(behind, { status: 'ignored', note: 'of no interest' });
    await pool.query('update counterfoil.inbound_webhooks set next_attempt_at = now() where id = $1', [
      failing.id,
    ]);
    expect(ids(await inbox.claimDue(10, 60_000))).toEqual([failing.id]);
  });

  it('lets a thousand webhooks of one busy object hold up nobody else for long', async () => {
    const crowd = Array.from({ length: 999 }, () => webhook({ objectId: 'pi_busy' }));
    await Promise.all(crowd.map((one) => inbox.receive(one, null)));
    const other = webhook();
    await inbox.receive(other, null);
    const claims = [await inbox.claimDue(8, 60_000), await inbox.claimDue(8, 60_000)];
    expect(ids(claims.flat())).toContain(other.id);
  });
});

describe('settling, listing and replaying', () => {
  it('keeps a replay that was asked for while the webhook was being handled', async () => {
    const received = webhook();
    await inbox.receive(received, null);
    const before = await claimOne();
    await inbox.replay(received.id, byHand);
    await inbox.settle(before, { status: 'parked', error: 'as it was before the replay' });
    expect(await inbox.find(received.id)).toMatchObject({ status: 'received', lastError: null });
    const after = await claimOne();
    await inbox.settle(before, { status: 'parked', error: 'as it was before the replay' });
    await inbox.settle(after, { status: 'processed', note: 'done' });
    expect(await inbox.find(received.id)).toMatchObject({
      status: 'processed',
      note: 'done',
      lastError: null,
    });
  });

  it('takes the word of the worker that has it now, not of one whose lease was over', async () => {
    await inbox.receive(webhook(), null);
    const [slow] = await inbox.claimDue(1, 1);
    await sleep(10);
    const now = await claimOne();
    if (slow === undefined) throw new Error('nothing was due');
    await inbox.settle(slow, { status: 'processed', note: 'late' });
    expect(await inbox.find(now.id)).toMatchObject({ status: 'received', attempts: 2 });
    expect(await inbox.claimDue(1, 60_000)).toEqual([]);
  });

  it('ends processed, ignored or parked, and a late worker changes nothing afterwards', async () => {
    const received = webhook();
    await inbox.receive(received, null);
    const claimed = await claimOne();
    await inbox.settle(claimed, { status: 'processed', note: 'PaymentCaptured' });
    await inbox.settle(claimed, { status: 'failed', error: 'late', retryAt: instantNow() });
    expect(await inbox.find(received.id)).toMatchObject({
      status: 'processed',
      note: 'PaymentCaptured',
      lastError: null,
      nextAttemptAt: null,
      processedAt: expect.any(String),
    });
  });

  it('is due again after a replay, whatever it was', async () => {
    const received = webhook();
    await inbox.receive(received, 'parked at the door');
    expect(await inbox.replay(received.id, byHand)).toBe(true);
    expect(await inbox.replay('evt_unknown', byHand)).toBe(false);
    expect((await inbox.claimDue(1, 60_000))[0]).toMatchObject({
      id: received.id,
      attempts: 1,
      lastError: null,
    });
  });

  it('is dismissed by a person while it waits, noted with who and why, and can be handled again later', async () => {
    const received = webhook({ livemode: true });
    await inbox.receive(received, 'the other mode');
    expect(await inbox.ignore(received.id, { ...byHand, reason: 'sent to the wrong address' })).toBe(true);
    expect(await inbox.find(received.id)).toMatchObject({
      status: 'ignored',
      lastError: 'the other mode',
      note: 'dismissed: sent to the wrong address',
      processedAt: expect.any(String),
    });
    expect(await inbox.ignore(received.id, byHand)).toBe(false);
    expect(await inbox.replay(received.id, byHand)).toBe(true);
    expect(await inbox.acts(received.id)).toEqual([
      { act: 'replay', actor: byHand.actor, reason: null, request: 'req_1', at: expect.any(String) },
      {
        ...{ act: 'ignore', actor: byHand.actor, reason: 'sent to the wrong address' },
        ...{ request: 'req_1', at: expect.any(String) },
      },
    ]);
    expect((await inbox.claimDue(1, 60_000))[0]).toMatchObject({ id: received.id, attempts: 1 });
  });

  it('is dismissed while it waits for a retry, also in the hands of a worker, but not once it was handled', async () => {
    const received = webhook();
    await inbox.receive(received, null);
    expect(await inbox.ignore(received.id, byHand)).toBe(false);
    const retryAt = instantNow();
    await inbox.settle(await claimOne(), { status: 'failed', error: 'not yet', retryAt });
    const again = await claimOne();
    expect(await inbox.ignore(received.id, byHand)).toBe(true);
    await inbox.settle(again, { status: 'parked', error: 'in vain' });
    expect(await inbox.find(received.id)).toMatchObject({ status: 'ignored', nextAttemptAt: null });
    expect(await inbox.ignore('evt_unknown', byHand)).toBe(false);
    expect(await inbox.acts('evt_unknown')).toEqual([]);
  });

  it('replays all that are parked, the oldest first, some of a type or all, and so many at once', async () => {
    const many = Array.from({ length: 5 }, (_n, n) =>
      webhook({ type: n % 2 === 0 ? 'even.type' : 'odd.type' }),
    );
    for (const one of many) await inbox.receive(one, 'not understood');
    const handled = webhook({ type: 'even.type' });
    await inbox.receive(handled, null);
    await inbox.settle(await claimOne(), { status: 'processed', note: 'done' });
    await inbox.ignore(many[4]?.id ?? '', byHand);
    const of = (type: string | null, limit: number, startingAfter: string | null = null) =>
      inbox.replayParked({ type, limit, startingAfter }, byHand);
    const first = many[0]?.id ?? '';
    expect(await of('even.type', 1)).toEqual({ replayed: 1, hasMore: true, last: first });
    await inbox.settle(await claimOne(), { status: 'parked', error: 'not understood again' });
    expect(await of('even.type', 1, first)).toEqual({ replayed: 1, hasMore: false, last: many[2]?.id });
    expect(await of(null, 10)).toEqual({ replayed: 3, hasMore: false, last: many[3]?.id });
    expect(await of(null, 10)).toEqual({ replayed: 0, hasMore: false, last: null });
    expect((await inbox.acts(first)).map(({ act }) => act)).toEqual(['replay', 'replay']);
    expect(await inbox.acts(handled.id)).toEqual([]);
    await expect(of(null, 10, 'evt_unknown')).rejects.toThrow('starting_after names nothing');
  });

  it('lists the newest first, by pages in both directions, by status and by type', async () => {
    const many = Array.from({ length: 7 }, (_n, n) =>
      webhook({ type: n % 2 === 0 ? 'even.type' : 'odd.type' }),
    );
    for (const one of many) await inbox.receive(one, null);
    const newest = many.map(({ id }) => id).reverse();
    const first = await inbox.list({ ...everything, limit: 3 });
    expect([ids(first.rows), first.hasMore]).toEqual([newest.slice(0, 3), true]);
    const second = await inbox.list({ ...everything, limit: 3, startingAfter: newest[2] ?? '' });
    expect([ids(second.rows), second.hasMore]).toEqual([newest.slice(3, 6), true]);
    const last = await inbox.list({ ...everything, limit: 3, startingAfter: newest[5] ?? '' });
    expect([ids(last.rows), last.hasMore]).toEqual([newest.slice(6), false]);
    const back = await inbox.list({ ...everything, limit: 3, endingBefore: newest[6] ?? '' });
    expect([ids(back.rows), back.hasMore]).toEqual([newest.slice(3, 6), true]);
    expect((await inbox.list({ ...everything, type: 'odd.type' })).rows).toHaveLength(3);
    expect((await inbox.list({ ...everything, status: 'parked' })).rows).toEqual([]);
    await expect(inbox.list({ ...everything, startingAfter: 'evt_unknown' })).rejects.toThrow(
      'starting_after names nothing',
    );
  });
});

describe('pruning', () => {
  it('forgets what was processed or ignored after 90 days, in any number, and nothing else', async () => {
    await pool.query(`
      insert into counterfoil.inbound_webhooks
        (id, type, livemode, payload, payload_sha256, status, next_attempt_at, received_at)
      select 'evt_' || status || days || '_' || n, 'type', false, '{}', '\\x00', status,
        case when status in ('received', 'failed') then now() end, now() - days * interval '1 day'
      from (values (91, 1100), (89, 10)) as age (days, count), generate_series(1, count) as n,
        unnest(array['received', 'processed', 'ignored', 'failed', 'parked']) as status`);
    expect(await inbox.prune()).toBe(2_200);
    expect(await inbox.prune()).toBe(0);
    const { rows } = await pool.query(
      `select status, count(*)::int from counterfoil.inbound_webhooks group by status order by status`,
    );
    expect(rows).toEqual([
      { status: 'failed', count: 1_110 },
      { status: 'ignored', count: 10 },
      { status: 'parked', count: 1_110 },
      { status: 'processed', count: 10 },
      { status: 'received', count: 1_110 },
    ]);
    expect(await inbox.prune(80)).toBe(20);
  });
});
