import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Scope } from '../../../src/application/ports/api-keys.js';
import type { Answer } from '../../support/api-client.js';
import { field } from '../../support/api-client.js';
import { Browser } from '../../support/browser.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const scopes: readonly Scope[] = ['refunds:read', 'refunds:write'];
const ann = 'sk_test_annatthedesk0000000000000000';
const annAgain = 'sk_test_annathome0000000000000000000';
const bob = 'sk_test_bobupstairs000000000000000000';
const carol = 'sk_test_carolnextdoor0000000000000000';
const machine = 'sk_test_somemachine0000000000000000';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer({ refundApproval: { of: new Map([['JPY', 5_000]]), others: 1_000 } });
  app.addKey(ann, scopes, false, 'ann');
  app.addKey(annAgain, scopes, false, 'ann');
  app.addKey(bob, scopes, false, 'bob');
  app.addKey(carol, scopes, false, 'carol');
  app.addKey(machine, scopes);
});
afterAll(() => app.stop());

async function pay(amount = 150_000, currency = 'USD'): Promise<string> {
  const body = { amount, currency, payment_method: 'pm_card_visa', confirm: true };
  return String((await app.api.post('/v1/payments', body)).body['id']);
}
const ask = (payment: string, more: object = {}, secret = ann): Promise<Answer> =>
  app.as(secret).post('/v1/refunds', { payment, reason: 'duplicate', ...more });
const decide = (refund: Answer, what: 'approve' | 'reject' | 'cancel', secret = bob): Promise<Answer> =>
  app.as(secret).post(`/v1/refunds/${refund.body['id']}/${what}`, { reason: 'I looked' });
const told = (answer: Answer) => [answer.status, answer.body['code']];
/** How often the provider was asked to refund so far. */
const asked = () => app.gateway.calls.filter((call) => call.startsWith('refund')).length;

