import type { ApiAnswer } from './api-client.js';
import type { Client } from './demo-telling.js';
import { chapter, reached, record, rows, rowsOf, say, tell } from './demo-telling.js';

const dayS = 86_400;

/** An order paid by a deposit and installments, with credit and a card; one installment fails and recovers. */
export async function sellOnPlan(api: Client, simulator: Client): Promise<void> {
  const customer = String((await api.post('/v1/customers', { name: 'Ada' })).body['id']);
  const visa = await savedCard(api, simulator, customer, 'pm_card_visa');
  const invoice = await payDeposit(api, customer);
  await failAndRecover(api, simulator, { customer, visa, invoice });
  await creditAndFinish(api, { customer, visa, invoice });
  await tellStatement(api, customer);
}

type Sold = { readonly customer: string; readonly visa: string; readonly invoice: string };

async function payDeposit(api: Client, customer: string): Promise<string> {
  chapter('An order of 1,000.00: a deposit of 40 % and two installments, with 150.00 of credit');
  await api.post('/v1/credits', { customer, amount: 15_000, currency: 'USD', type: 'goodwill' });
  const order = await api.post('/v1/orders', { customer, currency: 'USD', total: 100_000 });
  const path = `/v1/orders/${order.body['id']}`;
  for (const to of ['analyzing', 'reviewing']) {
    await api.post(`${path}/transitions`, { to, reason: 'next step' });
  }
  const approved = await api.post(`${path}/transitions`, {
    ...{ to: 'payment_pending', reason: 'agreed' },
    terms: {
      type: 'custom',
      releases_order: 'first_part_settled',
      parts: [
        {
          amount: { kind: 'percentage', percentage: '40' },
          due: { kind: 'at_approval' },
          collect: 'automatic',
        },
        { amount: { kind: 'rest' }, due: { kind: 'months_after', months: 1 }, collect: 'automatic' },
        { amount: { kind: 'rest' }, due: { kind: 'months_after', months: 2 }, collect: 'automatic' },
      ],
    },
  });
  tell(approved, `status ${approved.body['status']}; the deposit falls due at once`);
  const started = await reached(api, path, (body) => body['status'] === 'paid');
  const invoice = rows(await api.get(`/v1/invoices?customer=${customer}`))[0] ?? {};
  tell(started, `the deposit is collected, credit first: the order is ${started.body['status']}`);
  const collection = rows(await api.get(`/v1/collections?invoice=${invoice['id']}`))[0] ?? {};
  const legs = record((await api.get(`/v1/collections/${collection['id']}`)).body)['legs'];
  for (const leg of Array.isArray(legs) ? legs.map(record) : []) {
    say(`    ${String(leg['type']).padEnd(7)} ${leg['status']} ${leg['amount']}`);
  }

  return String(invoice['id']);
}

async function failAndRecover(
  api: Client,
  simulator: Client,
  { customer, visa, invoice }: Sold,
): Promise<void> {
  chapter('A month later the card is refused; the customer pays with another one');
  const empty = await savedCard(api, simulator, customer, 'pm_card_chargeCustomerFail');
  await api.put(`/v1/customers/${customer}/payment_methods/${empty}/default`, {});
  await api.post('/sim/clock', { advance_seconds: 32 * dayS });
  const plan = `/v1/payment_plans?invoice=${invoice}`;
  const failed = await reached(api, plan, (body) => failuresIn(body) > 0);
  tell(failed, `${failuresIn(failed.body)} collection failed; the invoice is still open`);
  const again = await api.post(`/v1/invoices/${invoice}/pay`, {
    ...{ amount: 30_000, tenders: [{ type: 'card', payment_method: visa }] },
  });
  tell(again, `status ${again.body['status']}`);
  const second = await reached(api, `/v1/invoices/${invoice}`, (body) => body['amount_paid'] === 70_000);
  tell(second, `paid ${second.body['amount_paid']} of ${second.body['amount_total']}`);
}

async function creditAndFinish(api: Client, { customer, visa, invoice }: Sold): Promise<void> {
  chapter('A chair came back: a credit note, and the last installment is smaller');
  const note = await api.post('/v1/credit_notes', {
    ...{ invoice, amount: 5_000, reason: 'returned' },
  });
  tell(note, `credit note ${note.body['number']} over ${note.body['amount_total']}`);
  await api.put(`/v1/customers/${customer}/payment_methods/${visa}/default`, {});
  await api.post('/sim/clock', { advance_seconds: 31 * dayS });
  const last = await reached(api, `/v1/invoices/${invoice}`, (body) => body['status'] === 'paid');
  tell(last, `paid ${last.body['amount_paid']}, credited ${last.body['amount_credited']}: nothing is due`);
}

async function tellStatement(api: Client, customer: string): Promise<void> {
  chapter("The customer's statement: above zero is owed to us, below zero to the customer");
  const statement = await reached(
    api,
    `/v1/customers/${customer}/statement`,
    (body) => rowsOf(body['balances'])[0]?.['balance'] === 0,
  );
  for (const line of rows(statement)) {
    const moved = Number(line['receivable']) + Number(line['credit']) + Number(line['unapplied']);
    const [amount, balance] = [moved, line['balance']].map((sum) => String(sum).padStart(9));
    say(
      `    ${String(line['at']).slice(0, 10)}  ${String(line['description']).padEnd(20)} ${amount} ${balance}`,
    );
  }
  say(`    as of ${statement.body['as_of']}, position ${statement.body['position']}`);
}

/** Saves a card for a customer, as the customer's browser would, and answers its id. */
async function savedCard(api: Client, simulator: Client, customer: string, card: string): Promise<string> {
  const path = `/v1/customers/${customer}/payment_methods`;
  const before = rows(await api.get(path)).map((method) => method['id']);
  const setup = await api.post(`/v1/customers/${customer}/setup_intents`, {});
  const intent = String(record(setup.body['provider'])['setup_intent']);
  await simulator.post(`/sim/setup_intents/${intent}/confirm`, { payment_method: card });
  const found = await reached(api, path, (body) => rowsOf(body['data']).length > before.length);
  return String(rows(found).find(({ id }) => !before.includes(id))?.['id']);
}

function failuresIn(body: ApiAnswer['body']): number {
  const parts = rowsOf(body['data']).flatMap((plan) => rowsOf(plan['parts']));
  return parts.reduce((sum, part) => sum + Number(part['failed_collections']), 0);
}
