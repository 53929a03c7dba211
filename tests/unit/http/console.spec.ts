import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scopesOfRole } from '../../../src/application/user/role-scopes.js';
import { alertRuleNames } from '../../../src/domain/alert/alert-rules.js';
import { roles } from '../../../src/domain/user/roles.js';
import type { Cell } from '../../../src/interfaces/http/pages/admin/cells.js';
import { csvLine, csvText, csvTitles } from '../../../src/interfaces/http/pages/admin/csv.js';
import { tilesOf } from '../../../src/interfaces/http/pages/admin/overview-tiles.js';
import { changesBetween } from '../../../src/interfaces/http/pages/admin/state-changes.js';
import { apiClient } from '../../support/api-client.js';
import { Browser } from '../../support/browser.js';
import { eventuallyHolds } from '../../support/eventually.js';
import { brandingPages } from './branding-page-examples.js';
import { customerAndInvoicePages } from './customer-invoice-page-examples.js';
import { integrityAndExportPages } from './integrity-export-page-examples.js';
import { ledgerAndLimitPages } from './ledger-limit-page-examples.js';
import { longFiles } from './long-file-examples.js';
import { madeBefore } from './made-before.js';
import { notificationPages } from './notification-page-examples.js';
import { orderAndCreditPages } from './order-credit-page-examples.js';
import { planAndCreditNotePages } from './plan-credit-note-page-examples.js';
import { recoveryPages } from './recovery-page-examples.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';
import { savedFilterPages } from './saved-filter-page-examples.js';
import { webhookPages } from './webhook-page-examples.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

let operators = 0;
async function as(role: Parameters<RunningServer['users']['signedIn']>[0]) {
  operators += 1;
  const operator = await server.users.signedIn(role, `${role}-${operators}@example.com`);
  return { ...operator, browser: Browser.signedIn(server.url, operator) };
}

async function payment(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const body = { amount: 5_000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true, ...more };
  const answer = await server.api.post('/v1/payments', body);
  return String(answer.body['id'] ?? (answer.body['payment'] as { id: string }).id);
}

const use = { server: () => server, as };
ledgerAndLimitPages(use);
integrityAndExportPages(use);
notificationPages(use);
orderAndCreditPages(use);
webhookPages(use);
recoveryPages(use);
planAndCreditNotePages(use);
brandingPages(use);
customerAndInvoicePages(use);
savedFilterPages(use);
longFiles(use);

describe('alerts', () => {
  it('are shown, taken notice of with a reason, and their thresholds changed by whoever may', async () => {
    const { browser } = await as('developer');
    expect((await browser.get('/admin/alerts')).text).toContain('No alert is open.');
    server.measuring.of = {
      stuck_payments: { value: 9, sample: 9, excluded: 0 },
      payment_success: { value: 9_750, sample: 40, excluded: 7 },
    };
    await server.api.post('/v1/alerts', {});
    const stuck = await madeBefore(server, 25 * 60, 'pm_3ds');
    const shown = await browser.get('/admin/alerts');
    expect(shown.text).toMatch(/Stuck now:[\s\S]*href="\/admin\/payments\?stuck=yes"/);
    expect(shown.text).toContain(`href="/admin/payments/${stuck}"`);
    expect(shown.text).toContain('The number of stuck payments was 9, of a sample of 9');
    expect(shown.text).toContain('97.50 % of 40, 7 left out');
    // Of the open alert and of each rule, open or not.
    const runbook = (rule: string) => new RegExp(`href="[^"]*/runbook/${rule}"`, 'g');
    expect(shown.text.match(runbook('stuck_payments'))).toHaveLength(2);
    for (const rule of alertRuleNames) expect(shown.text).toMatch(runbook(rule));
    const id = /alerts\/(alr_[0-9a-f-]+)\/ack/.exec(shown.text)?.[1] ?? '';
    const sent = await browser.submit(`/admin/alerts/${id}/ack`, { reason: 'On it' }, '/admin/alerts');
    expect(sent.status).toBe(303);
    expect((await browser.get('/admin/alerts')).text).toContain('Somebody has taken notice of it.');
    const fields = {
      enabled: 'yes',
      open_at: '20',
      close_at: '10',
      window_minutes: '60',
      minimum_sample: '0',
    };
    const at = '/admin/alerts/rules/stuck_payments/change';
    expect((await browser.submit(at, { ...fields, reason: 'Season' }, '/admin/alerts')).status).toBe(303);
    await eventuallyHolds(async () =>
      expect((await (await as('owner')).browser.get('/admin')).text).toContain('more than 20 is an alarm'),
    );
    const facts = await server.eventStore.readStream('alertRule-stuck_payments');
    expect(facts.map(({ type, metadata }) => [type, metadata.actor.kind, metadata.reason])).toEqual([
      ['AlertOpened', 'system', null],
      ['AlertAcknowledged', 'user', 'On it'],
      ['AlertRuleChanged', 'user', 'Season'],
    ]);
    const auditor = (await as('auditor')).browser;
    expect((await auditor.get('/admin/alerts')).text).not.toContain('Other thresholds');
  });
});

