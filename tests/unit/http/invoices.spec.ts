import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { customers } from './credit-ports.js';
import { identity } from './in-memory-invoices.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
const customer = customers.inParis;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

const line = (unit_price: string, more: object = {}) => ({
  description: 'Something',
  unit_price,
  taxes: [{ name: 'VAT', percentage: '20', jurisdiction: 'FR' }],
  ...more,
});
const lago = ['68.33', '68.33', '57.50', '85.00'].map((price) => line(price));

const draft = (more: object = {}): Promise<Answer> =>
  app.api.post('/v1/invoices', { customer, currency: 'eur', lines: lago, days_until_due: 30, ...more });
const at = (answer: Answer, rest = ''): string => `/v1/invoices/${answer.body['id']}${rest}`;
const patch = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  app.api.send('PATCH', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
async function issued(more: object = {}): Promise<Answer> {
  const made = await draft(more);
  return app.api.post(at(made, '/finalize'), {});
}
const credit = (answer: Answer, more: object): Promise<Answer> =>
  app.api.post('/v1/credit_notes', { invoice: answer.body['id'], reason: 'returned', ...more });

describe('an invoice over HTTP', () => {
  it('is drafted, with what it would come to', async () => {
    const made = await draft({ memo: 'Thank you.', metadata: { po: '4711' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      object: 'invoice',
      status: 'draft',
      number: null,
      customer,
      currency: 'EUR',
      amount_net: 27_916,
      amount_tax: 5_583,
      amount_total: 33_499,
      amount_due: 0,
      days_until_due: 30,
      memo: 'Thank you.',
      metadata: { po: '4711' },
      taxes: [{ rate: 1, name: 'VAT', percentage: '20', amount: 5_583, remainder_to: [1, 3, 4] }],
      livemode: false,
    });
    expect(made.headers['etag']).toBe('"0"');
    expect((await app.api.get(at(made))).body).toEqual(made.body);
  });

  it('is revised in parts while it is a draft', async () => {
    const made = await draft();
    const revised = await patch(at(made), { lines: [line('1.00')], memo: 'Less.' });
    expect([revised.status, revised.body['amount_total'], revised.body['memo']]).toEqual([200, 120, 'Less.']);
    expect(revised.body['days_until_due']).toBe(30);
    const cleared = await patch(at(made), { memo: null });
    expect([cleared.body['memo'], cleared.body['amount_total']]).toEqual([null, 120]);
    const stale = await patch(at(made), { memo: 'x' }, { 'if-match': '"0"' });
    expect([stale.status, stale.body['code']]).toEqual([412, 'revision_stale']);
    const missing = await patch('/v1/invoices/inv_0193f1a0-0000-7000-8000-00000000dead', {
      memo: 'x',
    });
    expect(missing.status).toBe(404);
  });

  it('is issued once, under the next number, and changes no more', async () => {
    const [first, second] = [await issued(), await issued()];
    const number = (answer: Answer) => Number(String(answer.body['number']).slice('INV-2026-'.length));
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ status: 'open', amount_due: 33_499, overdue: false });
    expect(first.body['number']).toMatch(/^INV-\d{4}-\d{6}$/);
    expect(number(second)).toBe(number(first) + 1);
    expect((await app.api.post(at(first, '/finalize'), {})).body).toEqual(first.body);
    const before = await app.eventStore.head();
    for (const change of [{ memo: 'x' }, { lines: [line('1.00')] }, { days_until_due: 90 }]) {
      const late = await patch(at(first), change);
      expect([late.status, late.body['code']]).toEqual([409, 'invoice_not_draft']);
    }
    expect(await app.eventStore.head()).toBe(before);
    expect((await app.api.get(at(first))).body).toEqual(first.body);
  });

  it('keeps the digest of whom it is addressed to, and no name', async () => {
    const made = await issued();
    const document = JSON.stringify(identity);
    expect(made.body['billing_identity_sha256']).toBe(createHash('sha256').update(document).digest('hex'));
    const events = await app.eventStore.readStream(`invoice-${made.body['id']}`);
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('Hopper');
  });

  it('is sent, voided or given up, and says why not', async () => {
    const made = await issued();
    expect((await app.api.post(at(made, '/send'), {})).body['sent_at']).not.toBeNull();
    expect((await app.api.post(at(made, '/void'), {})).body).toMatchObject({
      status: 'void',
      number: made.body['number'],
      amount_due: 0,
    });
    const given = await app.api.post(at(made, '/mark_uncollectible'), {});
    expect([given.status, given.body['code'], given.body['detail']]).toEqual([
      409,
      'invoice_not_open',
      'The invoice is void.',
    ]);
    const bad = await issued();
    expect((await app.api.post(at(bad, '/mark_uncollectible'), {})).body).toMatchObject({
      status: 'uncollectible',
      amount_written_off: 33_499,
      amount_due: 0,
    });
    const voided = await app.api.post(at(await draft(), '/void'), {});
    expect([voided.status, voided.body['code']]).toEqual([409, 'invoice_not_voidable']);
  });

  it('has a timeline', async () => {
    const made = await issued();
    const { body } = await app.api.get(at(made, '/timeline'));
    expect((body['data'] as { type: string }[]).map(({ type }) => type)).toEqual([
      'InvoiceDrafted',
      'InvoiceFinalizationRequested',
      'InvoiceFinalized',
    ]);
  });

  it('ages as of a day that is asked for', async () => {
    const aging = await app.api.get('/v1/analytics/aging?as_of=2026-02-28');
    expect(aging.body).toEqual({
      object: 'aging',
      as_of: '2026-02-28',
      position: 7,
      customer: null,
      data: [],
    });
    expect((await app.api.get('/v1/analytics/aging?as_of=2026-02-29')).status).toBe(400);
  });
});

