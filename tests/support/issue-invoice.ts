import type { Answer } from './api-client.js';

/** An open invoice of one line without tax. @param total in cents, at most 100,000 dollars */
export async function issueInvoice(
  api: { post(path: string, body: object): Promise<Answer> },
  customer: string,
  total: number,
  more: object = {},
): Promise<Answer> {
  const cents = (total % 100).toString().padStart(2, '0');
  const line = { description: 'Chairs', unit_price: `${Math.floor(total / 100)}.${cents}` };
  const draft = { customer, currency: 'USD', days_until_due: 30, lines: [line], ...more };
  const made = await api.post('/v1/invoices', draft);
  return api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
}
