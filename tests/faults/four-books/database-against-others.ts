import type { Discrepancy, FourBooks } from './discrepancy.js';
import { found } from './discrepancy.js';
import type { Posting } from './postings.js';
import { noCash } from './provider-book.js';
import type { FoldedPayment } from './streams-book.js';

/** Book 3 against 2: every row of the read models. */
export function* streamsAgainstReadModels({ streams, database }: FourBooks): Generator<Discrepancy> {
  for (const id of new Set([...streams.payments.keys(), ...database.payments.keys()])) {
    const expected = paymentLine(streams.payments.get(id));
    const row = database.payments.get(id);
    // While a cancellation is asked for, the step underneath stays; both are open then, which `waiting` tells.
    const actual =
      row &&
      `${row.step} ${row.amount} ${row.currency} authorized ${row.amount_authorized} captured ${row.amount_captured} refunded ${row.amount_refunded} fee ${row.fee} ${row.payment_intent} @${row.revision}`;
    if (expected !== actual) yield found('read_model_differs', id, `${actual} instead of ${expected}`);
  }
  const refunds = new Map<string, string>();
  for (const payment of streams.payments.values()) {
    for (const refund of payment.refunds.values()) {
      const status = shownRefundStatus[refund.status] ?? refund.status;
      refunds.set(
        refund.id,
        `${payment.id} ${status} ${refund.amount} ${payment.currency} ${refund.providerRefund}`,
      );
    }
  }
  for (const id of new Set([...refunds.keys(), ...database.refunds.keys()])) {
    const row = database.refunds.get(id);
    const actual = row && `${row.payment} ${row.status} ${row.amount} ${row.currency} ${row.provider_refund}`;
    const expected = refunds.get(id);
    if (expected !== actual) yield found('read_model_differs', id, `${actual} instead of ${expected}`);
  }
}

const shownRefundStatus: Readonly<Record<string, string>> = { requested: 'pending', refused: 'failed' };

function paymentLine(payment: FoldedPayment | undefined): string | undefined {
  if (payment === undefined) return undefined;
  const { status, amount, currency, authorized, captured, refunded, fee, intent, revision } = payment;
  return `${status} ${amount} ${currency} authorized ${authorized} captured ${captured} refunded ${refunded} fee ${fee} ${intent} @${revision}`;
}

/** Book 3 against 2: every posting. */
export function* ledger({ streams, database }: FourBooks): Generator<Discrepancy> {
  for (const id of new Set([...streams.postings.keys(), ...database.postings.keys()])) {
    // What is sold is compared in sum, as what is owed.
    if (streams.invoices.events.has(id)) continue;
    const expected = lines(streams.postings.get(id));
    const actual = lines(database.postings.get(id));
    if (expected !== actual) yield found('ledger_differs', id, `${actual} instead of ${expected}`);
  }
}

function lines(postings: readonly Posting[] = []): string {
  const texts = postings.map(({ account, amount, currency }) => `${account} ${amount} ${currency}`);
  return texts.length === 0 ? 'nothing' : texts.sort().join(', ');
}

/** Book 3 against 4: the ledger's cash accounts and the provider's sums, to the minor unit. */
export function* cash({ streams, database, provider }: FourBooks): Generator<Discrepancy> {
  // Cheques, and what pays an invoice, are no business of the provider's.
  const accounts = balancesOf(database, (eventId) => !streams.invoices.events.has(eventId));
  const currencies = new Set([...accounts.keys()].map((key) => key.slice(key.indexOf(' ') + 1)));
  for (const currency of new Set([...currencies, ...provider.cash.keys()])) {
    const { net, fees, gross, disputed, disputeFees } = provider.cash.get(currency) ?? noCash;
    const expected = {
      ...{ processor_balance: net, processor_fees: fees, unapplied_payments: -gross },
      ...{ dispute_losses: disputed, dispute_fees: disputeFees },
    };
    for (const [account, sum] of Object.entries(expected)) {
      const booked = accounts.get(`${account} ${currency}`) ?? 0n;
      if (booked !== sum) {
        yield found('cash_differs', `${account} ${currency}`, `${booked} booked, ${sum} by the provider`);
      }
    }
  }
}

/** Book 2 with itself: what invoices were paid with is what each tender's own stream says it paid. */
export function* tenders({ streams }: FourBooks): Generator<Discrepancy> {
  for (const { subject, detail } of streams.invoices.differences()) {
    yield found('tenders_differ', subject, detail);
  }
}

/** Book 2 with itself: an order's invoices ask for what it comes to. */
export function* orders({ streams }: FourBooks): Generator<Discrepancy> {
  for (const { subject, detail } of streams.orders.differences()) {
    yield found('orders_differ', subject, detail);
  }
}

/** Book 3 against 2: the ledger's receivable and what is due on invoices, to the minor unit. */
export function* receivable({ streams, database }: FourBooks): Generator<Discrepancy> {
  const balances = balancesOf(database);
  const dues = streams.invoices.dues();
  const name = 'accounts_receivable ';
  const booked = [...balances.keys()].filter((key) => key.startsWith(name));
  for (const currency of new Set([...dues.keys(), ...booked.map((key) => key.slice(name.length))])) {
    const [owed, due] = [balances.get(name + currency) ?? 0n, dues.get(currency) ?? 0n];
    if (owed !== due) yield found('receivable_differs', currency, `${owed} booked, ${due} due on invoices`);
  }
}

/** Book 2 with itself and book 3 against it: tax fell due as invoices were issued or paid, and stands so in the ledger. */
export function* taxes({ streams, database }: FourBooks): Generator<Discrepancy> {
  for (const { subject, detail } of streams.invoices.wrongTaxes())
    yield found('taxes_differ', subject, detail);
  const balances = balancesOf(database);
  const told = streams.invoices.taxes();
  const booked = [...balances.keys()]
    .filter((key) => key.startsWith('tax_'))
    .map((key) => key.split(' ')[1] ?? '');
  for (const currency of new Set([...told.keys(), ...booked])) {
    const { payable, deferred } = told.get(currency) ?? { payable: 0n, deferred: 0n };
    for (const [account, sum] of Object.entries({ tax_payable: payable, tax_deferred: deferred })) {
      const balance = -(balances.get(`${account} ${currency}`) ?? 0n);
      if (balance !== sum) {
        yield found('taxes_differ', `${account} ${currency}`, `${balance} booked, ${sum} by the invoices`);
      }
    }
  }
}

function balancesOf(
  { postings }: FourBooks['database'],
  counts: (eventId: string) => boolean = () => true,
): ReadonlyMap<string, bigint> {
  const balances = new Map<string, bigint>();
  const counted = [...postings].flatMap(([eventId, of]) => (counts(eventId) ? of : []));
  for (const { account, currency, amount } of counted) {
    const key = `${account} ${currency}`;
    balances.set(key, (balances.get(key) ?? 0n) + amount);
  }
  return balances;
}