describe('a payment on its page', () => {
  it('is refunded with a reason, once however often the button is pressed', async () => {
    const { browser, id: user } = await as('support');
    const id = await payment();
    const at = `/admin/payments/${id}`;
    expect((await browser.get(at)).text).toContain('50.00 USD can be given back.');
    const { text } = await browser.get(at);
    const fields = {
      csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '',
      once: 'one-click',
      amount: '12.50',
      reason: 'Broken in the post',
    };
    const [first, second] = [
      await browser.send(`${at}/refund`, fields),
      await browser.send(`${at}/refund`, fields),
    ];
    expect([first.status, second.status]).toEqual([303, 303]);
    const after = await browser.get(at);
    expect(after.text).toContain('The refund is made.');
    const events = await server.eventStore.readStream(`payment-${id}`);
    const asked = events.filter(({ type }) => type === 'RefundRequested');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.data['amount']).toEqual({ amount: '1250', currency: 'USD' });
    expect(asked[0]?.metadata).toMatchObject({
      actor: { kind: 'user', id: user },
      reason: 'Broken in the post',
    });
  });

  it.each([
    ['no reason', { amount: '1.00' }, 'reason'],
    ['more than there is', { amount: '99.00', reason: 'x' }, 'can be refunded'],
    ['a fraction that the currency does not have', { amount: '1.005', reason: 'x' }, 'at most 2 digits'],
    ['a word for an amount', { amount: '-1', reason: 'x' }, 'written like 12.50'],
    ['a card number for a reason', { reason: '4242 4242 4242 4242' }, 'card number'],
  ])('is not refunded with %s', async (_title, fields: Record<string, string>, words) => {
    const { browser } = await as('support');
    const id = await payment();
    const at = `/admin/payments/${id}`;
    const told = await browser.follow(await browser.submit(`${at}/refund`, fields, at));
    expect(told.text).toMatch(new RegExp(`role="alert">[^<]*${words}`));
    expect(await server.eventStore.readStream(`payment-${id}`)).not.toContainEqual(
      expect.objectContaining({ type: 'RefundRequested' }),
    );
  });

  it('says in plain words why it was declined', async () => {
    const { browser } = await as('support');
    const id = await payment({ payment_method: 'pm_declined' });
    const { text } = await browser.get(`/admin/payments/${id}`);
    expect(text).toContain('There is not enough money on the card.');
    expect(text).toContain('requires payment method');
  });

  it('is captured and given up by who may, and offers nothing to who may not', async () => {
    const { browser } = await as('finance');
    const [taken, given] = [
      await payment({ capture_method: 'manual' }),
      await payment({ capture_method: 'manual' }),
    ];
    await browser.submit(
      `/admin/payments/${taken}/capture`,
      { amount: '20.00', reason: 'Sent' },
      `/admin/payments/${taken}`,
    );
    expect((await browser.get(`/admin/payments/${taken}`)).text).toContain('Captured 20.00 USD');
    await browser.submit(
      `/admin/payments/${given}/cancel`,
      { reason: 'Out of stock' },
      `/admin/payments/${given}`,
    );
    expect((await browser.get(`/admin/payments/${given}`)).text).toContain('“Out of stock”');
    const auditor = await as('auditor');
    expect((await auditor.browser.get(`/admin/payments/${taken}`)).text).not.toContain('<h2>Actions</h2>');
  });

  it('shows what somebody wrote as text', async () => {
    const { browser } = await as('support');
    const id = await payment({
      description: '<script>alert(1)</script>',
      metadata: { '<b>': '"><img src=x>' },
    });
    const { text } = await browser.get(`/admin/payments/${id}`);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toMatch(/<script>alert|<img/);
  });

  it('that there is none of is missing, whatever is done to it', async () => {
    const { browser } = await as('owner');
    const at = '/admin/payments/pay_0193f1a0-0000-7000-8000-00000000dead';
    expect((await browser.get(at)).status).toBe(404);
    const answer = await browser.submit(`${at}/refund`, { reason: 'x' }, '/admin/account');
    expect((await browser.follow(answer)).status).toBe(404);
    expect((await browser.get('/admin/payments/../etc')).status).toBe(404);
  });
});

