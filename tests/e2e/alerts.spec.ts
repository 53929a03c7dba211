import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/api-client.js';
import { field, items } from '../support/api-client.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';
import { eventually, eventuallyHolds } from '../support/eventually.js';
import { pageReader } from '../support/page-reader.js';

const longEnoughMs = 60_000;

describe('what operators are told', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp('Postgres');
  });
  afterAll(() => app?.stop());

  const pay = (card: string) =>
    app.api.post('/v1/payments', { amount: 5000, currency: 'USD', payment_method: card, confirm: true });

  /** Has the job run until the alerts are as wanted: an earlier run may have looked before all was in the read models. */
  const afterJob = (isWanted: (alerts: readonly Json[]) => boolean) =>
    eventually(
      async () => {
        expect((await app.api.post('/v1/jobs/alerts/run', {})).status).toBe(202);
        return items(await app.api.get('/v1/alerts?rule=payment_success'));
      },
      isWanted,
      longEnoughMs,
    );

  const inbox = async () => (await pageReader(app.url).get('/sim/inbox')).text;
  const told = (news: string) =>
    eventually(inbox, (text) => text.includes(`Alert ${news}: payment success`), longEnoughMs);

  it('is that payments fail, with what to do; that somebody takes notice; and that it is over', async () => {
    const setting = { enabled: true, open_at: 5_000, close_at: 5_000, window_minutes: 60, minimum_sample: 3 };
    const changed = await app.api.send('PUT', '/v1/alert_rules/payment_success', JSON.stringify(setting), {
      'content-type': 'application/json',
      'x-reason': 'a small shop',
    });
    expect(changed.status).toBe(200);
    for (let n = 0; n < 3; n += 1) expect((await pay('pm_card_chargeDeclined')).status).toBe(402);
    const [open] = await afterJob((alerts) => alerts.length > 0);
    expect(open).toMatchObject({ status: 'open', value: 0, sample: 3, threshold: 5_000 });
    const shown = await told('opened');
    expect(shown).toContain('operators@counterfoil.localhost');

    const mail = /href="(\/sim\/inbox\/mail\?id=[^"]+)">Alert opened: payment success/.exec(shown)?.[1] ?? '';
    const link =
      /href="([^"]+\/runbook\/payment_success)"/.exec((await pageReader(app.url).get(mail)).text)?.[1] ?? '';
    expect(link).toMatch(new RegExp(`^${app.url}/`));
    const runbook = await app.api.get(link.slice(app.url.length));
    expect([runbook.status, runbook.text.slice(0, 19)]).toEqual([200, '## payment_success\n']);

    const taken = await app.api.post(`/v1/alerts/${open?.['id']}/ack`, {}, { 'x-reason': 'I look at it' });
    expect([taken.status, typeof taken.body['acknowledged_at']]).toEqual([200, 'string']);

    for (let n = 0; n < 3; n += 1) expect((await pay('pm_card_visa')).status).toBe(201);
    const over = await afterJob((alerts) => alerts.every(({ status }) => status === 'closed'));
    expect(over).toMatchObject([{ id: open?.['id'], status: 'closed' }]);
    await told('closed');
    // However often it was looked at, each was told once.
    const subjects = (await inbox()).match(/Alert (opened|closed): payment success/g);
    expect(subjects?.sort()).toEqual(['Alert closed: payment success', 'Alert opened: payment success']);
    // A mail is noted as told after it is sent.
    await eventuallyHolds(async () => {
      const facts = items(await app.api.get('/v1/streams/alertRule-payment_success/events'));
      expect(facts.map(({ type }) => type)).toEqual([
        ...['AlertRuleChanged', 'AlertOpened', 'AlertTold', 'AlertAcknowledged'],
        ...['AlertClosed', 'AlertTold'],
      ]);
    });
  });

  it('is that calls with bad signatures come in, which are no webhooks that fail', async () => {
    const forged = { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=00' };
    for (let n = 0; n < 3; n += 1) {
      expect((await app.api.send('POST', '/webhooks/stripe', '{"id":"evt_1"}', forged)).status).toBe(400);
    }
    const rejected = (rules: readonly Json[]) =>
      field(rules.find(({ id }) => id === 'rejected_webhooks')?.['measured'], 'value');
    await eventually(
      async () => items(await app.api.post('/v1/alerts', {})),
      (rules) => rejected(rules) === 3,
      longEnoughMs,
    );
    expect(items(await app.api.get('/v1/inbound_webhooks?status=failed'))).toEqual([]);
  });

  it('is how it was, every five minutes', async () => {
    expect((await app.api.post('/v1/jobs/health_history/run', {})).status).toBe(202);
    const kept = await eventually(
      async () => items(await app.api.get('/v1/health_checks')),
      (checks) => checks.length > 0,
      longEnoughMs,
    );
    const projections = field(kept[0]?.['checks'], 'projections');
    expect(projections).toMatchObject({ runbook: `${app.url}/runbook/projections` });
    expect(Object.keys(Object(field(projections, 'measured')))).toContain('payments');
  });
});
