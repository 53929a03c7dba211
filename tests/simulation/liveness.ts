import { paymentCodec } from '../../src/application/payment/payment.codec.js';
import type { DisputeStatus } from '../../src/domain/payment/intent.js';
import { payment } from '../../src/domain/payment/payment.js';
import type { Captured, PaymentState } from '../../src/domain/payment/state.js';
import { projections } from '../../src/infrastructure/read-models/read-models.js';
import { sumsByCurrency } from '../../src/infrastructure/stripe-simulator/money-lines.js';
import type { Dispute, PaymentIntent } from '../../src/infrastructure/stripe-simulator/resources.js';
import type { Safety } from './safety.js';
import { must } from './safety.js';
import type { Stores } from './stores.js';
import type { StripeWorld } from './stripe-world.js';
import { Tables, text } from './tables.js';

/** What each status of ours says of Stripe's intent, once nothing is under way. */
const statusThere: Readonly<Record<PaymentState['status'], readonly PaymentIntent['status'][]>> = {
  absent: [],
  requires_payment_method: ['requires_payment_method', 'requires_confirmation'],
  confirming: [],
  requires_action: ['requires_action'],
  processing: ['processing'],
  authorized: ['requires_capture'],
  capturing: [],
  canceling: [],
  captured: ['succeeded'],
  canceled: ['canceled'],
  failed: ['requires_payment_method', 'canceled'],
};

/** What must come about once faults have stopped and everything had its time. @throws Violation */
export function checkLiveness(stores: Stores, stripe: StripeWorld, safety: Safety): void {
  must(stores.log.length > 0, 'nothing happened');
  const open = stores.openRequests();
  must(open.length === 0, `requests never ended: ${open.map((one) => `${one.stream} ${one.last_error}`)}`);
  for (const webhook of stores.inbox.all()) {
    const ended = webhook.status === 'processed' || webhook.status === 'ignored';
    must(ended, `webhook ${webhook.id} ${webhook.type} is ${webhook.status}: ${webhook.lastError}`);
  }
  const [stuck] = stores.followUp.failures;
  must(stuck === undefined, `a policy never got done: ${stuck?.stream} ${stuck?.type}: ${stuck?.last_error}`);
  must(!stores.followUp.behind, 'the policies are behind');
  const due = stores.followUp.dueItems();
  must(due.length === 0, `never done: ${due}`);
  for (const [id, state] of foldAll(stores)) compare(id, state, stripe);
  compareTenders(safety);
  compareBooks(stripe, safety);
  compareReadModels(stores);
}

function foldAll(stores: Stores): ReadonlyMap<string, PaymentState> {
  const states = new Map<string, PaymentState>();
  for (const event of stores.log) {
    if (!event.stream.startsWith('payment-')) continue;
    const id = event.stream.slice('payment-'.length);
    states.set(id, payment.evolve(states.get(id) ?? payment.initialState, paymentCodec.decode(event)));
  }
  return states;
}

function compare(id: string, state: PaymentState, { store }: StripeWorld): void {
  must(state.status !== 'absent', `${id} is absent`);
  if (state.status === 'absent') return;
  const intents = [...store.values('payment_intent')].filter(
    ({ metadata }) => metadata['counterfoil_payment'] === id,
  );
  const { intentId } = state.attempts;
  if (intentId === null) {
    const alive = intents.filter(
      ({ status }) => status !== 'canceled' && status !== 'requires_payment_method',
    );
    must(alive.length === 0, `${id} is ${state.status} and knows no intent; Stripe has ${alive[0]?.status}`);
    return;
  }
  const intent = store.get('payment_intent', intentId);
  const told = `${id} is ${state.status}, ${intentId} is ${intent?.status}`;
  must(intent !== undefined && statusThere[state.status].includes(intent.status), told);
  if (state.status !== 'captured') return;
  must(BigInt(intent?.amount_received ?? -1) === state.captured.minor, `${told}: amounts differ`);
  must(state.fee !== null, `${id}: the fee is not known`);
  const ours = state.refunds
    .filter(({ providerRefundId }) => providerRefundId !== null)
    .map(({ providerRefundId, status, amount }) => `${providerRefundId} ${status} ${amount.minor}`);
  const theirs = [...store.newestFirst('refund', ['payment_intent', intentId])].map(
    (refund) =>
      `${refund.id} ${refund.status === 'requires_action' ? 'pending' : refund.status} ${refund.amount}`,
  );
  must(`${ours.sort()}` === `${theirs.sort()}`, `${id}: refunds here ${ours}, at Stripe ${theirs}`);
  compareDisputes(id, state.disputes, store, intentId);
}

/** Written down a second time, apart from what reads Stripe's statuses: a wrong word there is to show here. */
const disputeHere: Readonly<Record<Dispute['status'], DisputeStatus>> = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry_under_review',
  warning_closed: 'inquiry_closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
};

function compareDisputes(
  id: string,
  known: Captured['disputes'],
  store: StripeWorld['store'],
  intentId: string,
): void {
  const ours = known.map((one) => `${one.providerDisputeId} ${one.status} ${one.amount.minor}`);
  const theirs = [...store.values('dispute')]
    .filter(({ payment_intent: intent }) => intent === intentId)
    .map((one) => `${one.id} ${disputeHere[one.status]} ${one.amount}`);
  must(`${ours.sort()}` === `${theirs.sort()}`, `${id}: disputes here ${ours}, at Stripe ${theirs}`);
}

/** What invoices say of their tenders is what those say of themselves, and what is owed is what is due. */
function compareTenders(safety: Safety): void {
  for (const { subject, detail } of safety.invoices.differences()) must(false, `${subject}: ${detail}`);
  for (const [currency, due] of safety.invoices.dues()) {
    const owed = safety.balance('accounts_receivable', currency);
    must(owed === due, `${owed} ${currency} is owed by the ledger, ${due} by the invoices`);
  }
}

/** Our accounts, line by line, come to Stripe's balance. */
function compareBooks({ store }: StripeWorld, safety: Safety): void {
  for (const [name, sums] of sumsByCurrency(store.money)) {
    const currency = name.toUpperCase();
    const balance = safety.balance('processor_balance', currency);
    must(balance === sums.net, `our ${currency} at Stripe is ${balance} here, ${sums.net} there`);
    const fees = safety.balance('processor_fees', currency) + safety.balance('dispute_fees', currency);
    must(fees === sums.fee, `fees in ${currency} are ${fees} here, ${sums.fee} there`);
  }
}

/** The read models as they grew, batch by batch and through crashes, are those of the log read once. */
function compareReadModels(stores: Stores): void {
  for (const projection of projections) {
    const rebuilt = new Tables(projection);
    for (const event of stores.log) rebuilt.apply(event);
    must(
      text(rebuilt.dump()) === text(stores.table(projection.name).dump()),
      `the read model ${projection.name} is not what the log says`,
    );
  }
}
