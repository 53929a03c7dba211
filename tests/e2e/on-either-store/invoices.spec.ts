import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { readIssuedIdentity } from '../../../src/application/invoice/issued-identity.js';
import type { Answer, Json } from '../../support/api-client.js';
import { items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';
import { pagesOf } from '../../support/pdf-text.js';
import { pngOf } from '../../support/pictures.js';

const dayMs = 86_400_000;

describe.each([chosenStore])('invoices over HTTP, events in %s', (store) => {
  let app: RunningApp;
  let customer: string;
  const register = async () =>
    String((await app.api.post('/v1/customers', { name: 'A customer' })).body['id']);
  beforeAll(async () => {
    app = await startApp(store);
    customer = await register();
  });
  afterAll(() => app?.stop());

  const line = (unit_price: string) => ({
    description: 'Support',
    unit_price,
    taxes: [{ name: 'VAT', percentage: '20', jurisdiction: 'FR' }],
  });
  const draft = (more: object = {}): Promise<Answer> =>
    app.api.post('/v1/invoices', {
      customer,
      currency: 'EUR',
      days_until_due: 30,
      lines: ['68.33', '68.33', '57.50', '85.00'].map(line),
      ...more,
    });
  const issue = async (more: object = {}): Promise<Answer> => {
    const made = await draft(more);
    return app.api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
  };
  const listed = (query: string, wanted: (rows: readonly Json[]) => boolean) =>
    eventually(async () => items(await app.api.get(`/v1/invoices?${query}`)), wanted);

  it('issues, credits and settles to the cent, and shows it in lists, in the books and to the auditor', async () => {
    const made = await issue();
    expect(made.body).toMatchObject({ status: 'open', amount_total: 33_499, amount_due: 33_499 });
    const number = String(made.body['number']);
    for (const credited of [3, 1, 4, 2]) {
      const note = await app.api.post('/v1/credit_notes', {
        invoice: made.body['id'],
        lines: [{ line: credited }],
        reason: 'returned',
      });
      expect([note.status, note.body['status']]).toEqual([201, 'issued']);
    }
    const now = await app.api.get(`/v1/invoices/${made.body['id']}`);
    expect(now.body).toMatchObject({ status: 'paid', amount_credited: 33_499, amount_due: 0 });
    const [row] = await listed(`number=${number}`, ([first]) => first?.['status'] === 'paid');
    expect(row).toMatchObject({
      id: made.body['id'],
      amount_credited: 33_499,
      revision: now.body['revision'],
    });
    const notes = items(await app.api.get(`/v1/credit_notes?invoice=${made.body['id']}`));
    expect(notes.map((note) => note['amount_total']).sort()).toEqual([10_200, 6_900, 8_199, 8_200]);
    // The books follow by a read model of their own.
    await eventually(
      async () => items(await app.api.get('/v1/ledger/trial_balance')),
      (accounts) => accounts.length > 0 && accounts.every(({ balance }) => balance === 0),
    );
    const state = await app.api.get(`/v1/audit/state?stream=invoice-${made.body['id']}`);
    expect(state.body['state']).toMatchObject({ status: 'paid', number });
    const series = await app.api.get(`/v1/audit/state?stream=invoiceSeries-${number.slice(0, -7)}`);
    expect(series.body['state']).toMatchObject({ status: 'numbering', number });
  });

  it('ages what is due as the days go by, and tells any day of the past', async () => {
    const other = await register();
    const made = await issue({ customer: other });
    const { issued_on: issuedOn, due_on: dueOn } = made.body;
    const later = (days: number) =>
      new Date(Date.parse(`${dueOn}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
    const aging = async (asOf: string, total: number) =>
      eventually(
        async () => (await app.api.get(`/v1/analytics/aging?customer=${other}&as_of=${asOf}`)).body['data'],
        (data) =>
          (data as { total: number }[])[0]?.total === total || (total === 0 && (data as []).length === 0),
      );
    expect(await aging(String(issuedOn), 33_499)).toMatchObject([
      { currency: 'EUR', current: 33_499, overdue: 0 },
    ]);
    expect(await aging(String(dueOn), 33_499)).toMatchObject([{ current: 33_499 }]);
    expect(await aging(later(1), 33_499)).toMatchObject([{ current: 0, days_1_30: 33_499, overdue: 33_499 }]);
    expect(await aging(later(91), 33_499)).toMatchObject([{ days_over_90: 33_499 }]);
    expect(await aging('2020-01-01', 0)).toEqual([]);
    const moved = await app.api.post('/sim/clock', { advance_seconds: (32 * dayMs) / 1_000 });
    expect(moved.body).toMatchObject({ ahead_seconds: (32 * dayMs) / 1_000 });
    const now = await app.api.get(`/v1/invoices/${made.body['id']}`);
    expect(now.body).toMatchObject({ status: 'open', overdue: true });
    const [row] = await listed(`customer=${other}&due_on[lte]=${dueOn}`, (rows) => rows.length === 1);
    expect(row).toMatchObject({ overdue: true });
    await app.api.post(`/v1/invoices/${made.body['id']}/void`, {});
    await aging(later(200), 0);
    // Voided today: as of its due date it was still owed.
    expect(await aging(String(dueOn), 33_499)).toMatchObject([{ current: 33_499 }]);
  });

  it('is addressed as the customer was when it was issued, whatever changes later', async () => {
    const registered = await app.api.post('/v1/customers', {
      name: 'Grace Hopper',
      email: 'grace@example.com',
      billing_address: {
        line1: 'Navy Yard 1',
        city: 'Arlington',
        state: 'VA',
        postal_code: '22201',
        country: 'US',
      },
    });
    const id = String(registered.body['id']);
    const digest = async () => (await issue({ customer: id })).body['billing_identity_sha256'];
    const before = await issue({ customer: id });
    expect(before.body['billing_identity_sha256']).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest()).toBe(before.body['billing_identity_sha256']);
    const moved = await app.api.send(
      'PUT',
      `/v1/customers/${id}/billing_address`,
      JSON.stringify({ line1: 'Elsewhere 2', country: 'US' }),
      {
        'content-type': 'application/json',
      },
    );
    expect(moved.status).toBe(200);
    expect(await digest()).not.toBe(before.body['billing_identity_sha256']);
    const now = await app.api.get(`/v1/invoices/${before.body['id']}`);
    expect(now.body['billing_identity_sha256']).toBe(before.body['billing_identity_sha256']);
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    const sql = (text: string) =>
      client.query<{ document: string }>(`${text} where invoice_id = $1`, [before.body['id']]);
    const { rows } = await sql('select document from counterfoil.issued_identities');
    const document = rows[0]?.document ?? '';
    expect(readIssuedIdentity(document, String(before.body['billing_identity_sha256']))).toMatchObject({
      name: 'Grace Hopper',
      address: { line1: 'Navy Yard 1', postalCode: '22201' },
    });
    const pdf = () => app.api.get(`/v1/invoices/${before.body['id']}/pdf`);
    const printed = await pdf();
    const text = (await pagesOf(printed.bytes)).flat();
    expect(text).toEqual(expect.arrayContaining(['Grace Hopper', 'Navy Yard 1']));
    expect((await pdf()).bytes.equals(printed.bytes)).toBe(true);
    await sql(`update counterfoil.issued_identities set document = replace(document, 'Grace', 'Ada')`);
    expect((await pdf()).status).toBe(500);
    await sql('delete from counterfoil.issued_identities');
    const erased = (await pagesOf((await pdf()).bytes)).flat();
    expect(erased).toContain('No recipient is on record');
    await client.end();
  });

  it('looks as the branding and the template say that it had at its issue', async () => {
    const put = (body: object) =>
      app.api.send('PUT', '/v1/branding', JSON.stringify(body), { 'content-type': 'application/json' });
    const made = await app.api.post('/v1/invoice_templates', {
      name: 'Long form',
      labels: { en: { invoice: 'Tax invoice' } },
    });
    const template = String(made.body['id']);
    const logo = { data: pngOf(40, 10).toString('base64') };
    expect((await put({ seller: { name: 'Atelier' }, logo, invoice_template: template })).status).toBe(200);
    const id = String((await issue()).body['id']);
    const pdf = async () => (await app.api.get(`/v1/invoices/${id}/pdf`)).bytes;
    const printed = await pdf();
    expect((await pagesOf(printed)).flat()).toContain('Tax invoice');
    expect(printed.toString('latin1')).toContain('/Subtype /Image');
    await put({ seller: { name: 'Other' } });
    expect((await pdf()).equals(printed)).toBe(true);
    const [row] = await eventually(
      async () => items(await app.api.get('/v1/invoice_templates')),
      (rows) => rows.length === 1,
    );
    expect(row).toMatchObject({ id: template, version: 1, labels: { en: { invoice: 'Tax invoice' } } });
    const state = await app.api.get('/v1/audit/state?stream=branding-default');
    expect(state.body['state']).toMatchObject({ status: 'defined' });
  });

  it('keeps the number of a void invoice, and goes on behind it', async () => {
    const [first, second] = [await issue(), await issue()];
    const voided = await app.api.post(`/v1/invoices/${first.body['id']}/void`, {});
    expect(voided.body).toMatchObject({ status: 'void', number: first.body['number'] });
    const sequence = (answer: Answer) => Number(String(answer.body['number']).slice(-6));
    expect(sequence(second)).toBe(sequence(first) + 1);
  });
});