describe('two people', () => {
  it('security 34: are not a user and their own API key, in either order', async () => {
    const customer = await server.api.post('/v1/customers', { name: 'Payer' });
    const finance = await as('owner');
    const fields = { name: 'mine', 'scopes[]': 'manual_payments:write', reason: 'x' };
    const made = await finance.browser.submit('/admin/api-keys', fields, '/admin/api-keys');
    const own = apiClient(server.url, /id="secret">(sk_test_\w+)</.exec(made.text)?.[1] ?? '');
    const record = '/admin/manual-payments/record';
    const given = {
      customer: String(customer.body['id']),
      method: 'wire',
      amount: '5000.00',
      currency: 'USD',
      received_on: '2026-11-01',
      reason: 'Bank statement',
    };
    const byHand = await finance.browser.submit(record, { ...given, reference: 'A 1' }, record);
    const at = String(byHand.headers['location']);
    const id = at.slice(at.lastIndexOf('/') + 1);
    expect((await finance.browser.get(at)).text).toContain('another person has to verify it');
    const asKey = await own.post(`/v1/manual_payments/${id}/verify`, {});
    expect([asKey.status, asKey.body['code']]).toEqual([403, 'approver_is_author']);
    expect((await finance.browser.submit(`${at}/verify`, { reason: 'Seen' }, at)).status).toBe(403);

    const byKey = await own.post('/v1/manual_payments', {
      ...{ customer: given.customer, method: 'wire', amount: 500_000, currency: 'USD' },
      ...{ reference: 'A 2', received_on: '2026-11-01' },
    });
    const other = `/admin/manual-payments/${byKey.body['id']}`;
    expect((await finance.browser.submit(`${other}/verify`, { reason: 'Seen' }, other)).status).toBe(403);

    const second = await as('finance');
    await second.browser.submit(`${at}/verify`, { reason: 'On the statement' }, at);
    expect((await second.browser.get(at)).text).toContain('The money is there.');
  });
});

describe('the search', () => {
  it('leads to the page of an id, and finds nothing dangerous', async () => {
    const { browser } = await as('owner');
    const id = await payment();
    expect((await browser.get(`/admin/search?q=${id}`)).headers['location']).toBe(`/admin/payments/${id}`);
    const { status, text } = await browser.get(
      `/admin/search?q=${encodeURIComponent(`"><script>' or 1=1--`)}`,
    );
    expect(status).toBe(200);
    expect(text).toContain('&quot;&gt;&lt;script&gt;');
  });

  it('finds plans, credit and credit notes by id, and documents by what they are over or their number', async () => {
    const { browser } = await as('owner');
    const id = '0193f1a0-0000-7000-8000-000000000777';
    for (const [prefix, place] of [
      ['plan', 'plans'],
      ['crd', 'credits'],
      ['cn', 'credit-notes'],
    ]) {
      const { headers } = await browser.get(`/admin/search?q=${prefix}_${id}`);
      expect(headers['location']).toBe(`/admin/${place}/${prefix}_${id}`);
    }
    const found = async (wanted: string) => (await browser.get(`/admin/search?q=${wanted}`)).text;
    expect(await found('777.00')).toContain(`href="/admin/invoices/inv_${id}">2026-000777<`);
    expect(await found('cn-2026')).toContain(`href="/admin/credit-notes/cn_${id}">CN-2026-000007<`);
    expect(await found('4444')).toContain(`href="/admin/payments/pay_${id}"`);
  });

  it('with a card number in it is refused, and not in the log', async () => {
    const { browser } = await as('owner');
    expect((await browser.get('/admin/search?q=4242424242424242')).status).toBe(400);
    expect(JSON.stringify(server.logger)).not.toContain('4242424242424242');
  });
});

