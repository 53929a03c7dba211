import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Scope } from '../../../src/application/ports/api-keys.js';
import type { Answer } from '../../support/api-client.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const scopes: readonly Scope[] = ['manual_payments:read', 'manual_payments:write'];
const ann = 'sk_test_annatthedesk0000000000000000';
const annAgain = 'sk_test_annathome0000000000000000000';
const bob = 'sk_test_bobupstairs000000000000000000';
const machine = 'sk_test_somemachine0000000000000000';

let count = 0;
const cheque = (more: object = {}): object => {
  count += 1;
  return {
    customer: customers.inParis,
    method: 'cheque',
    amount: 5_000,
    currency: 'USD',
    reference: `No. ${count}`,
    received_on: '2026-01-15',
    ...more,
  };
};

describe('manual payments over HTTP', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
    app.addKey(ann, scopes, false, 'ann');
    app.addKey(annAgain, scopes, false, 'ann');
    app.addKey(bob, scopes, false, 'bob');
    app.addKey(machine, scopes);
  });
  afterAll(() => app.stop());

  const record = (more: object = {}, secret = ann): Promise<Answer> =>
    app.as(secret).post('/v1/manual_payments', cheque(more));
  const act = (payment: Answer, what: string, body: object, secret = ann): Promise<Answer> =>
    app.as(secret).post(`/v1/manual_payments/${payment.body['id']}/${what}`, body);
  const told = (answer: Answer) => [answer.status, answer.body['code']];

  it('are recorded and verified by one person below the threshold', async () => {
    const evidence = 'a'.repeat(64);
    const recorded = await record({ evidence_sha256: evidence });
    expect(recorded.status).toBe(201);
    expect(recorded.body).toMatchObject({
      ...{ object: 'manual_payment', status: 'recorded', amount: 5_000, amount_applied: 0 },
      ...{ recorded_by: 'ann', value_on: '2026-01-15', evidence_sha256: evidence, possible_duplicates: [] },
    });
    const verified = await act(recorded, 'verify', {});
    expect(verified.body).toMatchObject({ status: 'verified', verified_by: 'ann', amount_unapplied: 5_000 });
    const read = await app.api.get(`/v1/manual_payments/${recorded.body['id']}`);
    expect(read.body).toEqual(verified.body);
    expect((await record({ verify: true })).body).toMatchObject({ status: 'verified' });
  });

  it('need another person from the threshold on, and two keys of one holder are one person', async () => {
    const large = await record({ amount: 100_000 });
    expect(large.body).toMatchObject({ status: 'recorded', needs_second_person: true });
    const before = await app.eventStore.head();
    expect(told(await act(large, 'verify', {}))).toEqual([403, 'approver_is_author']);
    expect(told(await act(large, 'verify', {}, annAgain))).toEqual([403, 'approver_is_author']);
    expect(told(await act(large, 'verify', {}, machine))).toEqual([403, 'holder_required']);
    expect(await app.eventStore.head()).toBe(before);
    expect((await act(large, 'verify', {}, bob)).body).toMatchObject({
      status: 'verified',
      verified_by: 'bob',
    });
    expect(told(await record({ amount: 100_000, verify: true }))).toEqual([403, 'approver_is_author']);
    expect(told(await record({ amount: 100_000 }, machine))).toEqual([403, 'holder_required']);
    // The threshold is in units of the currency: 1,000 yen have no hundredths.
    expect((await record({ amount: 999, currency: 'JPY', verify: true })).status).toBe(201);
    expect(told(await record({ amount: 1_000, currency: 'JPY', verify: true }))[0]).toBe(403);
  });

  it('bounce with what the bank takes for it, and are rejected when they were never there', async () => {
    const verified = await record({ verify: true });
    const body = { cause: 'bounced', fee: 700, reason: 'The bank sent it back' };
    expect((await act(verified, 'reverse', body, bob)).body).toMatchObject({
      ...{ status: 'reversed', reversal_cause: 'bounced', reversal_fee: 700, amount_unapplied: 0 },
    });
    expect(told(await act(verified, 'verify', {}))).toEqual([409, 'manual_payment_wrong_status']);
    const recorded = await record();
    expect(told(await act(recorded, 'reverse', body))).toEqual([409, 'manual_payment_wrong_status']);
    expect((await act(recorded, 'reject', { reason: 'A typing error' })).body['status']).toBe('rejected');
    expect(told(await act(recorded, 'verify', {}, bob))).toEqual([409, 'manual_payment_wrong_status']);
  });

  it('with one reference, amount and date are asked about, however they are written', async () => {
    const first = await record({ reference: 'ab 12' });
    const before = await app.eventStore.head();
    const second = await record({ reference: 'AB12' });
    expect(told(second)).toEqual([409, 'possible_duplicate']);
    expect(second.body['possible_duplicates']).toEqual([first.body['id']]);
    expect(await app.eventStore.head()).toBe(before);
    const third = await record({ reference: 'AB12', method: 'wire', allow_duplicate: true });
    expect(third.status).toBe(201);
    expect(third.body['possible_duplicates']).toEqual([first.body['id']]);
    expect((await record({ reference: 'AB12', amount: 5_001 })).body['possible_duplicates']).toEqual([]);
  });

  it('are recorded once by two people at the same moment', async () => {
    const same = { reference: 'one cheque' };
    const answers = await Promise.all([record(same, ann), record(same, bob), record(same, annAgain)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it.each([
    ['received tomorrow', { received_on: '2999-01-01' }, 422, 'manual_payment_dates_contradict'],
    ['of value before it was received', { value_on: '2026-01-14' }, 422, 'manual_payment_dates_contradict'],
    ['of nothing', { amount: 0 }, 400, 'invalid_request'],
    ['of less than nothing', { amount: -5 }, 400, 'invalid_request'],
    ['without a reference', { reference: '' }, 400, 'invalid_request'],
    ['with control characters', { reference: 'a\u0007' }, 400, 'invalid_request'],
    ['with a mark of direction', { reference: 'a\u202e21' }, 400, 'invalid_request'],
    ['with a reference of 10,000 characters', { reference: 'x'.repeat(10_000) }, 400, 'invalid_request'],
    ['by carrier pigeon', { method: 'pigeon' }, 400, 'invalid_request'],
    ['with evidence that is no digest', { evidence_sha256: 'scan.pdf' }, 400, 'invalid_request'],
    [
      'from a customer that there is none of',
      { customer: 'cus_0193f1a0-0000-7000-8000-00000000dead' },
      404,
      'resource_missing',
    ],
    ['on a day that no calendar has', { received_on: '2026-02-30' }, 400, 'invalid_request'],
  ])('are not recorded %s, and nothing is appended', async (_name, more, status, code) => {
    const before = await app.eventStore.head();
    expect(told(await record(more))).toEqual([status, code]);
    expect(await app.eventStore.head()).toBe(before);
  });

  it('that were recorded stay so, though the invoice takes no more when an answer was lost', async () => {
    const invoice = (await issueInvoice(app.api, customers.inParis, 5_000)).body['id'];
    const [body, later] = [cheque({ invoice }), cheque({ invoice })];
    const send = (what: object, key: string) =>
      app.as(ann).post('/v1/manual_payments', what, { 'idempotency-key': key });
    const recorded = await send(body, 'cheque-1');
    await app.api.post(`/v1/invoices/${invoice}/void`, {});
    app.idempotency.loseAnswers();
    const repeated = await send(body, 'cheque-1');
    expect([repeated.status, repeated.body['id']]).toEqual([201, recorded.body['id']]);
    for (const _again of [1, 2]) {
      expect(told(await send(later, 'cheque-2'))).toEqual([409, 'invoice_not_payable']);
      app.idempotency.loseAnswers();
    }
  });

  it('of an invoice fit it', async () => {
    const invoice = (await issueInvoice(app.api, customers.inParis, 5_000)).body['id'];
    expect((await record({ invoice })).status).toBe(201);
    const before = await app.eventStore.head();
    expect(told(await record({ invoice, customer: customers.inNewYork }))).toEqual([
      ...[422, 'invoice_of_another_customer'],
    ]);
    expect(told(await record({ invoice, currency: 'EUR' }))).toEqual([422, 'currency_mismatch']);
    expect(told(await record({ invoice, amount: 5_001 }))).toEqual([422, 'manual_payment_above_due']);
    const missing = 'inv_0193f1a0-0000-7000-8000-00000000dead';
    expect(told(await record({ invoice: missing }))).toEqual([404, 'resource_missing']);
    expect(await app.eventStore.head()).toBe(before);
    expect((await record({ invoice, amount: 5_001, allow_overpayment: true })).status).toBe(201);
    await app.api.post(`/v1/invoices/${invoice}/void`, {});
    const voided = await app.eventStore.head();
    expect(told(await record({ invoice }))).toEqual([409, 'invoice_not_payable']);
    expect(told(await record({ invoice, verify: true, allow_overpayment: true }))).toEqual([
      ...[409, 'invoice_not_payable'],
    ]);
    expect(await app.eventStore.head()).toBe(voided);
  });

  it('are recorded only under an Idempotency-Key, once', async () => {
    const json = { 'content-type': 'application/json' };
    const text = JSON.stringify(cheque());
    const without = await app.api.send('POST', '/v1/manual_payments', text, json);
    expect(told(without)).toEqual([400, 'idempotency_key_required']);
    const key = { ...json, 'idempotency-key': 'one-cheque' };
    const first = await app.api.send('POST', '/v1/manual_payments', text, key);
    const again = await app.api.send('POST', '/v1/manual_payments', text, key);
    expect([first.status, again.text]).toEqual([201, first.text]);
  });
});
