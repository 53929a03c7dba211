import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import type { PlanCommand } from '../../../src/domain/plan/commands.js';
import { parseInvoiceId } from '../../../src/domain/shared/ids.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { Answer } from '../../support/api-client.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { at, required, usd } from '../../support/payment-examples.js';
import { date } from '../../support/plan-examples.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const installments = { type: 'installments', count: 3 };
const preview = { amount: 10_001, currency: 'USD', approved_on: '2026-11-30', time_zone: 'UTC' };

type PartObject = {
  readonly part: number;
  readonly amount: number;
  readonly due_on: string | null;
  readonly milestone: string | null;
};
const parts = (answer: Answer): readonly PartObject[] => answer.body['parts'] as readonly PartObject[];

describe('payment plans over HTTP', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());
  const start = async (more: object = {}, total = 10_000): Promise<Answer> => {
    const invoice = (await issueInvoice(app.api, customers.inParis, total)).body['id'];
    return app.api.post('/v1/payment_plans', { invoice, terms: installments, ...more });
  };

  it('are previewed in each of the five timings, and nothing is kept', async () => {
    const before = await app.eventStore.head();
    const shown = async (terms: object) => {
      const answer = await app.api.post('/v1/payment_plans/preview', { ...preview, terms });
      expect(answer.status).toBe(200);
      return parts(answer).map((part) => `${part.amount} ${part.due_on ?? part.milestone}`);
    };
    expect(await shown({ type: 'standard' })).toEqual(['10001 2026-11-30']);
    const delivery = { kind: 'milestone', name: 'delivery' };
    expect(await shown({ type: 'deposit', percentage: '25', balance_due: delivery })).toEqual([
      ...['2500 2026-11-30', '7501 delivery'],
    ]);
    expect(
      await shown({ type: 'deposit', amount: 4_000, balance_due: { kind: 'days_after', days: 14 } }),
    ).toEqual([...['4000 2026-11-30', '6001 2026-12-14']]);
    expect(await shown({ type: 'net', days: 30 })).toEqual(['10001 2026-12-30']);
    expect(await shown({ type: 'net', days: 30, end_of_month: true })).toEqual(['10001 2026-12-31']);
    expect(await shown({ type: 'installments', count: 3, anchor: '2026-12-31' })).toEqual([
      ...['3334 2026-12-31', '3334 2027-01-31', '3333 2027-02-28'],
    ]);
    expect(await shown({ type: 'manual' })).toEqual(['10001 2026-11-30']);
    const third = { kind: 'percentage', percentage: '33.333333' };
    const custom = [
      { amount: third, due: { kind: 'at_approval' } },
      { amount: { kind: 'rest' }, due: { kind: 'date', on: '2027-01-01' }, collect: 'manual' },
    ];
    expect(await shown({ type: 'custom', parts: custom })).toEqual(['3334 2026-11-30', '6667 2027-01-01']);
    expect(await app.eventStore.head()).toBe(before);
  });

  it('are started once for an invoice, in the zone of the customer, and read back the same', async () => {
    const started = await start();
    expect(started.status).toBe(201);
    expect(started.body).toMatchObject({
      object: 'payment_plan',
      ...{
        status: 'active',
        version: 1,
        total: 10_000,
        amount_outstanding: 10_000,
        time_zone: 'Europe/Paris',
      },
    });
    expect(parts(started).map(({ amount }) => amount)).toEqual([3_334, 3_333, 3_333]);
    const read = await app.api.get(`/v1/payment_plans/${started.body['id']}`);
    expect(read.body).toEqual(started.body);
    expect(read.headers['etag']).toBe(`"${started.body['revision']}"`);
    const again = { invoice: started.body['invoice'] };
    const other = await start({ ...again, terms: { type: 'standard' } });
    expect([other.status, other.body['code']]).toEqual([409, 'plan_already_exists']);
    expect((await start(again)).body['id']).toBe(started.body['id']);
  });

  it('say how much of each part is tax, which falls due with it where the invoice says so', async () => {
    const line = { description: 'Chairs', unit_price: '279.16', taxes: [{ name: 'VAT', percentage: '20' }] };
    const more = { lines: [line], tax_point: 'payment' };
    const invoice = (await issueInvoice(app.api, customers.inParis, 0, more)).body;
    expect(invoice).toMatchObject({ tax_point: 'payment', amount_tax: 5_583, amount_tax_due: 0 });
    const delivery = { kind: 'milestone', name: 'delivery' };
    const terms = { type: 'deposit', percentage: '30', balance_due: delivery };
    const started = await app.api.post('/v1/payment_plans', { invoice: invoice['id'], terms });
    const taxes = (answer: Answer) =>
      (answer.body['parts'] as readonly { amount: number; amount_tax: number }[]).map(
        ({ amount, amount_tax }) => `${amount_tax} of ${amount}`,
      );
    expect(taxes(started)).toEqual(['1675 of 10050', '3908 of 23449']);
    const listed = await app.api.get(`/v1/payment_plans?invoice=${invoice['id']}`);
    expect(taxes({ ...listed, body: (listed.body['data'] as Answer['body'][])[0] ?? {} })).toEqual(
      taxes(started),
    );
  });

  it('are rescheduled, prepaid, taken to a milestone and canceled', async () => {
    const started = await start();
    const path = `/v1/payment_plans/${started.body['id']}`;
    const skipped = await app.api.post(`${path}/reschedule`, {
      action: 'skip',
      part: 1,
      reason: 'asked for',
    });
    expect(parts(skipped).map(({ part }) => part)).toEqual([2, 3, 4]);
    const again = await app.api.post(`${path}/reschedule`, { action: 'skip', part: 2, reason: 'again' });
    expect([again.status, again.body['code']]).toEqual([409, 'plan_skips_exhausted']);
    const delivery = { kind: 'milestone', name: 'delivery' };
    const open = [
      { amount: { kind: 'fixed', amount: 1_000 }, due: { kind: 'at_approval' } },
      { amount: { kind: 'rest' }, due: delivery },
    ];
    const replanned = await app.api.post(`${path}/reschedule`, {
      action: 'replan',
      parts: open,
      reason: 'agreed',
    });
    expect(replanned.body).toMatchObject({ version: 3, total: 10_000 });
    expect(parts(replanned).map(({ amount }) => amount)).toEqual([1_000, 9_000]);
    const due = (answer: Answer) => parts(answer).map((part) => (part as unknown as { step: string }).step);
    expect(due(await app.api.post(`${path}/milestones`, { name: 'delivery' }))).toEqual(['scheduled', 'due']);
    expect(due(await app.api.post(`${path}/prepay`, { parts: 1 }))).toEqual(['due', 'due']);
    const canceled = await app.api.post(`${path}/cancel`, { reason: 'changed their mind' });
    expect(canceled.body).toMatchObject({ status: 'canceled', amount_refundable: 0, amount_retained: 0 });
    const last = (await app.eventStore.readStream(`paymentPlan-${started.body['id']}`)).at(-1);
    expect(last?.metadata).toMatchObject({ reason: 'changed their mind', actor: { kind: 'api_key' } });
    const over = await app.api.post(`${path}/reschedule`, { action: 'skip', part: 5, reason: 'late' });
    expect([over.status, over.body['code']]).toEqual([409, 'plan_not_open']);
  });

  it('are paused while the invoice is disputed, and go on', async () => {
    const path = `/v1/payment_plans/${(await start()).body['id']}`;
    const unsaid = await app.api.post(`${path}/pause`, {});
    expect(unsaid.status).toBe(400);
    const paused = await app.api.post(`${path}/pause`, { reason: 'The chairs are broken, they say.' });
    expect([paused.status, typeof paused.body['paused_on']]).toEqual([200, 'string']);
    const open = [{ amount: { kind: 'rest' }, due: { kind: 'at_approval' } }];
    const refused = await app.api.post(`${path}/reschedule`, { action: 'replan', parts: open, reason: 'no' });
    expect([refused.status, refused.body['code']]).toEqual([409, 'plan_paused']);
    const resumed = await app.api.post(`${path}/resume`, { reason: 'Two were replaced.' });
    expect([resumed.status, resumed.body['paused_on']]).toEqual([200, null]);
    expect((await app.api.get(path)).body).toEqual(resumed.body);
  });

  it('are changed only as the client has seen them', async () => {
    const started = await start();
    const path = `/v1/payment_plans/${started.body['id']}`;
    const stale = await app.api.post(`${path}/prepay`, {}, { 'if-match': '"7"' });
    expect([stale.status, stale.body['code']]).toEqual([412, 'revision_stale']);
  });

  it('show what is settled, missed and collected', async () => {
    const started = await start();
    const id = planIdOf(required(parseInvoiceId(String(started.body['invoice']))));
    const today = date(String(started.body['approved_on']));
    const handler = app.container.get(httpTokens.planHandler);
    const given: readonly PlanCommand[] = [
      { type: 'MarkPartDue', at, part: 1, today },
      { type: 'SettleParts', at, applicationId: 'app_1', amount: usd(4_000), part: null, today },
    ];
    for (const command of given) {
      const commandId = randomUUID();
      const about = { commandId, correlationId: commandId, causationId: commandId, reason: null };
      await handler.handle(id, command, { ...about, actor: { kind: 'system', id: 'test' } });
    }
    const { body: shown } = await app.api.get(`/v1/payment_plans/${id}`);
    expect(shown).toMatchObject({
      amount_settled: 4_000,
      amount_outstanding: 6_000,
      parts: [
        { part: 1, status: 'settled', amount_settled: 3_334 },
        { part: 2, status: 'scheduled', amount_outstanding: 2_667 },
        { part: 3, status: 'scheduled' },
      ],
    });
  });

  const terms = (given: object) => ({ ...preview, terms: given });
  const many = Array.from({ length: 1_000 }, () => ({
    amount: { kind: 'rest' },
    due: { kind: 'at_approval' },
  }));
  const share = (percentage: unknown) => ({
    type: 'deposit',
    percentage,
    balance_due: { kind: 'days_after', days: 9 },
  });
  const dated = (...dates: readonly string[]) => ({
    type: 'custom',
    parts: dates.map((on) => ({ amount: { kind: 'rest' }, due: { kind: 'date', on } })),
  });

  it.each([
    ['0 parts', terms({ type: 'custom', parts: [] }), 400, 'invalid_request'],
    ['1,000 parts', terms({ type: 'custom', parts: many }), 400, 'invalid_request'],
    ['0 installments', terms({ type: 'installments', count: 0 }), 400, 'invalid_request'],
    ['1,000 installments', terms({ type: 'installments', count: 1_000 }), 400, 'invalid_request'],
    ['a percentage above 100', terms(share('100.5')), 400, 'invalid_request'],
    ['a percentage of 0', terms(share('0')), 422, 'plan_percentage_out_of_range'],
    ['a percentage of 100, which leaves nothing', terms(share('100')), 422, 'plan_part_not_positive'],
    [
      'a percentage as a float',
      `{"amount":100,"currency":"USD","terms":{"type":"deposit","percentage":12.5,
      "balance_due":{"kind":"days_after","days":9}}}`,
      400,
      'invalid_request',
    ],
    ['both an amount and a percentage', terms({ ...share('50'), amount: 5 }), 400, 'invalid_request'],
    [
      'a deposit above the total',
      terms({ ...share(undefined), amount: 10_002 }),
      422,
      'plan_parts_do_not_sum',
    ],
    [
      'parts that do not sum',
      terms({
        type: 'custom',
        parts: [{ amount: { kind: 'fixed', amount: 9_999 }, due: { kind: 'at_approval' } }],
      }),
      422,
      'plan_parts_do_not_sum',
    ],
    ['a date in the past', terms(dated('2026-11-29')), 422, 'plan_date_in_the_past'],
    ['dates out of order', terms(dated('2027-02-01', '2027-01-01')), 422, 'plan_dates_not_increasing'],
    ['one date twice', terms(dated('2027-02-01', '2027-02-01')), 422, 'plan_dates_not_increasing'],
    ['a date that no calendar has', terms(dated('2027-02-29')), 400, 'invalid_request'],
    [
      'parts that no card can be charged with',
      { ...terms({ type: 'installments', count: 3 }), currency: 'KWD' },
      422,
      'plan_part_not_collectable',
    ],
    ['an unknown timing', terms({ type: 'later' }), 400, 'invalid_request'],
    ['an unknown field', terms({ type: 'standard', interest: 5 }), 400, 'invalid_request'],
    ['a negative grace', terms({ type: 'standard', grace_days: -1 }), 400, 'invalid_request'],
    [
      'an unknown zone',
      { ...terms({ type: 'standard' }), time_zone: 'Mars/Olympus' },
      400,
      'invalid_request',
    ],
    [
      'a milestone with a mark of direction',
      terms({ type: 'manual', due: { kind: 'milestone', name: 'deli\u202every' } }),
      400,
      'invalid_request',
    ],
    [
      'a milestone of 10,000 characters',
      terms({ type: 'manual', due: { kind: 'milestone', name: 'x'.repeat(10_000) } }),
      400,
      'invalid_request',
    ],
  ])('are refused with %s, and nothing is appended', async (_name, given, status, code) => {
    const before = await app.eventStore.head();
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    const json = { 'content-type': 'application/json' };
    const answer = await app.api.send('POST', '/v1/payment_plans/preview', text, json);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(await app.eventStore.head()).toBe(before);
  });

  it('are not started with what is refused in a preview', async () => {
    const invoice = (await issueInvoice(app.api, customers.inParis, 10_000)).body['id'];
    const before = await app.eventStore.head();
    const refusedTerms = [
      [
        { type: 'deposit', amount: 10_001, balance_due: { kind: 'days_after', days: 9 } },
        'plan_parts_do_not_sum',
      ],
      [{ type: 'net', days: 30, credit_limit: 9_999 }, 'credit_limit_exceeded'],
      [dated('2020-01-01'), 'plan_date_in_the_past'],
    ] as const;
    for (const [given, code] of refusedTerms) {
      const answer = await app.api.post('/v1/payment_plans', { invoice, terms: given });
      expect([answer.status, answer.body['code']]).toEqual([422, code]);
    }
    expect(await app.eventStore.head()).toBe(before);
  });

  it('are of open invoices only', async () => {
    const missing = await start({ invoice: 'inv_0193f1a0-0000-7000-8000-00000000dead' });
    expect([missing.status, missing.body['param']]).toEqual([404, 'invoice']);
    const voided = await issueInvoice(app.api, customers.inParis, 10_000);
    await app.api.post(`/v1/invoices/${voided.body['id']}/void`, {});
    const answer = await start({ invoice: voided.body['id'] });
    expect([answer.status, answer.body['code']]).toEqual([409, 'invoice_not_payable']);
    const nothing = await app.api.get('/v1/payment_plans/plan_0193f1a0-0000-7000-8000-00000000dead');
    expect(nothing.status).toBe(404);
  });
});