describe('an auditor', () => {
  it('sees the state at any revision, what changed, and how to come to the next', async () => {
    const { browser } = await as('auditor');
    const id = await payment();
    const { text } = await browser.get(`/admin/audit/state?stream=payment-${id}&at=2`);
    expect(text).toContain('Revision 2');
    expect(text).toContain(`stream=payment-${id}&amp;at=1`);
    expect(text).toContain('<span class="added">authorized</span>');
    expect(text).toContain('&quot;amount&quot;: 5000');
    expect((await browser.get('/admin/audit/state?stream=payment-nothing&at=2')).status).toBe(404);
    expect((await browser.get(`/admin/audit/state?stream=payment-${id}&at=now`)).status).toBe(400);
  });

  it('finds events by type and by who did it, with the sentence', async () => {
    const { browser } = await as('auditor');
    await payment({ amount: 7_777 });
    const { text } = await browser.get('/admin/audit?type=PaymentCreated&actor=api_key');
    expect(text).toContain('Created a payment of 77.77 USD.');
    expect(text).not.toContain('Captured 77.77 USD');
    const newest = [...text.matchAll(/<td class="amount"[^>]*>(\d+)<\/td>/g)].map(([, position]) =>
      Number(position),
    );
    expect(newest.length).toBeGreaterThan(1);
    expect(newest).toEqual(newest.toSorted((a, b) => b - a));
    const created = 'Created a payment of 77.77 USD.';
    const year = new Date().getUTCFullYear();
    const shown = async (filter: string) =>
      (await browser.get(`/admin/audit?${filter}`)).text.includes(created);
    expect(await shown(`from=${year - 1}-01-01&type=PaymentCreated`)).toBe(true);
    expect(await shown(`before=${year - 1}-01-01`)).toBe(false);
    expect((await browser.get('/admin/audit?from=yesterday')).status).toBe(400);
    const events = await server.eventStore.readAll(0n, 1_000);
    const last = events.at(-1);
    const found = await browser.get(`/admin/audit/events/evt_${last?.id}`);
    expect(found.headers['location']).toBe(`/admin/audit/state?stream=${last?.stream}&at=${last?.revision}`);
  });

  it('sees who looked at what', async () => {
    const support = await as('support');
    const id = await payment();
    await support.browser.get(`/admin/payments/${id}`);
    const { browser } = await as('auditor');
    const { text } = await browser.get(`/admin/audit/access?user=${support.id}`);
    expect(text).toContain(`GET /admin/payments/${id}`);
    expect(text).toContain('127.0.0.1');
  });

  it('compares a read model with the events only where the role may, and changes nothing', async () => {
    const finance = await as('finance');
    const page = '/admin/audit/replay';
    expect((await finance.browser.get(page)).text).not.toContain('<button>Replay</button>');
    const auditor = await as('auditor');
    const unsaid = await auditor.browser.submit(page, { projection: 'payments' }, page);
    expect((await auditor.browser.follow(unsaid)).text).toMatch(/role="alert">reason/);
    const fields = { projection: 'payments', reason: 'Asked by the auditor' };
    const { text } = await auditor.browser.submit(page, fields, page);
    expect(text).toContain('The live read model is what the events say.');
    const log = await auditor.browser.get(`/admin/audit/access?user=${auditor.id}`);
    expect(log.text).toContain('Asked by the auditor');
  });
});

