import type { ClientCommand, Outcome } from '../four-books/client-history.js';
import type { Client } from '../load/client.js';

/** A story that one process is to be killed in. Each thing is asked for once; after the crash nothing more is. */
export type Scenario = {
  readonly name: string;
  /** The API write from which on every crossing is a point; what comes before only prepares. */
  readonly countedFrom: number;
  /** Every call, or those that may change something. */
  readonly counted: 'everything' | 'changes';
  /** Whether all of it was acknowledged. */
  play(stage: Stage): Promise<boolean>;
};

type Stage = {
  readonly client: Client;
  crashed(): boolean;
  /** Waits until nothing is under way, so that what prepares does not reach into what is counted. */
  untilQuiet(): Promise<void>;
};

type Asked = Pick<ClientCommand, 'kind'> & Partial<Pick<ClientCommand, 'subject' | 'amount'>>;

/** Undefined for what was not acknowledged, or is of no use any more since the process is gone. */
function asker({ client, crashed }: Stage) {
  return async (
    { kind, subject = null, amount = null }: Asked,
    path: string,
    body: Readonly<Record<string, unknown>> | ((id: string) => Readonly<Record<string, unknown>>),
  ): Promise<Extract<Outcome, { readonly kind: 'ok' }> | undefined> => {
    const asked = await client.send({ kind, subject, amount, currency: 'USD' }, path, body);
    return asked.kind === 'ok' && !crashed() ? asked : undefined;
  };
}

/** Hold, take a part, give a part of it back. */
export const payment: Scenario = {
  name: 'a payment',
  countedFrom: 1,
  counted: 'everything',
  async play(stage) {
    const ask = asker(stage);
    const held = await ask({ kind: 'create', amount: 5000n }, '/v1/payments', {
      ...{ amount: 5000, currency: 'USD', payment_method: 'pm_card_visa' },
      ...{ confirm: true, capture_method: 'manual' },
    });
    if (held === undefined) return false;
    const { subject } = held.shown;
    const capture = { kind: 'capture', subject, amount: 3000n } as const;
    if ((await ask(capture, `/v1/payments/${subject}/capture`, { amount: 3000 })) === undefined) return false;
    const refund = { kind: 'refund', subject, amount: 1000n } as const;
    return (await ask(refund, '/v1/refunds', { payment: subject, amount: 1000 })) !== undefined;
  },
};

/**
 * An invoice is issued, paid with credit and a card, and given back in part to both. Then a plan is made of another one, whose
 * first part the worker collects with credit.
 */
export const sale: Scenario = {
  name: 'a sale',
  countedFrom: 6,
  counted: 'changes',
  async play(stage) {
    const ask = asker(stage);
    const customer = (await ask({ kind: 'register' }, '/v1/customers', { name: 'Ada' }))?.shown.subject;
    const credit = { customer, amount: 3000, currency: 'USD', type: 'prepaid' };
    await ask({ kind: 'grant', amount: 3000n }, '/v1/credits', credit);
    const draft = async (price: string) => {
      const lines = [{ description: 'Chairs', unit_price: price }];
      const body = { customer, currency: 'USD', days_until_due: 3, lines };
      return (await ask({ kind: 'draft' }, '/v1/invoices', body))?.shown.subject ?? null;
    };
    const finalize = (subject: string | null) =>
      ask({ kind: 'finalize', subject }, `/v1/invoices/${subject}/finalize`, {});
    const [invoice, other] = [await draft('50.00'), await draft('20.00')];
    if ((await finalize(other)) === undefined) return false;
    await stage.untilQuiet();

    if ((await finalize(invoice)) === undefined) return false;
    const paid = await ask({ kind: 'pay', subject: invoice }, `/v1/invoices/${invoice}/pay`, {
      tenders: [
        { type: 'credit', amount: 1200 },
        { type: 'card', payment_method: 'pm_card_visa' },
      ],
    });
    if (paid === undefined) return false;
    const back = { kind: 'give_back', subject: invoice, amount: 4500n } as const;
    if ((await ask(back, `/v1/invoices/${invoice}/refunds`, { amount: 4500 })) === undefined) return false;
    const terms = { type: 'installments', count: 2 };
    const plan = { invoice: other, terms };
    return (await ask({ kind: 'plan', subject: other }, '/v1/payment_plans', plan)) !== undefined;
  },
};

/**
 * An order is approved on a deposit, which credit pays, and then changed twice: for more, which is invoiced by itself, and for
 * less than at first, which takes that back and more.
 */
export const changedOrder: Scenario = {
  name: 'a changed order',
  countedFrom: 6,
  counted: 'changes',
  async play(stage) {
    const ask = asker(stage);
    const customer = (await ask({ kind: 'register' }, '/v1/customers', { name: 'Ada' }))?.shown.subject;
    const credit = { customer, amount: 5000, currency: 'USD', type: 'prepaid' };
    await ask({ kind: 'grant', amount: 5000n }, '/v1/credits', credit);
    const opened = { customer, currency: 'USD', total: 8000 };
    const subject = (await ask({ kind: 'order' }, '/v1/orders', opened))?.shown.subject ?? null;
    const go = (to: string, more: object = {}) =>
      ask({ kind: 'order_step', subject }, `/v1/orders/${subject}/transitions`, (reason) => ({
        ...{ to, reason },
        ...more,
      }));
    await go('analyzing');
    if ((await go('reviewing')) === undefined) return false;

    const terms = { type: 'deposit', percentage: '50', balance_due: { kind: 'days_after', days: 30 } };
    if ((await go('payment_pending', { terms })) === undefined) return false;
    await stage.untilQuiet();
    // The deposit was paid meanwhile, so its own status is another one.
    if ((await go('paid', { total: 9000 })) === undefined) return false;
    return (await go('paid', { total: 6000 })) !== undefined;
  },
};
