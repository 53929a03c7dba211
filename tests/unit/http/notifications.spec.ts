import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ComposeNotice } from '../../../src/application/notification/compose-notice.js';
import { createComposeNotice } from '../../../src/application/notification/compose-notice.js';
import { createIssueLinks } from '../../../src/application/notification/issue-links.js';
import type { NoticeKind } from '../../../src/application/notification/notice-kinds.js';
import { createInvoiceNotices } from '../../../src/application/policies/invoice-notices.policy.js';
import { createPaymentNotices } from '../../../src/application/policies/payment-notices.policy.js';
import type { Notifications } from '../../../src/application/ports/notifications.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { createNotificationWorker } from '../../../src/interfaces/worker/notification-worker.js';
import { createWakeUp } from '../../../src/interfaces/worker/wake-up.js';
import type { Answer } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import type { InMemoryNotifications } from '../../support/in-memory-notifications.js';
import { KeptMails } from '../../support/in-memory-notifications.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { silentLogger } from '../../support/postgres.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
let outbox: InMemoryNotifications;
let mails: KeptMails;
let compose: ComposeNotice;
let start: bigint;

beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

beforeEach(async () => {
  start = await app.eventStore.head();
  const { container } = app;
  outbox = container.get<Notifications>(httpTokens.notifications) as InMemoryNotifications;
  outbox.kept.clear();
  mails = new KeptMails();
  compose = createComposeNotice({
    customers: container.get(httpTokens.customerOperations),
    profiles: container.get(httpTokens.keepProfiles),
    records: container.get(httpTokens.customerProfiles),
    invoices: container.get(httpTokens.invoiceOperations),
    templates: container.get(httpTokens.noticeTemplates),
    issueLinks: createIssueLinks({
      links: container.get(httpTokens.links),
      clock: systemClock,
      publicUrl: 'https://pay.example',
    }),
    renderMail: renderMailHtml,
    businessName: 'Acme',
    mailDomain: 'acme.example',
    operators: { recipients: [], language: 'en', consoleLink: null },
  });
});

/** Tells the policies of everything that happened, twice: they may hear of an event any number of times. */
async function follow(): Promise<void> {
  const { container, eventStore } = app;
  const parts = {
    payments: container.get(httpTokens.paymentOperations),
    collections: container.get(httpTokens.collectionHandler),
    invoices: container.get(httpTokens.invoiceOperations),
    eventStore,
    notifications: outbox,
  };
  const policies = [createPaymentNotices(parts), createInvoiceNotices(parts)];
  for (const recorded of [
    ...(await eventStore.readAll(start, 1_000)),
    ...(await eventStore.readAll(start, 1_000)),
  ]) {
    for (const policy of policies) {
      if (recorded.stream.startsWith(`${policy.category}-`)) await policy.react(recorded);
    }
  }
}

/** Runs the worker until nothing is queued, or whatever is queued waits for a retry. */
async function send(mailer: KeptMails | null = mails): Promise<void> {
  const stopping = new AbortController();
  const worker = createNotificationWorker({
    ...{ notifications: outbox, compose, mailer, logger: silentLogger, wakeUp: createWakeUp(), pollMs: 5 },
  });
  const running = worker.run(stopping.signal);
  await eventually(
    async () => [...outbox.kept.values()],
    (kept) => kept.every(({ row, lease }) => row.status !== 'queued' && lease === null),
  );
  stopping.abort();
  await running;
}

async function customerWith(profile: object): Promise<string> {
  const { body } = await app.api.post('/v1/customers', { email: 'ada@example.com', name: 'Ada', ...profile });
  return String(body['id']);
}

const pay = (customer: string, paymentMethod: string, more: object = {}): Promise<Answer> =>
  app.api.post('/v1/payments', {
    ...{ amount: 5_000, currency: 'EUR', customer, payment_method: paymentMethod, confirm: true },
    ...more,
  });
const kindsOf = (customer: string): readonly NoticeKind[] =>
  outbox.notices.filter((notice) => notice.customer === customer).map(({ kind }) => kind);