describe('a credit note over HTTP', () => {
  it('takes lines back, parts of lines, a part of the whole and the rest: exactly the invoice', async () => {
    const made = await issued();
    const notes = [
      await credit(made, { lines: [{ line: 3 }] }),
      await credit(made, {
        lines: [
          { line: 1, amount: 1 },
          { line: 2, amount: 999 },
        ],
      }),
      await credit(made, { amount: 7_777 }),
      await credit(made, {}),
    ];
    expect(notes.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const sum = (name: string) => notes.reduce((total, { body }) => total + Number(body[name]), 0);
    expect([sum('amount_net'), sum('amount_tax'), sum('amount_total')]).toEqual([27_916, 5_583, 33_499]);
    expect((await app.api.get(at(made))).body).toMatchObject({
      status: 'paid',
      amount_credited: 33_499,
      amount_due: 0,
    });
    const [first] = notes;
    expect(first?.body).toMatchObject({ status: 'issued', reason: 'returned', amount_total: 6_900 });
    expect(first?.body['number']).toMatch(/^CN-\d{4}-\d{6}$/);
    expect((await app.api.get(`/v1/credit_notes/${first?.body['id']}`)).body).toEqual(first?.body);
  });

  it('is made once for one key', async () => {
    const made = await issued();
    const key = { 'idempotency-key': randomUUID() };
    const body = { invoice: made.body['id'], amount: 100, reason: 'goodwill' };
    const first = await app.api.post('/v1/credit_notes', body, key);
    const second = await app.api.post('/v1/credit_notes', body, key);
    expect(second.body).toEqual(first.body);
    expect((await app.api.get(at(made))).body['amount_credited']).toBe(100);
  });
});

type Bad = {
  readonly name: string;
  readonly body: object;
  readonly status: number;
  readonly code: string;
  readonly pointer?: string;
};
const given = { currency: 'EUR' };
const badDrafts: readonly Bad[] = [
  { name: 'no lines', body: { ...given, lines: [] }, status: 400, code: 'too_small', pointer: '/lines' },
  {
    name: '501 lines',
    body: { ...given, lines: Array.from({ length: 501 }, () => ({ description: 'x', unit_price: '1' })) },
    status: 400,
    code: 'too_big',
    pointer: '/lines',
  },
  {
    name: 'no customer',
    body: { ...given, customer: undefined, lines: lago },
    status: 400,
    code: 'required',
    pointer: '/customer',
  },
  {
    name: 'a price with 13 decimals',
    body: { ...given, lines: [line('0.0000000000001')] },
    status: 400,
    code: 'decimal_malformed',
    pointer: '/lines/0/unit_price',
  },
  {
    name: 'a price as a float',
    body: { ...given, lines: [{ ...line('1'), unit_price: 1.5 }] },
    status: 400,
    code: 'decimal_not_text',
    pointer: '/lines/0/unit_price',
  },
  {
    name: 'a price with an exponent',
    body: { ...given, lines: [line('1e3')] },
    status: 400,
    code: 'decimal_malformed',
    pointer: '/lines/0/unit_price',
  },
  {
    name: 'a negative price',
    body: { ...given, lines: [line('-1')] },
    status: 400,
    code: 'out_of_range',
    pointer: '/lines/0/unit_price',
  },
  {
    name: 'a quantity of 0',
    body: { ...given, lines: [line('1', { quantity: '0' })] },
    status: 400,
    code: 'out_of_range',
    pointer: '/lines/0/quantity',
  },
  {
    name: 'a negative quantity',
    body: { ...given, lines: [line('1', { quantity: '-1' })] },
    status: 400,
    code: 'out_of_range',
    pointer: '/lines/0/quantity',
  },
  {
    name: 'neither price nor tiers',
    body: { ...given, lines: [{ description: 'x' }] },
    status: 400,
    code: 'custom',
    pointer: '/lines/0/unit_price',
  },
  {
    name: 'a tax of 101 %',
    body: { ...given, lines: [line('1', { taxes: [{ name: 'VAT', percentage: '101' }] })] },
    status: 400,
    code: 'out_of_range',
    pointer: '/lines/0/taxes/0/percentage',
  },
  {
    name: 'a discount of 100.01 %',
    body: { ...given, lines: lago, discount: { percentage: '100.01' } },
    status: 400,
    code: 'out_of_range',
    pointer: '/discount/percentage',
  },
  {
    name: 'a discount of both kinds',
    body: { ...given, lines: lago, discount: { percentage: '1', amount: 1 } },
    status: 400,
    code: 'custom',
    pointer: '/discount',
  },
  {
    name: 'a day that the calendar has not',
    body: { ...given, lines: lago, due_on: '2027-02-29' },
    status: 400,
    code: 'date_malformed',
    pointer: '/due_on',
  },
  {
    name: 'two due rules',
    body: { ...given, lines: lago, due_on: '2027-02-28', days_until_due: 3 },
    status: 400,
    code: 'custom',
    pointer: '/days_until_due',
  },
  {
    name: '-1 days',
    body: { ...given, lines: lago, days_until_due: -1 },
    status: 400,
    code: 'out_of_range',
    pointer: '/days_until_due',
  },
  {
    name: 'control characters',
    body: { ...given, lines: [line('1', { description: 'a\u0007b' })] },
    status: 400,
    code: 'invalid_format',
    pointer: '/lines/0/description',
  },
  ...[
    ['a line', { lines: [line('1', { description: 'a\u202eb' })] }, '/lines/0/description'],
    [
      'a tax',
      { lines: [line('1', { taxes: [{ name: '\u2067VAT', percentage: '20' }] })] },
      '/lines/0/taxes/0/name',
    ],
    ['a memo', { lines: lago, memo: 'a\u2066b' }, '/memo'],
  ].map(([where, body, pointer]) => ({
    name: `a mark of direction in ${where}`,
    body: { ...given, ...(body as object) },
    status: 400,
    code: 'invalid_format',
    pointer: String(pointer),
  })),
  {
    name: '10,000 characters',
    body: { ...given, lines: [line('1', { description: 'x'.repeat(10_000) })] },
    status: 400,
    code: 'too_big',
    pointer: '/lines/0/description',
  },
  {
    name: 'a number of its own',
    body: { ...given, lines: lago, number: 'INV-1' },
    status: 400,
    code: 'unknown_field',
    pointer: '/number',
  },
  {
    name: 'a rate twice',
    body: { ...given, lines: [line('1', { taxes: [1, 2].map(() => ({ name: 'VAT', percentage: '20' })) })] },
    status: 422,
    code: 'tax_rate_given_twice',
  },
  {
    name: 'a discount above its line',
    body: { ...given, lines: [line('1', { discount: { amount: 101 } })] },
    status: 422,
    code: 'discount_too_large',
  },
  {
    name: 'a discount above the whole',
    body: { ...given, lines: [line('1')], discount: { amount: 101 } },
    status: 422,
    code: 'discount_too_large',
  },
  {
    name: 'a period that ends before it begins',
    body: { ...given, lines: [line('1', { period: { from: '2026-11-02', to: '2026-11-01' } })] },
    status: 422,
    code: 'period_reversed',
  },
  {
    name: 'more than 2^53',
    body: { ...given, lines: [line('99999999999999.99')] },
    status: 422,
    code: 'amount_too_large',
  },
];

describe('what is no invoice', () => {
  it.each(badDrafts)(
    '$name -> $status $code, and nothing is recorded',
    async ({ body, status, code, pointer }) => {
      const before = await app.eventStore.head();
      const answer = await app.api.post('/v1/invoices', { customer, ...body });
      const errors = answer.body['errors'] as { code: string; pointer: string }[] | undefined;
      expect([answer.status, errors?.[0]?.code ?? answer.body['code'], errors?.[0]?.pointer]).toEqual([
        status,
        code,
        pointer,
      ]);
      expect(await app.eventStore.head()).toBe(before);
    },
  );

  it('an invoice for nobody -> 404, and nothing is recorded', async () => {
    const before = await app.eventStore.head();
    const answer = await draft({ customer: 'cus_0193f1a0-0000-7000-8000-00000000dead' });
    expect([answer.status, answer.body['param']]).toEqual([404, 'customer']);
    expect(await app.eventStore.head()).toBe(before);
  });

  it('a draft that would be due before it is issued takes no number', async () => {
    const made = await draft({ days_until_due: undefined, due_on: '2020-01-01' });
    const before = await app.eventStore.head();
    const answer = await app.api.post(at(made, '/finalize'), {});
    expect([answer.status, answer.body['code']]).toEqual([422, 'due_before_issue']);
    expect(await app.eventStore.head()).toBe(before);
    expect((await app.api.get(at(made))).body['status']).toBe('draft');
  });
});

describe('what is no credit note', () => {
  const bad: readonly (Bad & { readonly of?: 'draft' })[] = [
    {
      name: 'of more than the invoice',
      body: { amount: 33_500 },
      status: 422,
      code: 'credit_exceeds_invoice',
    },
    {
      name: 'of more than a line',
      body: { lines: [{ line: 1, amount: 8_201 }] },
      status: 422,
      code: 'credit_exceeds_invoice',
    },
    {
      name: 'of a line that is not there',
      body: { lines: [{ line: 5 }] },
      status: 422,
      code: 'line_not_found',
    },
    {
      name: 'of a line twice',
      body: { lines: [{ line: 1 }, { line: 1 }] },
      status: 422,
      code: 'line_given_twice',
    },
    { name: 'of 0', body: { amount: 0 }, status: 400, code: 'amount_not_positive', pointer: '/amount' },
    {
      name: 'of line 0',
      body: { lines: [{ line: 0 }] },
      status: 400,
      code: 'out_of_range',
      pointer: '/lines/0/line',
    },
    {
      name: 'of lines and an amount',
      body: { lines: [{ line: 1 }], amount: 1 },
      status: 400,
      code: 'custom',
      pointer: '/amount',
    },
    {
      name: 'of amounts for some lines only',
      body: { lines: [{ line: 1 }, { line: 2, amount: 1 }] },
      status: 400,
      code: 'custom',
      pointer: '/lines',
    },
    {
      name: 'for no reason',
      body: { reason: undefined },
      status: 400,
      code: 'invalid_value',
      pointer: '/reason',
    },
    { name: 'of a draft', of: 'draft', body: {}, status: 409, code: 'invoice_not_creditable' },
  ];
  it.each(bad)(
    '$name -> $status $code, and nothing is recorded',
    async ({ body, status, code, pointer, of }) => {
      const made = of === 'draft' ? await draft() : await issued();
      const before = await app.eventStore.head();
      const answer = await credit(made, body);
      const errors = answer.body['errors'] as { code: string; pointer: string }[] | undefined;
      expect([answer.status, errors?.[0]?.code ?? answer.body['code'], errors?.[0]?.pointer]).toEqual([
        status,
        code,
        pointer,
      ]);
      expect(await app.eventStore.head()).toBe(before);
    },
  );

  it('of an invoice that is not there -> 404', async () => {
    const answer = await app.api.post('/v1/credit_notes', {
      invoice: 'inv_0193f1a0-0000-7000-8000-00000000dead',
      reason: 'other',
    });
    expect([answer.status, answer.body['param']]).toEqual([404, 'invoice']);
  });
});