describe('a large refund over HTTP', () => {
  it('moves no money until another person approves it, and two keys of one holder are one person', async () => {
    const payment = await pay();
    const before = asked();
    const refund = await ask(payment, { amount: 100_000 });
    expect(refund.status).toBe(202);
    expect(refund.body).toMatchObject({
      ...{ status: 'requires_approval', amount: 100_000, provider: { refund: null } },
      approval: { requested_by: 'ann', decided_by: null },
    });
    expect(told(await ask(payment, { amount: 50_001 }))).toEqual([422, 'refund_exceeds_captured']);
    expect(told(await decide(refund, 'approve', ann))).toEqual([403, 'approver_is_author']);
    expect(told(await decide(refund, 'approve', annAgain))).toEqual([403, 'approver_is_author']);
    expect(told(await decide(refund, 'approve', machine))).toEqual([403, 'holder_required']);
    expect(asked()).toBe(before);
    const approved = await decide(refund, 'approve');
    expect(approved.status).toBe(200);
    expect(approved.body).toMatchObject({
      ...{ status: 'succeeded', amount: 100_000, payment },
      approval: { requested_by: 'ann', decided_by: 'bob' },
    });
    expect(asked()).toBe(before + 1);
    const events = await app.eventStore.readStream(`payment-${payment}`);
    expect(events.map(({ type, metadata }) => [type, metadata.reason]).slice(-4)).toEqual([
      ['RefundApprovalRequested', null],
      ['RefundApproved', 'I looked'],
      ['RefundInitiated', null],
      ['RefundSucceeded', null],
    ]);
  });

  it('is asked for again by a recovery when its outcome was in doubt after the approval', async () => {
    const payment = await pay();
    const refund = await ask(payment, { amount: 100_000 });
    app.gateway.outage = 'unknown';
    expect((await decide(refund, 'approve')).body).toMatchObject({ status: 'pending' });
    app.gateway.outage = undefined;
    const before = asked();
    await app.api.post(`/v1/payments/${payment}/recover`, {});
    expect(asked()).toBe(before + 1);
    expect((await app.api.get(`/v1/refunds/${refund.body['id']}`)).body).toMatchObject({
      status: 'succeeded',
    });
  });

  it('is made once by two people who approve it at the same moment', async () => {
    const refund = await ask(await pay());
    const before = asked();
    const answers = await Promise.all([
      decide(refund, 'approve', bob),
      decide(refund, 'approve', carol),
      decide(refund, 'approve', bob),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 409).length).toBeGreaterThan(0);
    expect(asked()).toBe(before + 1);
  });

  it('is rejected with a reason, which frees its amount and asks nobody', async () => {
    const payment = await pay();
    const before = asked();
    const refund = await ask(payment);
    const bare = await app.as(bob).post(`/v1/refunds/${refund.body['id']}/reject`, {});
    expect(told(bare)).toEqual([400, 'invalid_request']);
    expect((await decide(refund, 'reject')).body).toMatchObject({
      ...{ status: 'rejected', approval: { requested_by: 'ann', decided_by: 'bob' } },
    });
    expect(told(await decide(refund, 'approve', carol))).toEqual([409, 'refund_wrong_status']);
    expect(asked()).toBe(before);
    expect((await ask(payment)).body['status']).toBe('requires_approval');
  });

  it('is asked for by a person, with a reason, and in the units of its currency', async () => {
    const payment = await pay();
    const before = await app.eventStore.head();
    expect(told(await ask(payment, {}, machine))).toEqual([403, 'holder_required']);
    expect(told(await ask(payment, { reason: undefined }))).toEqual([422, 'refund_reason_required']);
    expect(await app.eventStore.head()).toBe(before);
    expect((await ask(payment, { amount: 99_999, reason: undefined }, machine)).status).toBe(201);
    // 5,000 yen have no hundredths.
    const yen = await pay(9_000, 'JPY');
    expect((await ask(yen, { amount: 4_000 })).body['status']).toBe('succeeded');
    expect((await ask(yen, { amount: 1_000 })).body['status']).toBe('requires_approval');
  });

  it('is canceled while it waits, which asks nobody and frees its amount', async () => {
    const payment = await pay();
    const before = app.gateway.calls.length;
    const refund = await ask(payment);
    const canceled = await decide(refund, 'cancel', ann);
    expect(canceled.status).toBe(200);
    expect(canceled.body).toMatchObject({ status: 'rejected', approval: { decided_by: 'ann' } });
    expect(told(await decide(refund, 'approve'))).toEqual([409, 'refund_wrong_status']);
    expect(app.gateway.calls).toHaveLength(before);
    expect((await ask(payment)).body['status']).toBe('requires_approval');
  });

  it('that the provider refuses after all is told to whoever approved it', async () => {
    const refund = await ask(await pay());
    app.gateway.outage = 'refused';
    expect(told(await decide(refund, 'approve'))).toEqual([422, 'provider_refused']);
    app.gateway.outage = undefined;
    const slow = await ask(await pay());
    app.gateway.outage = 'unknown';
    const answer = await decide(slow, 'approve');
    app.gateway.outage = undefined;
    expect([answer.status, answer.body['status']]).toEqual([202, 'pending']);
  });

  it('that there is none of is missing', async () => {
    const nothing = { body: { id: 're_0193f1a0-0000-7000-8000-00000000dead' } } as unknown as Answer;
    expect(told(await decide(nothing, 'approve'))).toEqual([404, 'resource_missing']);
  });
});

describe('a refund that is called off over HTTP', () => {
  async function pendingRefund(): Promise<Answer> {
    const payment = await pay();
    app.gateway.refundStatus = 'requires_action';
    const refund = await ask(payment, { amount: 500 });
    app.gateway.refundStatus = 'succeeded';
    expect([refund.status, refund.body['status']]).toEqual([201, 'pending']);
    return refund;
  }
  const refundedOf = async ({ body }: Answer) =>
    (await app.api.get(`/v1/payments/${body['payment']}`)).body['amount_refunded'];

  it('is canceled at the provider, and its money is back', async () => {
    const refund = await pendingRefund();
    expect(await refundedOf(refund)).toBe(500);
    const canceled = await decide(refund, 'cancel');
    expect([canceled.status, canceled.body['status']]).toEqual([200, 'canceled']);
    expect(await refundedOf(refund)).toBe(0);
    expect((await decide(refund, 'cancel')).body).toEqual(canceled.body);
  });

  it('stays as it is while the outcome is in doubt, and is canceled once by the recovery', async () => {
    const refund = await pendingRefund();
    app.gateway.outage = 'unknown';
    const answer = await decide(refund, 'cancel');
    app.gateway.outage = undefined;
    expect([answer.status, answer.body['status']]).toEqual([202, 'pending']);
    expect(told(await decide(refund, 'cancel'))).toEqual([409, 'refund_operation_in_progress']);
    expect(await refundedOf(refund)).toBe(500);
    await app.api.post(`/v1/payments/${refund.body['payment']}/recover`, {});
    expect((await app.api.get(`/v1/refunds/${refund.body['id']}`)).body['status']).toBe('canceled');
    expect(await refundedOf(refund)).toBe(0);
  });

  it('goes on where the provider refuses to stop it', async () => {
    const refund = await pendingRefund();
    app.gateway.outage = 'refused';
    expect(told(await decide(refund, 'cancel'))).toEqual([422, 'provider_refused']);
    app.gateway.outage = undefined;
    expect((await app.api.get(`/v1/refunds/${refund.body['id']}`)).body['status']).toBe('pending');
  });

  it('is not stopped when it is done, also where the provider is the first to know', async () => {
    const done = await ask(await pay(), { amount: 500 });
    const before = app.gateway.calls.length;
    expect(told(await decide(done, 'cancel'))).toEqual([409, 'refund_not_cancelable']);
    expect(app.gateway.calls).toHaveLength(before);
    const refund = await pendingRefund();
    app.gateway.endRefunds('succeeded');
    expect(told(await decide(refund, 'cancel'))).toEqual([409, 'refund_not_cancelable']);
    expect((await app.api.get(`/v1/refunds/${refund.body['id']}`)).body['status']).toBe('succeeded');
  });
});