describe('what customers are told', () => {
  it('is one receipt for an invoice that credit alone pays, and for one that a card pays the rest of', async () => {
    const paidBy = async (credit: number, tenders: readonly object[]) => {
      const customer = await customerWith({});
      await app.api.post('/v1/credits', { customer, amount: credit, type: 'promotional' });
      const invoice = (await issueInvoice(app.api, customer, 2_000)).body['id'];
      expect((await app.api.post(`/v1/invoices/${invoice}/pay`, { tenders })).status).toBe(201);
      await follow();
      return outbox.notices.filter((notice) => notice.customer === customer);
    };
    const [alone, ...more] = await paidBy(9_000, [{ type: 'credit' }]);
    expect([alone?.kind, alone?.facts['amount'], more]).toEqual([
      'receipt',
      { amount: '2000', currency: 'USD' },
      [],
    ]);
    const card = { type: 'card', payment_method: 'pm_card_visa' };
    const both = await paidBy(500, [{ type: 'credit' }, card]);
    expect(both.map(({ kind, facts }) => [kind, facts['amount']])).toEqual([
      ['receipt', { amount: '1500', currency: 'USD' }],
    ]);
  });

  it('is a receipt for a payment, once, in their language', async () => {
    const customer = await customerWith({ locale: 'de-DE', time_zone: 'Europe/Berlin' });
    await pay(customer, 'pm_card_visa', { description: 'Stühle' });
    await follow();
    await send();
    expect(kindsOf(customer)).toEqual(['receipt']);
    const [mail] = mails.mails;
    expect(mail?.subject.replace(/\s/g, ' ')).toBe('Ihre Zahlung über 50,00 €');
    expect(mail?.to).toBe('ada@example.com');
    expect(mail?.text).toContain('für Stühle erhalten');
    expect(mail?.html).toContain('lang="de"');
  });

  it('is a decline in plain words, and once however many cards were tried', async () => {
    const customer = await customerWith({});
    const declined = await pay(customer, 'pm_declined');
    await app.api.post(`/v1/payments/${declined.body['payment']}/confirm`, { payment_method: 'pm_declined' });
    await follow();
    await send();
    expect(kindsOf(customer)).toEqual(['payment_declined']);
    expect(mails.mails[0]?.text).toMatch(/There is not enough money on the card.*Nothing was taken/s);
    expect(mails.mails[0]?.text).not.toContain('Pay now');
  });

  it('is a decline with a link to pay, where an invoice was to be paid, until it is paid', async () => {
    const customer = await customerWith({});
    const invoice = await issueInvoice(app.api, customer, 4_200);
    const tenders = [{ type: 'card', payment_method: 'pm_declined' }];
    await app.api.post(`/v1/invoices/${invoice.body['id']}/pay`, { tenders });
    await follow();
    await send();
    expect(kindsOf(customer)).toEqual(['payment_declined']);
    expect(mails.mails[0]?.text).toMatch(/Pay now:\nhttps:\/\/pay\.example\/pay\/[\w-]{43}\n/);

    const [notice] = [...outbox.kept.keys()];
    const again = [{ type: 'card', payment_method: 'pm_card_visa' }];
    const paid = await app.api.post(`/v1/invoices/${invoice.body['id']}/pay`, { tenders: again });
    expect(paid.status).toBe(201);
    await app.api.post(`/v1/notifications/${notice}/resend`, {});
    await send();
    const { body } = await app.api.get(`/v1/notifications/${notice}`);
    expect(body).toMatchObject({ status: 'skipped', last_error: 'nothing_is_due', sending: 2 });
  });

  it('is a refund that was sent', async () => {
    const customer = await customerWith({});
    const paid = await pay(customer, 'pm_card_visa');
    await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 1_500 });
    await follow();
    await send();
    expect(kindsOf(customer)).toEqual(['receipt', 'refund_sent']);
    expect(mails.mails.find(({ subject }) => /refund/.test(subject))?.subject).toBe('Your refund of €15.00');
  });

  it('is an invoice when it is sent, with a link to pay it', async () => {
    const customer = await customerWith({});
    const invoice = await issueInvoice(app.api, customer, 4_200);
    await follow();
    expect(kindsOf(customer)).toEqual([]);
    await app.api.post(`/v1/invoices/${invoice.body['id']}/send`, {});
    await follow();
    await send();
    expect(mails.mails[0]?.subject).toBe(`Invoice ${invoice.body['number']} from Acme`);
    expect(mails.mails[0]?.text).toMatch(/over \$42\.00/);
    expect(mails.mails[0]?.html).toMatch(/<a href="https:\/\/pay\.example\/pay\/[\w-]{43}"/);
  });

  it('is nothing where they switched it off, have no address, or nobody can be mailed', async () => {
    const [off, silent] = [
      await customerWith({ notices_off: ['receipt'] }),
      await customerWith({ email: null }),
    ];
    for (const customer of [off, silent]) await pay(customer, 'pm_card_visa');
    await follow();
    await send();
    const reasons = async () =>
      (await outbox.list({} as never)).rows.map(({ customer, last_error: why }) => [customer, why]);
    expect(mails.mails).toEqual([]);
    expect(await reasons()).toEqual([
      [off, 'switched_off_by_customer'],
      [silent, 'no_address'],
    ]);
    for (const id of outbox.kept.keys()) await outbox.resend(id);
    await send(null);
    expect((await reasons()).map(([, why]) => why)).toEqual(['no_mail_server', 'no_mail_server']);
  });

  it('is nothing of an anonymous payment', async () => {
    await app.api.post('/v1/payments', {
      ...{ amount: 5_000, currency: 'EUR', payment_method: 'pm_card_visa', confirm: true },
    });
    await follow();
    expect(outbox.notices).toEqual([]);
  });
});

