import { impossible } from '../shared/corrupt-stream.js';
import type { Decision } from '../shared/decider.js';
import { accepted, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { isPositive, negate, sum } from '../shared/money.js';
import type { PaymentCommandOf } from './commands.js';
import type { PaymentEvent, PaymentEventOf } from './events.js';
import type { BalanceEntry, DisputeSnapshot, DisputeStatus } from './intent.js';
import type { PaymentRejection } from './rejections.js';
import { contradiction } from './rejections.js';
import type { Captured, Dispute, PaymentState } from './state.js';

type DisputeFact = { readonly at: Instant } & PaymentEventOf<
  | 'DisputeOpened'
  | 'DisputeEscalated'
  | 'DisputeFundsWithdrawn'
  | 'DisputeFundsReinstated'
  | 'DisputeAnswered'
  | 'DisputeClosed'
>;

/**
 * Merges what the provider says of a dispute. An inquiry becomes a dispute or ends, a dispute is answered and decided: that is
 * the one order in which it moves, so old news changes nothing. What it took of our balance, and brought back, are facts of
 * their own, each known by its line there.
 */
export function observeDispute(
  state: PaymentState,
  command: PaymentCommandOf<'ObserveDispute'>,
): Decision<PaymentEvent, PaymentRejection> {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  if (state.status !== 'captured') {
    return contradiction(`a payment is disputed that is ${state.status} here`);
  }
  const { at, dispute: news } = command;
  const { providerDisputeId, amount } = news;
  if (amount.currency !== state.captured.currency || !isPositive(amount)) {
    return contradiction(`a dispute of ${amount.minor} ${amount.currency} cannot be of this payment`);
  }
  const known = state.disputes.find((dispute) => dispute.providerDisputeId === providerDisputeId);
  if (known !== undefined) return accepted<PaymentEvent>(...advance(known, command));
  const opened: PaymentEventOf<'DisputeOpened'> & { readonly at: Instant } = {
    type: 'DisputeOpened',
    at,
    providerDisputeId,
    amount,
    disputeReason: news.reason,
    stage: isInquiry(news.status) ? 'inquiry' : 'dispute',
    evidenceDueBy: news.evidenceDueBy,
  };
  return accepted<PaymentEvent>(opened, ...advance(openedBy(opened), command));
}

const steps: Readonly<Record<DisputeStatus, number>> = {
  inquiry: 0,
  inquiry_under_review: 1,
  needs_response: 2,
  under_review: 3,
  won: 4,
  lost: 4,
  inquiry_closed: 4,
  prevented: 4,
};

function isInquiry(status: DisputeStatus): boolean {
  return steps[status] < steps.needs_response || status === 'inquiry_closed' || status === 'prevented';
}

/** The facts that lead from what is known to what the news says. */
function advance(
  known: Dispute,
  { at, dispute: news }: PaymentCommandOf<'ObserveDispute'>,
): readonly DisputeFact[] {
  const { providerDisputeId, amount, evidenceDueBy, status } = news;
  const facts: DisputeFact[] = [];
  const seen = new Set(known.movements.map((one) => one.balanceTransactionId));
  const isNewer = steps[status] > steps[known.status];
  if (isNewer && isInquiry(known.status) && !isInquiry(status)) {
    facts.push({ type: 'DisputeEscalated', at, providerDisputeId, amount, evidenceDueBy });
  }
  for (const entry of news.movements) {
    if (!seen.has(entry.balanceTransactionId)) facts.push(movementOf(entry, news, at));
    seen.add(entry.balanceTransactionId);
  }
  const answered = status === 'inquiry_under_review' || status === 'under_review';
  if (isNewer && answered) facts.push({ type: 'DisputeAnswered', at, providerDisputeId });
  // Of what was decided the provider may tell something else later, as when a bank gives in after all.
  const isDecided =
    status === 'won' || status === 'lost' || status === 'inquiry_closed' || status === 'prevented';
  if (isDecided && status !== known.status) {
    facts.push({ type: 'DisputeClosed', at, providerDisputeId, amount, outcome: status });
  }
  return facts;
}

/** Where the balance is in another currency, the disputed amount stands for what the customer got or gave back. */
function movementOf(
  { balanceTransactionId, gross: signed, fee }: BalanceEntry,
  { providerDisputeId, amount: disputed }: DisputeSnapshot,
  at: Instant,
): DisputeFact {
  const cameBack = isPositive(signed);
  const gross = cameBack ? signed : negate(signed);
  const amount = gross.currency === disputed.currency ? gross : disputed;
  const moved = { at, providerDisputeId, balanceTransactionId, amount, gross, fee };
  return cameBack
    ? { type: 'DisputeFundsReinstated', ...moved }
    : { type: 'DisputeFundsWithdrawn', ...moved };
}

export function evolveDispute(disputes: readonly Dispute[], event: DisputeFact): readonly Dispute[] {
  const { providerDisputeId, type } = event;
  const known = disputes.find((dispute) => dispute.providerDisputeId === providerDisputeId);
  if (event.type === 'DisputeOpened') {
    return known === undefined ? [...disputes, openedBy(event)] : impossible('existing dispute', type);
  }
  if (known === undefined) return impossible('no such dispute', type);
  return disputes.map((dispute) => (dispute === known ? moved(known, event) : dispute));
}

function openedBy(event: PaymentEventOf<'DisputeOpened'> & { readonly at: Instant }): Dispute {
  const { providerDisputeId, amount, disputeReason, evidenceDueBy, stage, at } = event;
  return {
    ...{ providerDisputeId, amount, disputeReason, evidenceDueBy, openedAt: at, movements: [] },
    status: stage === 'inquiry' ? 'inquiry' : 'needs_response',
  };
}

function moved(known: Dispute, event: Exclude<DisputeFact, { readonly type: 'DisputeOpened' }>): Dispute {
  switch (event.type) {
    case 'DisputeEscalated': {
      if (!isInquiry(known.status)) return impossible(`dispute ${known.status}`, event.type);
      const { amount, evidenceDueBy } = event;
      return { ...known, amount, evidenceDueBy, status: 'needs_response' };
    }
    case 'DisputeFundsWithdrawn':
    case 'DisputeFundsReinstated': {
      const { balanceTransactionId, amount } = event;
      const taken = event.type === 'DisputeFundsWithdrawn' ? amount : negate(amount);
      return { ...known, movements: [...known.movements, { balanceTransactionId, taken }] };
    }
    case 'DisputeAnswered': {
      if (steps[known.status] > steps.needs_response)
        return impossible(`dispute ${known.status}`, event.type);
      return { ...known, status: isInquiry(known.status) ? 'inquiry_under_review' : 'under_review' };
    }
    case 'DisputeClosed':
      if (event.outcome === known.status) return impossible(`dispute ${known.status}`, event.type);
      return { ...known, status: event.outcome };
  }
}

/** What the dispute has taken and not brought back, in the payment's currency. */
export function takenBy({ amount, movements }: Dispute): Money {
  return sum(
    amount.currency,
    movements.map(({ taken }) => taken),
  );
}

/** What banks took in disputes that were lost: the customer has that already. */
export function lostToDisputes({ captured, disputes }: Captured): Money {
  return sum(captured.currency, disputes.filter(({ status }) => status === 'lost').map(takenBy));
}

/** Whether nobody has decided it yet. */
export function isOpenDispute({ status }: Dispute): boolean {
  return steps[status] < steps.won;
}
