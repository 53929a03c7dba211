import type { ApiClient } from './api-client.js';
import { items } from './api-client.js';
import { eventually } from './eventually.js';

/** A thing of each kind that has a page in the console, and the forms that are about it, as addresses below `/admin`. */
export async function thingsWithPages(api: ApiClient): Promise<readonly string[]> {
  const made = async (path: string, body: object) => String((await api.post(path, body)).body['id']);
  const customer = await made('/v1/customers', { name: 'Ada Lovelace', email: 'ada@example.com' });
  const line = { description: 'Oak desk', unit_price: '489.00', taxes: [{ name: 'VAT', percentage: '20' }] };
  const draft = { customer, currency: 'EUR', lines: [line] };
  const [drafted, open] = [await made('/v1/invoices', draft), await made('/v1/invoices', draft)];
  await api.post(`/v1/invoices/${open}/finalize`, {});
  await api.post(`/v1/invoices/${open}/send`, {});
  const credit = { customer, amount: 2_500, currency: 'EUR', type: 'goodwill' };
  const template = await made('/v1/invoice_templates', { name: 'Short' });
  const cheque = {
    ...{ customer, method: 'cheque', amount: 2_500, currency: 'EUR', reference: 'cheque 1001' },
    received_on: new Date().toISOString().slice(0, 10),
  };
  return [
    `/orders/${await made('/v1/orders', { customer, currency: 'EUR', total: 5_000 })}`,
    `/credits/${await made('/v1/credits', credit)}`,
    `/credit-notes/${await made('/v1/credit_notes', { invoice: open, amount: 1_000, reason: 'goodwill' })}`,
    `/plans/${await made('/v1/payment_plans', { invoice: open, terms: { type: 'installments', count: 3 } })}`,
    ...['', '/edit'].map((form) => `/invoice-templates/${template}${form}`),
    `/manual-payments/${await made('/v1/manual_payments', cheque)}`,
    ...['', '/edit'].map((form) => `/invoices/${drafted}${form}`),
    ...['', '/credit', '/refund'].map((form) => `/invoices/${open}${form}`),
    ...['', '/edit', '/statement'].map((form) => `/customers/${customer}${form}`),
    `/notifications/${await newestOf(api, 'notifications')}`,
    `/webhooks/${await newestOf(api, 'inbound_webhooks')}`,
    `/users/${await newestOf(api, 'users')}`,
    `/audit/integrity/${await finishedCheck(api)}`,
  ];
}

async function finishedCheck(api: ApiClient): Promise<string> {
  const checks = '/v1/audit/integrity_checks';
  const { body } = await api.post(checks, {}, { 'x-reason': 'To look at its page' });
  const at = `${checks}/${body['id']}`;
  await eventually(
    async () => (await api.get(at)).body['status'],
    (status) => status !== 'pending',
  );
  return String(body['id']);
}

/** Of what comes about by itself, or was there before. */
async function newestOf(api: ApiClient, kind: string): Promise<string> {
  const found = await eventually(
    async () => items(await api.get(`/v1/${kind}`)),
    (all) => all.length > 0,
  );
  return String(found[0]?.['id']);
}

/** The newest thing of each kind in the lists: of a program that has been at work for a while it is worth looking at. */
export async function newestThings(api: ApiClient): Promise<readonly string[]> {
  const kinds = {
    orders: 'orders',
    plans: 'payment_plans',
    credits: 'credits',
    'manual-payments': 'manual_payments',
  };
  const addresses: string[] = [];
  for (const [place, kind] of Object.entries(kinds)) addresses.push(`/${place}/${await newestOf(api, kind)}`);
  const [invoice] = items(await api.get('/v1/invoices?status=open'));
  if (invoice === undefined) throw new Error('there is no open invoice');
  return [
    ...addresses,
    `/invoices/${invoice['id']}`,
    ...['', '/edit', '/statement'].map((form) => `/customers/${invoice['customer']}${form}`),
  ];
}