describe('a large refund of an invoice', () => {
  const refund = (invoice: unknown, secret: string, body: object = { reason: 'duplicate' }) =>
    app.as(secret).post(`/v1/invoices/${invoice}/refunds`, body);

  async function paidByTwoCards(): Promise<unknown> {
    const { body } = await issueInvoice(app.api, customers.inParis, 120_000);
    const card = { type: 'card', payment_method: 'pm_card_visa', amount: 60_000 };
    const paid = await app.api.post(`/v1/invoices/${body['id']}/pay`, { tenders: [card, { ...card }] });
    expect(paid.body['status']).toBe('succeeded');
    return body['id'];
  }

  it('waits with every card that it goes back to, though each has less than the threshold', async () => {
    const invoice = await paidByTwoCards();
    const before = asked();
    const head = await app.eventStore.head();
    expect(told(await refund(invoice, machine))).toEqual([403, 'holder_required']);
    expect(told(await refund(invoice, ann, {}))).toEqual([422, 'refund_reason_required']);
    expect(await app.eventStore.head()).toBe(head);
    const answer = await refund(invoice, ann);
    expect(answer.status).toBe(202);
    const parts = answer.body['parts'] as readonly { refund: string; status: string }[];
    expect(parts.map(({ status }) => status)).toEqual(['requires_approval', 'requires_approval']);
    expect(asked()).toBe(before);
    expect(told(await refund(invoice, ann))[0]).toBe(422);
    for (const { refund: id } of parts) {
      const one = { body: { id } } as unknown as Answer;
      expect(told(await decide(one, 'approve', annAgain))).toEqual([403, 'approver_is_author']);
      expect((await decide(one, 'approve')).body['status']).toBe('succeeded');
    }
    expect(asked()).toBe(before + 2);
  });

  it('is no smaller for being asked for card by card', async () => {
    const invoice = await paidByTwoCards();
    const statuses = async (amount: number) => {
      const { body } = await refund(invoice, ann, { amount, reason: 'duplicate' });
      return (body['parts'] as readonly object[]).map((part) => field(part, 'status'));
    };
    expect(await statuses(60_000)).toEqual(['succeeded']);
    expect(await statuses(60_000)).toEqual(['requires_approval']);
  });
});

describe('a large refund in the console', () => {
  const signedIn = async (email: string) => {
    const operator = await app.users.signedIn('support', email);
    return Browser.signedIn(app.url, operator);
  };

  it('security 34: is approved by another user than the one who asked, whatever the page offers', async () => {
    const [first, second] = [await signedIn('first@example.com'), await signedIn('second@example.com')];
    const payment = await pay();
    const at = `/admin/payments/${payment}`;
    await first.submit(`${at}/refund`, { reason: 'Sent twice' }, at);
    const own = (await first.get(at)).text;
    expect(own).toContain('you asked for it, so another person has to approve it');
    expect(own).not.toContain('/approve"');
    const action = /\/refunds\/(re_[0-9a-f-]{36})\/reject"/.exec(own)?.[1];
    const approve = `${at}/refunds/${action}/approve`;
    const refusal = await first.follow(await first.submit(approve, { reason: 'Mine' }, at));
    expect(refusal.text).toMatch(/<p>A person other than the one who asked for the refund/);
    const before = asked();
    const done = await second.follow(await second.submit(approve, { reason: 'I looked' }, at));
    expect(done.text).toContain('The refund is approved.');
    expect(done.text).toContain('“Sent twice”');
    expect(asked()).toBe(before + 1);
  });
});
