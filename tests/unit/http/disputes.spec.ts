import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createComposeNotice } from '../../../src/application/notification/compose-notice.js';
import type { PaymentOperations } from '../../../src/application/payment/payment-operations.js';
import { createDisputeNotices } from '../../../src/application/policies/dispute-notices.policy.js';
import type { Notifications } from '../../../src/application/ports/notifications.js';
import type { DisputeSnapshot } from '../../../src/domain/payment/intent.js';
import { parsePaymentId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { roles } from '../../../src/domain/user/roles.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { tilesOf } from '../../../src/interfaces/http/pages/admin/overview-tiles.js';
import { Browser } from '../../support/browser.js';
import type { InMemoryNotifications } from '../../support/in-memory-notifications.js';
import { at, disputeNews, required, usd } from '../../support/payment-examples.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const took = { movements: [{ balanceTransactionId: 'txn_d1', gross: usd(-5000), fee: usd(1500) }] };

async function paid(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const body = { amount: 5_000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true, ...more };
  return String((await server.api.post('/v1/payments', body)).body['id']);
}

/** What the provider tells of a dispute of the payment. */
async function tell(
  id: string,
  status: DisputeSnapshot['status'],
  more: Partial<DisputeSnapshot> = {},
): Promise<void> {
  const commandId = randomUUID();
  const payments = server.container.get<PaymentOperations>(httpTokens.paymentOperations);
  const about = { commandId, correlationId: commandId, causationId: commandId, reason: null };
  const handled = await payments.run(required(parsePaymentId(id)), disputeNews(status, more), {
    ...about,
    actor: { kind: 'system', id: 'test' },
  });
  expect(handled.outcome).toBe('accepted');
}

describe('a disputed payment', () => {
  it('says on its page what was taken back, why, and until when evidence is taken', async () => {
    const operator = await server.users.signedIn('support', 'support@example.com');
    const browser = Browser.signedIn(server.url, operator);
    const id = await paid();
    const page = async () =>
      (await browser.get(`/admin/payments/${id}`)).text
        .replaceAll(/<[^>]*>|\s+/g, ' ')
        .replaceAll(/ +/g, ' ');
    expect(await page()).not.toContain('Evidence due by');
    await tell(id, 'needs_response', { ...took, reason: 'product_not_received' });
    const open = await page();
    expect(open).toMatch(/took back 50\.00 USD: hand in evidence in the Stripe dashboard by 10 Nov 2026/);
    expect(open).toMatch(/dp_1 needs response 50\.00 USD product not received .*50\.00 USD/);
    await tell(id, 'lost', took);
    const lost = await page();
    expect(lost).not.toContain('hand in evidence');
    expect(lost).toMatch(/dp_1 lost 50\.00 USD/);
    expect(lost).toContain('The dispute of 50.00 USD was lost.');
  });

  it('is told to every operator by mail, each step once, with a link to its page', async () => {
    const { container, eventStore } = server;
    const outbox = container.get<Notifications>(httpTokens.notifications) as InMemoryNotifications;
    const id = await paid();
    await tell(id, 'inquiry');
    await tell(id, 'needs_response', took);
    await tell(id, 'under_review', took);
    await tell(id, 'won', took);
    outbox.kept.clear();
    const recipients = ['ann@acme.example', 'bob@acme.example'];
    const policy = createDisputeNotices({
      ...{ payments: container.get(httpTokens.paymentOperations), notifications: outbox, recipients },
    });
    const events = await eventStore.readStream(`payment-${id}`);
    for (const recorded of [...events, ...events]) await policy.react(recorded);
    expect(outbox.notices.map(({ kind }) => kind)).toEqual([
      ...['dispute_inquiry', 'dispute_inquiry', 'dispute_opened', 'dispute_opened'],
      ...['dispute_won', 'dispute_won'],
    ]);
    const compose = createComposeNotice({
      customers: container.get(httpTokens.customerOperations),
      profiles: container.get(httpTokens.keepProfiles),
      records: container.get(httpTokens.customerProfiles),
      invoices: container.get(httpTokens.invoiceOperations),
      templates: container.get(httpTokens.noticeTemplates),
      issueLinks: () => Promise.reject(new Error('operators get no link with a secret')),
      renderMail: renderMailHtml,
      ...{ businessName: 'Acme', mailDomain: 'acme.example' },
      operators: { recipients, language: 'en', consoleLink: 'https://pay.example/admin' },
    });
    const notice = required(outbox.notices.find(({ kind }) => kind === 'dispute_opened'));
    const composed = await compose({ ...notice, id: 'ntf_1', sending: 1 });
    const mail = composed.outcome === 'mail' ? composed.mail : undefined;
    expect(mail?.to).toBe('ann@acme.example');
    expect(mail?.subject).toBe('Dispute over $50.00: evidence is due by November 10, 2026');
    expect(mail?.text).toContain(`takes back $50.00 of payment ${id}`);
    expect(mail?.text).toContain('The reason that it gives is: fraudulent.');
    expect(mail?.text).toContain(`Open the console:\nhttps://pay.example/admin/payments/${id}\n`);
  });
});

describe('the list of disputes', () => {
  const list = async (query: string) => {
    const { status, body, headers } = await server.api.get(`/v1/disputes${query}`);
    expect([status, headers['x-projection-lag-ms']]).toEqual([200, '12']);
    const { data, has_more: hasMore } = body as {
      data: readonly Record<string, unknown>[];
      has_more: boolean;
    };
    return { data, hasMore, ids: data.map(({ id }) => id) };
  };

  it('has those of every payment, newest first, and each of them by its id', async () => {
    const customer = String((await server.api.post('/v1/customers', {})).body['id']);
    const [first, second] = [await paid({ customer }), await paid()];
    await tell(first, 'inquiry', { amount: usd(1_200), reason: 'unrecognized' });
    await tell(second, 'lost', took);
    const newest = await list('?limit=2');
    expect(newest.data).toEqual([
      {
        ...{ id: expect.stringMatching(/^dp_[0-9a-f-]{36}$/), object: 'dispute', payment: second },
        ...{ customer: null, status: 'lost', amount: 5_000, currency: 'USD', amount_taken: 5_000 },
        ...{ reason: 'fraudulent', evidence_due_by: '2026-11-10T23:59:59.000Z', metadata: {} },
        ...{ provider: { name: 'stripe', dispute: 'dp_1' }, livemode: false },
        ...{ created_at: at, closed_at: at },
      },
      expect.objectContaining({
        ...{ payment: first, customer, status: 'inquiry', amount: 1_200, amount_taken: 0 },
        ...{ reason: 'unrecognized', closed_at: null },
      }),
    ]);
    for (const dispute of newest.data) {
      const path = `/v1/disputes/${dispute['id']}`;
      expect((await server.api.get(path)).body).toEqual(dispute);
      const payment = (await server.api.get(`/v1/payments/${dispute['payment']}`)).body;
      expect((await server.api.get(`${path}?expand[]=payment`)).body).toEqual({ ...dispute, payment });
    }
    // Both are the provider's `dp_1`, and are two all the same.
    expect(new Set(newest.ids).size).toBe(2);
    expect((await list(`?limit=1&starting_after=${newest.ids[0]}`)).ids).toEqual([newest.ids[1]]);
  });

  it('is of a status, a customer, a payment, a currency, a time, or of those that wait for evidence', async () => {
    const customer = String((await server.api.post('/v1/customers', {})).body['id']);
    const [inquired, due, answered] = [
      await paid({ customer }),
      await paid({ customer }),
      await paid({ customer }),
    ];
    const decided = await paid({ customer, currency: 'EUR' });
    const later = required(parseInstant('2026-12-24T23:59:59.000Z'));
    const euros = { minor: 5_000n, currency: 'EUR' } as const;
    await tell(inquired, 'inquiry', { evidenceDueBy: later });
    await tell(due, 'needs_response', took);
    await tell(answered, 'under_review', took);
    await tell(decided, 'won', { amount: euros });
    const payments = async (query: string) =>
      (await list(`?customer=${customer}&${query}`)).data.map(({ payment }) => payment);
    expect(await payments('')).toEqual([decided, answered, due, inquired]);
    expect(await payments('status=needs_response')).toEqual([due]);
    expect(await payments('currency=eur')).toEqual([decided]);
    expect(await payments(`payment=${answered}`)).toEqual([answered]);
    expect(await payments('awaits_evidence=true')).toEqual([due, inquired]);
    expect(await payments('awaits_evidence=false')).toEqual([decided, answered]);
    expect(await payments('awaits_evidence=true&evidence_due_by[lt]=2026-12-01T00:00:00Z')).toEqual([due]);
    expect(await payments('evidence_due_by[gte]=2026-12-01T00:00:00Z')).toEqual([inquired]);
    expect(await payments(`created_at[gte]=${at}&limit=1`)).toEqual([decided]);
    expect(await payments(`created_at[lt]=${at}`)).toEqual([]);
  });
});

describe('the disputes page', () => {
  const plain = (text: string) => text.replaceAll(/<[^>]*>|\s+/g, ' ').replaceAll(/ +/g, ' ');

  it('lists what waits for evidence, leads to the payment, and is a file as well', async () => {
    const operator = await server.users.signedIn('support', 'lists-disputes@example.com');
    const browser = Browser.signedIn(server.url, operator);
    const [due, decided] = [await paid(), await paid()];
    await tell(due, 'needs_response', {
      ...took,
      reason: 'product_not_received',
      providerDisputeId: 'dp_due',
    });
    await tell(decided, 'lost', { ...took, providerDisputeId: 'dp_decided' });
    const all = (await browser.get('/admin/disputes')).text;
    expect(plain(all)).toMatch(/dp_decided .* dp_due /);
    expect(all).toContain('href="/admin/disputes?waiting=yes"');
    expect(all).toContain(`href="/admin/payments/${decided}"`);
    const waiting = (await browser.get('/admin/disputes?waiting=yes&due_before=2026-11-11')).text;
    expect(plain(waiting)).toMatch(
      / needs response 50\.00 USD 50\.00 USD .* product not received .* dp_due /,
    );
    expect(waiting).not.toContain('dp_decided');
    expect((await browser.get('/admin/disputes?waiting=yes&due_before=2026-11-10')).text).not.toContain(
      'dp_due',
    );
    const file = await browser.get(`/admin/disputes/csv?payment=${due}`);
    expect(file.headers['content-type']).toContain('text/csv');
    expect(file.text.trim().split('\n')).toHaveLength(2);
    expect(file.text).toMatch(
      /"needs_response",50\.00,"USD",50\.00,"USD",.*"product not received",.*"dp_due"/,
    );
    const own = await browser.get(`/admin/payments/${due}`);
    expect(own.text).toContain(`href="/admin/disputes?payment=${due}"`);
    const [{ id }] = (
      (await server.api.get(`/v1/disputes?payment=${due}`)).body as { data: [{ id: string }] }
    ).data;
    const found = await browser.get(`/admin/search?q=${id}`);
    expect([found.status, found.headers['location']]).toEqual([303, `/admin/payments/${due}`]);
  });

  it('is where the overview leads, which says how many of them wait and until when', async () => {
    const operator = await server.users.signedIn('owner', 'overview@example.com');
    const { text } = await Browser.signedIn(server.url, operator).get('/admin');
    expect(text).toContain('<a href="/admin/disputes?waiting=yes">Disputes that wait for evidence</a>');
    expect(plain(text)).toContain(
      'Disputes that wait for evidence 2 look the first by 01 Nov 2026, 09:30:00 UTC',
    );
    const outcomes = {
      succeeded: 0,
      failed: 0,
      firstSucceeded: 0,
      firstFailed: 0,
      unfinished: 0,
      unanswered: 0,
    };
    const quiet = {
      ...{ outcomes, average_seconds: null, volume: [], hours: [], stuck: 0, open_requests: 0 },
      webhooks: { handled: 0, failed: 0, waiting: 0, dismissed: 0 },
      disputes_awaiting: { count: 0, first_due_by: null },
    };
    const alarms = { payment_success: 9_000, stuck_payments: 5, inbound_webhooks: 500 };
    expect(tilesOf(quiet, 0, alarms)).toContainEqual({
      ...{ title: 'Disputes that wait for evidence', value: '0', judged: 'good' },
      ...{ note: 'answered in the Stripe dashboard', href: '/admin/disputes?waiting=yes' },
    });
  });

  it.each(roles)('is in the way around of the role %s, and tells what it does not take', async (role) => {
    const operator = await server.users.signedIn(role, `disputes-${role}@example.com`);
    const browser = Browser.signedIn(server.url, operator);
    const shown = await browser.get('/admin/disputes');
    expect([shown.status, shown.text.includes('<a href="/admin/disputes" aria-current="page"')]).toEqual([
      200,
      true,
    ]);
    for (const query of ['status=open', 'waiting=no', 'due_before=tomorrow', 'payment=dp_1']) {
      expect((await browser.get(`/admin/disputes?${query}`)).status).toBe(400);
    }
  });
});