describe('the overview', () => {
  it('shows the figures against what is promised', async () => {
    const { browser } = await as('owner');
    const { text } = await browser.get('/admin');
    expect(text).toContain('95.00 %');
    expect(text).toContain('19 of 20 in 24 h, 4 left out; 95 % promised; by the first attempt 94.44 %');
    expect(text).toContain('3 of 40 in 1 h, 2 left out');
    expect(text).toContain('1,234.56 USD');
    expect(text).toContain('7.50 %');
    for (const chart of ['success', 'volume-USD']) {
      expect(text).toMatch(
        new RegExp(`<svg[^>]* role="img" aria-labelledby="chart-${chart}-title chart-${chart}-said">`),
      );
      expect(text).toContain(`<details id="chart-${chart}-table">`);
    }
    expect(text).toMatch(/<title>\d\d:00: 95\.00 %, 19 of 20<\/title>/);
    for (const list of ['payments?declined=yes', 'payments?stuck=yes', 'webhooks?status=failed']) {
      expect(text).toContain(`href="/admin/${list}"`);
    }
  });

  it.each([
    [95, 'good'],
    [94, 'promised'],
    [90, 'promised'],
    [89, 'look'],
  ])('judges a success of %i %% by what is promised and by what is an alarm: %s', (succeeded, judged) => {
    const none = { firstSucceeded: 0, firstFailed: 0, unfinished: 0, unanswered: 0 };
    const [tile] = tilesOf(
      {
        ...{
          outcomes: { succeeded, failed: 100 - succeeded, ...none },
          average_seconds: null,
          volume: [],
          hours: [],
          disputes_awaiting: { count: 0, first_due_by: null },
        },
        ...{ stuck: 0, webhooks: { handled: 0, failed: 0, waiting: 0, dismissed: 0 }, open_requests: 0 },
      },
      0,
      { payment_success: 9_000, stuck_payments: 5, inbound_webhooks: 500 },
    );
    expect(tile?.judged).toBe(judged);
  });

  it('shows the worst of the open alerts, first those that nobody has taken notice of', async () => {
    const { browser } = await as('owner');
    const tile = async () => {
      const { text } = await browser.get('/admin');
      return text
        .slice(text.indexOf('Open alerts'), text.indexOf('Volume'))
        .replaceAll(/<[^a][^>]*>|\s+/g, ' ');
    };
    server.measuring.of = {
      payment_success: { value: 8_000, sample: 40, excluded: 0 },
      inbound_webhooks: { value: 5_000, sample: 40, excluded: 0 },
    };
    await server.api.post('/v1/alerts', {});
    // The threshold of the one is nine times what it is for the other.
    await eventuallyHolds(async () =>
      expect(await tile()).toMatch(/inbound webhooks : 50.00 %, nobody.*payment success : 80.00 %, nobody/),
    );
    const [, id] = /alerts#(alr_[0-9a-f-]+)">inbound/.exec(await tile()) ?? [];
    expect((await browser.get('/admin/alerts')).text).toContain(`id="${id}"`);
    await browser.submit(`/admin/alerts/${id}/ack`, { reason: 'On it' }, '/admin/alerts');
    await eventuallyHolds(async () =>
      expect(await tile()).toMatch(/payment success : 80.00 %, nobody.*inbound webhooks : 50.00 %, noticed/),
    );
    server.measuring.of = {
      payment_success: { value: 10_000, sample: 40, excluded: 0 },
      inbound_webhooks: { value: 0, sample: 40, excluded: 0 },
    };
    await server.api.post('/v1/alerts', {});
    await eventuallyHolds(async () => expect(await tile()).toMatch(/Open alerts +0 +good/));
  });

  it('leads to the promises, with what may still go wrong of each, and what is left out', async () => {
    const { browser } = await as('auditor');
    const { text } = await browser.get('/admin/promises');
    const rows = [...text.matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
      .map(([, row = '']) =>
        row
          .replaceAll(/<[^>]*>|\s+/g, ' ')
          .replaceAll(/ +/g, ' ')
          .trim(),
      )
      .filter((row) => !row.startsWith('What'));
    const day = [
      'Payments that succeed 95.00 % kept 96.00 % 96 100 4 5.0 1.0 3',
      'Answers within 3 s, where the customer need not act 95.00 % missed 94.00 % 188 200 12 10.0 -2.0 0',
      'Webhooks that are handled 99.00 % kept 99.00 % 990 1,000 10 10.0 0.0 1',
      'Minutes in which payments were healthy 99.90 % nothing to judge 0 0 1,440',
    ];
    expect(rows).toEqual([...day, ...day]);
    expect(text).toContain('41 to 42');
    expect((await (await as('support')).browser.get('/admin/promises')).status).toBe(403);
  });

  it('is for nobody who may not see alerts', () => {
    for (const role of roles) {
      const may = scopesOfRole[role] as readonly string[];
      if (may.includes('operations:read')) expect([role, ...may]).toContain('alerts:read');
    }
  });

  it('moves by itself, for who may see it', async () => {
    const { token } = await as('owner');
    const headers = { cookie: `counterfoil-console=${token}` };
    const ending = new AbortController();
    const answer = await fetch(`${server.url}/admin/stream`, { headers, signal: ending.signal });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let received = '';
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) received += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    await payment({ amount: 31_415 });
    await eventuallyHolds(() => expect(received).toContain('Created a payment of 314.15 USD.'));
    expect(received).not.toContain('stuck payments</a>');
    server.measuring.of = { stuck_payments: { value: 70, sample: 70, excluded: 0 } };
    await server.api.post('/v1/alerts', {});
    await eventuallyHolds(() => expect(received).toContain('stuck payments</a>: 70'));
    server.measuring.of = {};
    await server.api.post('/v1/alerts', {});
    ending.abort();
    await reading;
    const support = await as('support');
    expect((await support.browser.get('/admin/stream')).status).toBe(403);
    expect((await support.browser.get('/admin')).headers['location']).toBe('/admin/payments');
  });

  it('security 35: stands still at once for who is put out', async () => {
    const developer = await as('developer');
    const owner = await as('owner');
    const headers = { cookie: `counterfoil-console=${developer.token}` };
    const answer = await fetch(`${server.url}/admin/stream`, { headers });
    const ended = (async () => {
      for await (const _chunk of answer.body ?? []);
    })();
    const at = `/admin/users/${developer.id}`;
    await owner.browser.submit(`${at}/disable`, { reason: 'Left' }, at);
    await ended;
  });

  it('does not hold up the end of the process', async () => {
    const own = await startServer();
    const { token } = await own.users.signedIn('owner');
    const headers = { cookie: `counterfoil-console=${token}` };
    const answer = await fetch(`${own.url}/admin/stream`, { headers });
    const ended = (async () => {
      for await (const _chunk of answer.body ?? []);
    })();
    await own.stop();
    await ended;
  });
});

