import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Notice } from '../../../src/application/ports/notifications.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import { PostgresLinks } from '../../../src/infrastructure/postgres/links.js';
import { PostgresMailInbox } from '../../../src/infrastructure/postgres/mail-inbox.js';
import { PostgresNoticeTemplates } from '../../../src/infrastructure/postgres/notice-templates.js';
import { PostgresNotifications } from '../../../src/infrastructure/postgres/notifications.js';
import { PostgresPortalSessions } from '../../../src/infrastructure/postgres/portal-sessions.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { required } from '../../support/payment-examples.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

let bench: Bench;
let outbox: PostgresNotifications;
beforeAll(async () => {
  bench = await openBench();
  outbox = new PostgresNotifications(bench.pool);
});
afterAll(() => bench.close());

const notice = (subject: string = randomUUID()): Notice => ({
  ...{ kind: 'receipt', subject, state: 'captured', customer: 'cus_1', eventId: null },
  facts: { amount: { amount: '500', currency: 'EUR' }, reference: { text: "'; drop table x; --" } },
});
const page = { limit: 100, startingAfter: null, endingBefore: null };
const all = {
  ...page,
  ...{ createdGte: null, createdGt: null, createdLte: null, createdLt: null },
  ...{ customer: null, kind: null, status: null, subject: null },
};

describe('the outbox of notices', () => {
  it('takes one of a kind, subject and state, whoever brings it and however often', async () => {
    const same = notice();
    const taken = await Promise.all(Array.from({ length: 20 }, () => outbox.queue(same)));
    expect(taken.filter((first) => first)).toHaveLength(1);
    expect(await outbox.queue({ ...same, state: 'again' })).toBe(true);
    const { rows } = await outbox.list({ ...all, subject: same.subject });
    expect(rows.map(({ state, status }) => [state, status])).toEqual([
      ['again', 'queued'],
      ['captured', 'queued'],
    ]);
  });

  it('is listed by an index for each filter', async () => {
    await bench.rows('set enable_seqscan = off');
    const filters = ['status', 'kind', 'subject', 'customer'];
    for (const column of filters) {
      const plan = await bench.rows(
        `explain select id from counterfoil.notifications where ${column} = 'x' order by created_at desc, id desc limit 20`,
      );
      const text = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect([column, /Index.*Scan.*notifications_by/.test(text), /Sort|Seq Scan/.test(text)]).toEqual([
        ...[column, true, false],
      ]);
    }
  });

  it('hands each to one of several workers, with its facts as they were', async () => {
    const subjects = Array.from({ length: 30 }, (): string => randomUUID());
    for (const subject of subjects) await outbox.queue(notice(subject));
    const claims = (await Promise.all(Array.from({ length: 10 }, () => outbox.claimDue(10, 60_000)))).flat();
    const mine = claims.filter(({ subject }) => subjects.includes(subject));
    expect(mine.map(({ subject }) => subject).sort()).toEqual([...subjects].sort());
    expect(mine[0]?.facts).toEqual(notice().facts);
    for (const claimed of claims) await outbox.settle(claimed, { status: 'skipped', reason: 'test' });
  });

  it('gives one back after its lease, and does not hear of the earlier claim any more', async () => {
    const { subject } = notice();
    await outbox.queue(notice(subject));
    const [dead] = await outbox.claimDue(1, 0);
    const [second] = await outbox.claimDue(1, 60_000);
    expect(second).toMatchObject({ subject, attempts: 2 });
    await outbox.settle(required(dead), { status: 'parked', error: 'late' });
    expect(await outbox.find(required(second).id)).toMatchObject({ status: 'queued' });
    await outbox.settle(required(second), { status: 'queued', error: 'busy', retryInMs: 60_000 });
    expect(await outbox.claimDue(10, 60_000)).toEqual([]);
    expect(await outbox.find(required(second).id)).toMatchObject({ last_error: 'busy', status: 'queued' });
  });

  it('makes another mail of one that is asked for again, and does not take the first one for it', async () => {
    const { subject } = notice();
    await outbox.queue(notice(subject));
    const [first] = await outbox.claimDue(10, 60_000);
    expect(await outbox.resend(required(first).id)).toBe(true);
    await outbox.settle(required(first), { status: 'sent', messageId: '<1@x>' });
    const [second] = await outbox.claimDue(10, 60_000);
    expect(second).toMatchObject({ subject, sending: 2, attempts: 1 });
    await outbox.settle(required(second), { status: 'sent', messageId: '<2@x>' });
    expect(await outbox.find(required(second).id)).toMatchObject({ status: 'sent', message_id: '<2@x>' });
    expect(await outbox.resend(`ntf_${randomUUID()}`)).toBe(false);
  });

  it('tells of what does not go as it should, and not of what was given up long ago', async () => {
    await bench.rows('delete from counterfoil.notifications');
    const none = { parked: 0, failing: 0, oldest_due_ms: 0 };
    expect(await outbox.trouble()).toEqual(none);
    for (const error of ['no such mailbox', 'long ago']) {
      await outbox.queue(notice(error));
      const [claimed] = await outbox.claimDue(1, 60_000);
      await outbox.settle(required(claimed), { status: 'parked', error });
    }
    await bench.rows(
      `update counterfoil.notifications set settled_at = settled_at - interval '25 hours' where subject = 'long ago'`,
    );
    await outbox.queue(notice());
    await bench.rows(
      `update counterfoil.notifications set attempts = 3, next_attempt_at = next_attempt_at - interval '20 minutes'
       where status = 'queued'`,
    );
    const { oldest_due_ms: dueMs, ...counts } = await outbox.trouble();
    expect(counts).toEqual({ parked: 1, failing: 1 });
    expect(dueMs).toBeGreaterThanOrEqual(20 * 60_000);
    await bench.rows('delete from counterfoil.notifications');
  });
});

