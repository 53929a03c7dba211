import { apiClient } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import type { ProductReady } from './product-server.js';

/** Whoever looks at pages: an owner of the console who is also a customer with one thing of each kind. */
export type Visitor = {
  readonly cookie: string;
  readonly customer: string;
  /** Paths of pages about the things that were made. */
  readonly paths: {
    readonly pay: string;
    readonly invoice: string;
    readonly order: string;
    readonly plan: string;
    readonly credit: string;
  };
};

/** Makes one thing of each kind through the API, and signs in to the console and to the portal as a person does. */
export async function visitorOf({ port, apiKey, ownerLink }: ProductReady): Promise<Visitor> {
  const url = `http://127.0.0.1:${port}`;
  const api = apiClient(url, apiKey);
  const made = async (path: string, body: object) => {
    const answer = await api.post(path, body);
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const { id: customer } = await made('/v1/customers', { name: 'Ada Lovelace', email: 'ada@example.com' });
  const lines = [{ description: 'Oak desk', unit_price: '489.00' }];
  const invoiceOf = async () => {
    const { id } = await made('/v1/invoices', { customer, currency: 'USD', lines });
    await made(`/v1/invoices/${id}/finalize`, {});
    return id;
  };
  const [invoice, inParts] = [await invoiceOf(), await invoiceOf()];
  const link = await made(`/v1/invoices/${invoice}/pay_links`, {});
  const terms = { type: 'installments', count: 3 };
  const plan = await made('/v1/payment_plans', { invoice: inParts, terms });
  const order = await made('/v1/orders', { customer, currency: 'USD', total: 5_000 });
  const credit = await made('/v1/credits', { customer, amount: 2_500, currency: 'USD', type: 'goodwill' });
  const session = await made('/v1/portal_sessions', { customer });
  const browser = new Browser(url);
  await signIn(browser, new URL(ownerLink ?? '', url).pathname);
  const portal = new URL(String(session['url'])).pathname;
  await browser.submit(portal, {}, portal);
  return {
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    customer: String(customer),
    paths: {
      pay: new URL(String(link['url'])).pathname,
      invoice: `/admin/invoices/${invoice}`,
      order: `/admin/orders/${order['id']}`,
      plan: `/admin/plans/${plan['id']}`,
      credit: `/admin/credits/${credit['id']}`,
    },
  };
}

async function signIn(browser: Browser, welcome: string): Promise<void> {
  const [email, password] = ['owner@example.com', 'correct horse battery staple'];
  await browser.submit(welcome, { name: 'Grace Hopper', email, password, repeated: password }, welcome);
  await browser.submit('/admin/sign-in', { email, password }, '/admin/sign-in');
}
