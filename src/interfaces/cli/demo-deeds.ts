import type { Chance } from './demo-chance.js';
import type { DemoCustomer } from './demo-people.js';
import { demoDeclines, demoGoods } from './demo-people.js';
import type { Client } from './demo-telling.js';
import { record } from './demo-telling.js';

export type Buyer = DemoCustomer & { readonly id: string; readonly method: string };

/** What a deed of the story needs. */
export type Story = {
  readonly api: Client;
  readonly simulator: Client;
  readonly days: number;
  readonly signal: AbortSignal;
  readonly chance: Chance;
  readonly buyers: readonly Buyer[];
};

/** The last day is a busy one: it is what the overview shows hour by hour. */
const purchasesOfLastDay = 18;

export type Deed = () => Promise<void>;

/** What happens on a day, drawn before any of it begins so that no answer changes what is drawn next. */
export function dayOf(story: Story, day: number): readonly Deed[] {
  const { chance } = story;
  const weekday = day % 7;
  const busy = weekday < 5 ? 5 + chance.below(5) : 2 + chance.below(2);
  const purchases = day === story.days ? purchasesOfLastDay : busy;
  const deeds: Deed[] = Array.from({ length: purchases }, () => purchase(story));
  if (day % 2 === 0) deeds.push(invoice(story, day));
  if (day % 12 === 3) deeds.push(orderOnPlan(story));
  if (day % 10 === 4) deeds.push(goodwill(story));
  if (day % 14 === 6) deeds.push(cheque(story));
  if (day === story.days - 2) deeds.push(largeRefund(story), sentBack(story), forgottenInvoice(story));
  if (day === story.days - 2 || day % 30 === 13) deeds.push(givenUp(story));
  if (day % 30 === 20) deeds.push(disputed(story, day % 60 === 20 ? 'win' : 'lose'));
  if (day === story.days - 2) deeds.push(disputed(story, null));
  return deeds;
}

/** A payment by card, which may be declined, ask for 3-D Secure, or be refunded. */
function purchase({ api, simulator, chance, buyers }: Story): Deed {
  const buyer = chance.of(buyers);
  const amount = priceIn(buyer.currency, chance);
  const fate = chance.below(100);
  const declined = chance.of(demoDeclines);
  const share = 20 + chance.below(80);
  const method = fate < 8 ? declined : fate < 12 ? 'pm_card_threeDSecure2Required' : buyer.method;
  return async () => {
    const paid = await api.post('/v1/payments', {
      ...{ amount, currency: buyer.currency, customer: buyer.id, payment_method: method, confirm: true },
    });
    const id = String(paid.body['id']);
    // Who never comes back is told of apart: how many payments are stuck is no matter of luck.
    if (fate >= 8 && fate < 12) {
      const intent = String(record(paid.body['provider'])['payment_intent']);
      const outcome = fate === 10 ? 'fail' : 'succeed';
      await simulator.post(`/sim/payment_intents/${intent}/complete_action`, { outcome });
    }
    if (fate >= 92 && paid.body['status'] === 'succeeded') {
      const part = fate < 96 ? { amount: Math.max(1, Math.floor((amount * share) / 100)) } : {};
      await api.post('/v1/refunds', { payment: id, reason: 'requested_by_customer', ...part });
    }
  };
}

/** An invoice of one to four lines, which most customers pay, and some too late or never. */
function invoice({ api, chance, buyers, days }: Story, day: number): Deed {
  const buyer = chance.of(buyers);
  const lines = Array.from({ length: 1 + chance.below(4) }, () => ({
    description: chance.of(demoGoods),
    quantity: String(1 + chance.below(3)),
    unit_price: unitPriceIn(buyer.currency, chance),
    ...(buyer.country === 'DE' ? { taxes: [{ name: 'USt', percentage: '19', jurisdiction: 'DE' }] } : {}),
  }));
  const paysAtOnce = chance.below(10) < 6;
  const inGood = day > days - 12;
  return async () => {
    const made = await api.post('/v1/invoices', {
      ...{ customer: buyer.id, currency: buyer.currency, days_until_due: inGood ? 30 : 14, lines },
    });
    const path = `/v1/invoices/${made.body['id']}`;
    await api.post(`${path}/finalize`, {});
    await api.post(`${path}/send`, {});
    if (!paysAtOnce) return;
    const tenders = [{ type: 'credit' }, { type: 'card', payment_method: buyer.method }];
    await api.post(`${path}/pay`, { tenders });
  };
}

/** An order that is paid by a deposit or in installments; each falls due as the days go by. */
function orderOnPlan({ api, chance, buyers }: Story): Deed {
  const buyer = chance.of(buyers);
  const total = priceIn(buyer.currency, chance) * 6;
  const terms =
    chance.below(2) === 0
      ? { type: 'installments', count: 2 + chance.below(3) }
      : { type: 'deposit', percentage: '30', balance_due: { kind: 'days_after', days: 30 } };
  return async () => {
    const order = await api.post('/v1/orders', { customer: buyer.id, currency: buyer.currency, total });
    const path = `/v1/orders/${order.body['id']}/transitions`;
    for (const to of ['analyzing', 'reviewing']) await api.post(path, { to, reason: 'demo' });
    await api.post(path, { to: 'payment_pending', reason: 'demo', terms });
  };
}