describe('a file for a spreadsheet', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\0=1', '\uff1d1'])(
    'security 54: has no formula in it: %j',
    (text) => {
      expect(csvText(text)).toBe(`"'${text.replaceAll('\0', '')}"`);
    },
  );

  it('security 54: quotes by RFC 4180, and keeps negative amounts as numbers', () => {
    const columns = [{ title: 'What' }, { title: 'Amount', amounts: true as const }, { title: 'Count' }];
    const rows: readonly (readonly Cell[])[] = [
      [
        { kind: 'text', text: 'a "b", c\nd' },
        { kind: 'money', minor: -1_234n, currency: 'USD' },
        { kind: 'count', count: 7n },
      ],
      [
        { kind: 'text', text: null },
        { kind: 'text', text: null },
        { kind: 'count', count: 0 },
      ],
    ];
    const file = [csvTitles(columns), ...rows.map((cells) => csvLine(columns, cells))].join('');
    expect(file).toBe(
      '"What","Amount","Amount, currency","Count"\r\n"a ""b"", c\nd",-12.34,"USD",7\r\n"",,"",0\r\n',
    );
  });

  it('is what the list shows, under a harmless name', async () => {
    const { browser } = await as('finance');
    const { status, headers, text } = await browser.get('/admin/payments/csv?status=succeeded');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/csv/);
    expect(headers['content-disposition']).toBe('attachment; filename="payments.csv"');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toMatch(/^"Payment","Status","Amount","Amount, currency"/);
  });
});

describe('what changed between two states', () => {
  it('is told value by value, also where something is new or gone', () => {
    const before = { a: 1n, b: { c: 'x', d: [1, 2] }, gone: null };
    const after = { a: 1n, b: { c: 'y', d: [1, 3] }, new: true };
    expect(changesBetween(before, after)).toEqual([
      { path: 'b.c', from: 'x', to: 'y' },
      { path: 'b.d.1', from: '2', to: '3' },
      { path: 'gone', from: 'null', to: null },
      { path: 'new', from: null, to: 'true' },
    ]);
  });
});
