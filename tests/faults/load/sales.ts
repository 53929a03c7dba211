import type { Outcome } from '../four-books/client-history.js';
import type { Client } from './client.js';
import type { Random } from './random.js';

const declining = ['pm_card_chargeDeclined', 'pm_card_chargeDeclinedInsufficientFunds'] as const;

type Price = { readonly amount: number; readonly currency: string };

/** A customer and what a shop asks for it. */
type Sale = { readonly client: Client; readonly random: Random; readonly customer: string };

/** One customer's story with an invoice: credit and cards pay it, in one go or in several, and now and then a cheque another. */
export async function sale(client: Client, random: Random): Promise<void> {
  // Currencies whose prices have two decimals.
  const currency = random.pick(['USD', 'EUR', 'GBP']);
  const amount = random.between(1_000, 50_000);
  const command = { kind: 'register', subject: null, amount: null, currency } as const;
  const customer = idIn(await client.send(command, '/v1/customers', { name: 'Ada' }));
  if (customer === undefined) return;
  const of: Sale = { client, random, customer };
  if (random.chance(0.8)) await grant(of, { amount: random.between(100, amount), currency });
  const invoice = await issue(of, { amount, currency });
  if (invoice !== undefined) await payWithWhatComes(of, invoice, { amount, currency });
  if (random.chance(0.3)) await payByCheque(of, { amount: random.between(500, 20_000), currency });
}

async function grant({ client, customer }: Sale, { amount, currency }: Price): Promise<void> {
  const command = { kind: 'grant', subject: null, amount: BigInt(amount), currency } as const;
  await client.send(command, '/v1/credits', { customer, amount, currency, type: 'goodwill' });
}

/** The id of an invoice that can be paid. */
async function issue(
  { client, customer, random }: Sale,
  { amount, currency }: Price,
): Promise<string | undefined> {
  // The price holds the tax, so that the total is what was asked for.
  const taxes = random.chance(0.5) ? [{ name: 'VAT', percentage: '20', inclusive: true }] : [];
  const lines = [{ description: 'Chairs', unit_price: (amount / 100).toFixed(2), taxes }];
  const draft = { kind: 'draft', subject: null, amount: null, currency } as const;
  const tax_point = random.chance(0.5) ? 'payment' : 'issue';
  const body = { customer, currency, days_until_due: 3, lines, tax_point };
  const invoice = idIn(await client.send(draft, '/v1/invoices', body));
  if (invoice === undefined) return undefined;
  const finalize = { kind: 'finalize', subject: invoice, amount: null, currency } as const;
  return idIn(await client.send(finalize, `/v1/invoices/${invoice}/finalize`, {}));
}

/** Until something brought what is due, or the customer has had enough. */
async function payWithWhatComes(sale: Sale, invoice: string, price: Price): Promise<void> {
  const { random } = sale;
  for (let tries = random.between(1, 3); tries > 0; tries -= 1) {
    // Two channels at once, now and then: both may be told no, and at most one of them takes what is due.
    const channels = random.chance(0.25) ? 2 : 1;
    const paying = Array.from({ length: channels }, () => pay(sale, invoice, price));
    if ((await Promise.all(paying)).some(({ kind }) => kind === 'ok')) return;
  }
}

function pay({ client, random }: Sale, invoice: string, { amount, currency }: Price): Promise<Outcome> {
  const method = random.chance(0.7) ? 'pm_card_visa' : random.pick(declining);
  const card = { type: 'card', payment_method: method };
  const credit = { type: 'credit' };
  const body = {
    mode: random.pick(['all_or_nothing', 'all_or_nothing', 'accumulate']),
    tenders: random.pick<readonly object[]>([[credit, card], [credit, card], [card], [credit]]),
    ...(random.chance(0.2) ? { amount: random.between(500, amount) } : {}),
  };
  const command = { kind: 'pay', subject: invoice, amount: null, currency } as const;
  return client.send(command, `/v1/invoices/${invoice}/pay`, body, random.chance(0.2) ? 2 : 1);
}

async function payByCheque(sale: Sale, { amount, currency }: Price): Promise<void> {
  const { client, customer } = sale;
  const invoice = await issue(sale, { amount, currency });
  if (invoice === undefined) return;
  const command = { kind: 'cheque', subject: null, amount: BigInt(amount), currency } as const;
  await client.send(command, '/v1/manual_payments', {
    ...{ customer, invoice, amount, currency, method: 'cheque', verify: true },
    ...{ reference: `cheque of ${customer}`, received_on: new Date().toISOString().slice(0, 10) },
  });
}

/** Undefined when there is no such object, or none that the client knows of. */
function idIn(outcome: Outcome): string | undefined {
  return outcome.kind === 'ok' ? outcome.shown.subject : undefined;
}