describe('a notice that is sent', () => {
  async function oneQueued(): Promise<string> {
    const customer = await customerWith({});
    await pay(customer, 'pm_card_visa');
    await follow();
    return [...outbox.kept.keys()][0] ?? '';
  }

  it('and could not be settled goes out again under the same Message-ID; asked for again it is another mail', async () => {
    const id = await oneQueued();
    const settle = outbox.settle.bind(outbox);
    let crashes = 1;
    outbox.settle = async (claimed, outcome) => {
      if (crashes === 0) return settle(claimed, outcome);
      crashes -= 1;
      // As though the process had died with the lease in its hands, and the lease had run out.
      const kept = outbox.kept.get(claimed.id);
      if (kept !== undefined) kept.lease = null;
      throw new Error('crashed');
    };
    await send();
    outbox.settle = settle;
    await app.api.post(`/v1/notifications/${id}/resend`, {});
    await send();
    const ids = mails.mails.map(({ messageId }) => messageId);
    expect(ids).toEqual([`<${id}.1@acme.example>`, `<${id}.1@acme.example>`, `<${id}.2@acme.example>`]);
  });

  it('waits when the server has no time, and is parked when it says no', async () => {
    const id = await oneQueued();
    mails.failures.push(new Error('greylisted'), { outcome: 'refused', reason: 'no such mailbox' });
    await send();
    const { body } = await app.api.get(`/v1/notifications/${id}`);
    expect(body).toMatchObject({ status: 'parked', attempts: 2, last_error: 'no such mailbox' });
    expect(mails.mails).toEqual([]);
  });
});

describe('the words of mails', () => {
  const path = '/v1/notification_templates/receipt/en';
  const words = { subject: 'Thanks for {{amount}}', body: 'Dear {{customer_name}},\n\n{{reference}}' };

  it('can be written anew, previewed, and left to the program again', async () => {
    const preview = await app.api.post(`${path}/preview`, words);
    expect(preview.body).toMatchObject({ subject: 'Thanks for €1,234.50' });
    expect((await app.api.get(path)).body).toMatchObject({ version: 0, changed_by: null });
    const changed = await app.api.send('PUT', path, JSON.stringify(words), {
      'content-type': 'application/json',
    });
    expect(changed.body).toMatchObject({ ...words, version: 1, changed_by: 'api_key:key_1' });
    await pay(await customerWith({}), 'pm_card_visa', { description: '{{business_name}}<b>' });
    await follow();
    await send();
    expect(mails.mails[0]?.subject).toBe('Thanks for €50.00');
    expect(mails.mails[0]?.text).toContain('{{business_name}}<b>');
    expect(mails.mails[0]?.html).toContain('{{business_name}}&lt;b&gt;');
    expect((await app.api.send('DELETE', path, '', {})).body).toMatchObject({ version: 0 });
  });

  it.each([
    [{ ...words, body: 'Hi {{password}}' }, 422, 'template_variable_unknown'],
    [{ ...words, subject: '{{pay_link}}' }, 422, 'template_variable_unknown'],
    [{ ...words, body: 'Hi {{amount' }, 422, 'template_malformed'],
    [{ ...words, subject: 'a\r\nBcc: eve@example.com' }, 400, 'invalid_request'],
    [{ ...words, body: 'a\rb' }, 400, 'invalid_request'],
    [{ ...words, html: '<b>' }, 400, 'invalid_request'],
  ])('%j -> %s', async (body, status, code) => {
    const answer = await app.api.send('PUT', path, JSON.stringify(body), {
      'content-type': 'application/json',
    });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('are of kinds and languages that there are', async () => {
    expect((await app.api.get('/v1/notification_templates/constructor/en')).status).toBe(404);
    expect((await app.api.get('/v1/notification_templates/receipt/xx')).status).toBe(404);
    const all = (await app.api.get('/v1/notification_templates')).body['data'];
    expect(all).toHaveLength(36);
  });
});
