import type { HttpAnswer } from './deployment.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

const minute = 60_000;
const hour = 60 * minute;

/** What a shop asks of us, each request until it is answered; undefined when it gives up. */
export type Ask = {
  post(path: string, body: object): Promise<HttpAnswer | undefined>;
  get(path: string): Promise<Readonly<Record<string, unknown>> | undefined>;
};

const cards = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_chargeDeclined',
  'pm_card_refundFail',
] as const;

/** One customer who is sold something: on an invoice, or by an order and its plan, and paid for with whatever comes to hand. */
export async function runBuyer(parts: {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly name: string;
  readonly customer: string;
  readonly ask: Ask;
  readonly startMs: number;
  readonly endMs: number;
}): Promise<void> {
  const { scheduler, random, name, customer, ask, startMs, endMs } = parts;
  const cheques: string[] = [];
  let paid = 0;

  const idOf = (answer: HttpAnswer | undefined): string | undefined =>
    answer !== undefined && answer.status < 300
      ? String((JSON.parse(answer.body) as { id?: unknown }).id)
      : undefined;
  const some = (): number => 100 + random.below(20_000);

  async function invoiced(): Promise<string | undefined> {
    const lines = [
      { description: 'Chairs', unit_price: `${1 + random.below(200)}.${10 + random.below(90)}` },
    ];
    const id = idOf(await ask.post('/v1/invoices', { customer, currency: 'USD', days_until_due: 3, lines }));
    if (id !== undefined) await ask.post(`/v1/invoices/${id}/finalize`, {});
    return id;
  }

  async function ordered(): Promise<string | undefined> {
    const order = idOf(await ask.post('/v1/orders', { customer, currency: 'USD', total: some() + 1000 }));
    if (order === undefined) return undefined;
    const path = `/v1/orders/${order}/transitions`;
    for (const to of ['analyzing', 'reviewing']) await ask.post(path, { to, reason: 'next' });
    await ask.post(path, { to: 'payment_pending', reason: 'agreed', terms: termsOf(random) });
    return order;
  }

  async function pay(invoice: string): Promise<void> {
    const card = () => ({ type: 'card', payment_method: random.pick(cards) });
    const credit = { type: 'credit' };
    const mixes = [[card()], [credit, card()], [credit], [credit, card(), card()]];
    const tenders = mixes[random.below(mixes.length)];
    const mode = random.chance(0.5) ? 'all_or_nothing' : 'accumulate';
    const body = { mode, tenders, ...(random.chance(0.4) ? { amount: some() } : {}) };
    const ask1 = () => ask.post(`/v1/invoices/${invoice}/pay`, body);
    // Two channels at once, now and then.
    const answers = random.chance(0.2) ? await Promise.all([ask1(), ask1()]) : [await ask1()];
    for (const answer of answers) {
      const id = idOf(answer);
      if (id === undefined || random.chance(0.6)) continue;
      await scheduler.sleep(random.spread(minute, 6 * hour), `${name} thinks again`);
      await refundSome(id);
    }
  }

  async function refundSome(collection: string): Promise<void> {
    const found = await ask.get(`/v1/collections/${collection}`);
    const legs = (found?.['legs'] ?? []) as { payment?: string; type: string; amount: number }[];
    for (const { payment, type, amount } of legs) {
      if (type !== 'card' || payment === undefined) continue;
      const reason = random.pick(['requested_by_customer', 'fraudulent', 'duplicate']);
      await ask.post('/v1/refunds', { payment, amount: 1 + random.below(amount), reason });
    }
  }

  async function cheque(invoice: string): Promise<void> {
    paid += 1;
    const today = new Date(scheduler.nowMs).toISOString().slice(0, 10);
    const id = idOf(
      await ask.post('/v1/manual_payments', {
        ...{ customer, invoice, method: 'cheque', amount: some(), currency: 'USD', verify: true },
        ...{ reference: `${name} ${paid}`, received_on: today, allow_overpayment: true },
      }),
    );
    if (id !== undefined) cheques.push(id);
  }

  async function invoiceNow(invoice: string | undefined): Promise<string | undefined> {
    if (invoice !== undefined) return invoice;
    const list = await ask.get('/v1/invoices');
    const listed = (list?.['data'] ?? []) as { id: string; customer: string }[];
    const all = listed.filter((one) => one.customer === customer);
    return all[random.below(Math.max(all.length, 1))]?.id;
  }

  async function act(invoice: string | undefined, order: string | undefined): Promise<void> {
    const dice = random.below(10);
    const id = await invoiceNow(invoice);
    if (dice < 4 && id !== undefined) await pay(id);
    else if (dice < 6 && id !== undefined) await cheque(id);
    else if (dice === 6) {
      await ask.post('/v1/credits', { customer, amount: some(), currency: 'USD', type: 'goodwill' });
    } else if (dice === 7) {
      const bounced = cheques.pop();
      const why = { cause: 'bounced', reason: 'bank' };
      if (bounced !== undefined) await ask.post(`/v1/manual_payments/${bounced}/reverse`, why);
    } else if (order !== undefined) {
      const status = (await ask.get(`/v1/orders/${order}`))?.['status'];
      const to = random.chance(0.2) ? { to: 'canceled' } : { to: status, total: some() };
      if (status !== undefined)
        await ask.post(`/v1/orders/${order}/transitions`, { ...to, reason: 'changed' });
    }
  }

  await scheduler.sleep(startMs, `${name} comes`);
  const sells = random.chance(0.5);
  const invoice = sells ? await invoiced() : undefined;
  const order = sells ? undefined : await ordered();
  for (let acts = 0; acts < 6 && scheduler.nowMs < endMs; acts += 1) {
    await scheduler.sleep(random.spread(minute, 12 * hour), `${name} waits`);
    await act(invoice, order);
  }
}

function termsOf(random: Random): object {
  const balance = { kind: 'days_after', days: 1 + random.below(3) };
  return random.pick<object>([
    { type: 'standard' },
    { type: 'deposit', percentage: '40', balance_due: balance },
    { type: 'net', days: 2, early_discount: { percentage: '2', days: 1 } },
    {
      type: 'custom',
      parts: [1, 2, 3].map((days) => ({ amount: { kind: 'rest' }, due: { kind: 'days_after', days } })),
    },
  ]);
}