describe('links', () => {
  it('are kept as digests, are used once by one, and are over when they are over', async () => {
    const links = new PostgresLinks(bench.pool);
    const now = systemClock.now();
    const token = await links.issue('portal', 'cus_1', later(now, 60_000));
    const kept = JSON.stringify(
      await bench.rows("select *, encode(digest, 'base64') as b from counterfoil.links"),
    );
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(Buffer.from(token).toString('base64'));
    expect(await links.look('pay', token)).toBeUndefined();
    expect(await links.look('portal', token)).toMatchObject({ target: 'cus_1' });
    expect(await links.use('portal', token, later(now, 60_000))).toBeUndefined();
    const used = await Promise.all(Array.from({ length: 10 }, () => links.use('portal', token, now)));
    expect(used.filter((target) => target === 'cus_1')).toHaveLength(1);
    for (const bad of ['', 'x', "' or true --", `${token}A`, '\u0000']) {
      expect([await links.look('portal', bad), await links.use('portal', bad, now)]).toEqual([
        undefined,
        undefined,
      ]);
    }
    const [mine, over, theirs, pay] = await Promise.all([
      links.issue('portal', 'cus_1', later(now, 60_000)),
      links.issue('portal', 'cus_1', now),
      links.issue('portal', 'cus_2', later(now, 60_000)),
      links.issue('pay', 'cus_1', later(now, 60_000)),
    ]);
    expect(await links.withdraw('portal', 'cus_1', now)).toBe(1);
    expect(await links.withdraw('portal', 'cus_1', now)).toBe(0);
    const followed = [mine, over, theirs].map((each) => links.use('portal', each, now));
    expect(await Promise.all(followed)).toEqual([undefined, undefined, 'cus_2']);
    expect(await links.use('pay', pay, now)).toBe('cus_1');
    expect(await links.prune(later(now, 61_000))).toBe(5);
  });
});

describe('sessions of the portal', () => {
  it('are kept as digests, end when they are ended, and are over after half an hour or twelve', async () => {
    const sessions = new PostgresPortalSessions(bench.pool);
    const [idle, old, ended, alive] = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => sessions.begin(name)),
    );
    const kept = JSON.stringify(await bench.rows('select * from counterfoil.portal_sessions'));
    for (const token of [idle, old, ended, alive]) expect(kept).not.toContain(token);
    await bench.rows(
      `update counterfoil.portal_sessions set seen_at = clock_timestamp() - interval '31 minutes' where customer = 'a'`,
    );
    await bench.rows(
      `update counterfoil.portal_sessions set expires_at = clock_timestamp() where customer = 'b'`,
    );
    await sessions.end(required(ended));
    const found = [idle, old, ended, alive, 'x'].map((token) => sessions.find(required(token)));
    expect(await Promise.all(found)).toEqual([undefined, undefined, undefined, 'd', undefined]);
    await bench.rows(
      `update counterfoil.portal_sessions set seen_at = clock_timestamp() - interval '29 minutes' where customer = 'd'`,
    );
    expect(await sessions.find(required(alive))).toBe('d');
    const [seen] = await bench.rows(
      `select seen_at > clock_timestamp() - interval '1 minute' as now from counterfoil.portal_sessions where customer = 'd'`,
    );
    expect(seen).toEqual({ now: true });
    expect(await sessions.prune()).toBe(2);
    const again = await sessions.begin('d');
    const other = await sessions.begin('e');
    expect(await sessions.endAll('d')).toBe(2);
    const left = [required(alive), again, other].map((token) => sessions.find(token));
    expect(await Promise.all(left)).toEqual([undefined, undefined, 'e']);
  });
});

describe('what is kept beside', () => {
  it('a mailbox shows a repeated mail once', async () => {
    const inbox = new PostgresMailInbox(bench.pool);
    const mail = { messageId: '<a@b>', to: 'ada@example.com', subject: 's', text: 't', html: '<p>t</p>' };
    await inbox.send(mail);
    await inbox.send(mail);
    const { messageId, ...rest } = mail;
    expect(await inbox.latest(10)).toMatchObject([{ id: messageId, ...rest }]);
    expect(await inbox.find('<a@b>')).toMatchObject({ to: 'ada@example.com' });
  });

  it('every version of the words stays, and the latest counts', async () => {
    const templates = new PostgresNoticeTemplates(bench.pool);
    const change = { kind: 'receipt', language: 'fr', changedBy: 'api_key:1', reason: 'launch' } as const;
    await Promise.all(
      ['a', 'b', 'c'].map((body) => templates.change({ ...change, words: { subject: body, body } })),
    );
    expect(await templates.find('receipt', 'fr')).toMatchObject({ version: 3, changed_by: 'api_key:1' });
    await templates.change({ ...change, words: null });
    expect(await templates.find('receipt', 'fr')).toBeUndefined();
    expect(await templates.list()).toEqual([]);
    expect(await bench.rows('select version from counterfoil.notification_templates')).toHaveLength(4);
  });
});