function goodwill({ api, chance, buyers }: Story): Deed {
  const buyer = chance.of(buyers);
  const amount = Math.ceil(priceIn(buyer.currency, chance) / 4);
  return async () => {
    await api.post('/v1/credits', {
      ...{ customer: buyer.id, amount, currency: buyer.currency, type: 'goodwill', source: 'late delivery' },
    });
  };
}

function cheque({ api, chance, buyers }: Story): Deed {
  const buyer = chance.of(buyers.filter(({ currency }) => currency === 'USD'));
  const amount = 50_000 + chance.below(900) * 100;
  const number = 1_000 + chance.below(9_000);
  return async () => {
    const line = { description: 'Fitting out', unit_price: (amount / 100).toFixed(2) };
    const made = await api.post('/v1/invoices', {
      ...{ customer: buyer.id, currency: 'USD', days_until_due: 30, lines: [line] },
    });
    const issued = await api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
    const on = String(issued.body['issued_on'] ?? '');
    await api.post('/v1/manual_payments', {
      ...{ customer: buyer.id, invoice: made.body['id'], method: 'cheque', amount, currency: 'USD' },
      ...{ reference: `cheque ${number}`, received_on: on, verify: false },
    });
  };
}

/** A purchase of an amount whose refund another person has to approve, where that is set: the console shows it waiting. */
function largeRefund({ api, buyers }: Story): Deed {
  return async () => {
    const buyer = buyers.find(({ currency }) => currency === 'USD');
    if (buyer === undefined) return;
    const paid = await api.post('/v1/payments', {
      ...{
        amount: 240_000,
        currency: 'USD',
        customer: buyer.id,
        payment_method: buyer.method,
        confirm: true,
      },
      description: 'Furniture for an office',
    });
    await api.post('/v1/refunds', { payment: paid.body['id'], amount: 120_000, reason: 'duplicate' });
  };
}

/** Something that was sent back, and all of its price with it. */
function sentBack({ api, buyers }: Story): Deed {
  return async () => {
    const buyer = buyers.find(({ currency }) => currency === 'EUR');
    if (buyer === undefined) return;
    const paid = await api.post('/v1/payments', {
      ...{ amount: 4_800, currency: 'EUR', customer: buyer.id, payment_method: buyer.method, confirm: true },
      description: 'Cushion',
    });
    await api.post('/v1/refunds', { payment: paid.body['id'], reason: 'requested_by_customer' });
  };
}

/** An invoice that nobody pays, due on the next day: there is an overdue one, whatever is drawn. */
function forgottenInvoice({ api, buyers }: Story): Deed {
  return async () => {
    const buyer = buyers.find(({ currency }) => currency === 'EUR');
    if (buyer === undefined) return;
    const made = await api.post('/v1/invoices', {
      ...{ customer: buyer.id, currency: 'EUR', days_until_due: 1 },
      lines: [{ description: 'Repair of a chair', unit_price: '95.00' }],
    });
    const path = `/v1/invoices/${made.body['id']}`;
    await api.post(`${path}/finalize`, {});
    await api.post(`${path}/send`, {});
  };
}

/** A payment whose bank asks for 3-D Secure, from which the customer never comes back: a day later it is stuck. */
function givenUp({ api, buyers }: Story): Deed {
  return async () => {
    const buyer = buyers.find(({ currency }) => currency === 'USD');
    if (buyer === undefined) return;
    await api.post('/v1/payments', {
      ...{ amount: 64_900, currency: 'USD', customer: buyer.id, confirm: true },
      payment_method: 'pm_card_threeDSecure2Required',
      description: 'Armchair',
    });
  };
}

/** A purchase that its card holder does not remember: the bank takes it back, and decides unless it still waits for evidence. */
function disputed({ api, simulator, buyers }: Story, decision: 'win' | 'lose' | null): Deed {
  return async () => {
    const buyer = buyers.find(({ currency }) => currency === 'USD');
    if (buyer === undefined) return;
    const paid = await api.post('/v1/payments', {
      ...{ amount: 18_900, currency: 'USD', customer: buyer.id, payment_method: buyer.method, confirm: true },
      description: 'Reading lamp',
    });
    const intent = String(record(paid.body['provider'])['payment_intent']);
    const dispute = await simulator.post(`/sim/payment_intents/${intent}/dispute`, { reason: 'fraudulent' });
    if (decision === null) return;
    for (const step of ['answer', decision])
      await simulator.post(`/sim/disputes/${dispute.body['id']}/${step}`, {});
  };
}

function priceIn(currency: DemoCustomer['currency'], chance: Chance): number {
  const units = 15 + chance.below(50) + (chance.below(6) === 0 ? chance.below(400) : 0);
  return currency === 'JPY' ? units * 150 : units * 100 - (chance.below(3) === 0 ? 1 : 0);
}

function unitPriceIn(currency: DemoCustomer['currency'], chance: Chance): string {
  const units = 20 + chance.below(300);
  return currency === 'JPY' ? String(units * 150) : `${units}.${chance.below(2) === 0 ? '00' : '90'}`;
}
