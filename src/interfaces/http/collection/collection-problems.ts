import type { StartedCollection } from '../../../application/collection/start-collection.js';
import type { ExistingCollection } from '../../../domain/collection/state.js';
import { format } from '../../../domain/shared/money.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problem, problemOfRejection } from '../shared/problem.js';

type NotStarted = Exclude<StartedCollection, { readonly outcome: 'started' }>;
type Refusal = Exclude<NotStarted, { readonly outcome: 'card_amount_refused' }>;

const kinds: RejectionKinds<{ readonly code: Refusal['outcome'] }> = {
  invoice_not_found: 'resource_missing',
  invoice_not_open: { status: 409, title: 'The invoice cannot be paid in its status' },
  invoice_already_being_collected: {
    status: 409,
    title: 'The invoice is being collected already',
    retryable: true,
  },
  payment_exceeds_due: { status: 422, title: 'The amount is above what is due' },
  invoice_due_changed: { status: 409, title: 'What is due has changed', retryable: true },
  currency_mismatch: { status: 422, title: 'An amount is in another currency than the invoice' },
  tenders_exceed_amount: { status: 422, title: 'The tenders bring more than the amount' },
  tenders_do_not_cover_amount: { status: 422, title: 'The tenders do not cover the amount' },
};

/** Nothing was begun. */
export function problemOfRefusal(refusal: NotStarted): Problem {
  if (refusal.outcome === 'card_amount_refused') {
    return problem('amount_refused', { detail: refusal.message, code: refusal.code, param: 'tenders' });
  }
  return problemOfRejection(kinds, { code: refusal.outcome }, { detail: detailOf(refusal) });
}

function detailOf(refusal: Refusal): string {
  switch (refusal.outcome) {
    case 'invoice_not_found':
      return 'There is no such invoice.';
    case 'invoice_not_open':
      return `The invoice is ${refusal.status}.`;
    case 'invoice_already_being_collected':
      return `${refusal.collectionId} is under way; it must end first.`;
    case 'payment_exceeds_due':
      return `At most ${format(refusal.due)} is due.`;
    case 'invoice_due_changed':
      return `${format(refusal.due)} is due now.`;
    case 'currency_mismatch':
      return `The invoice is in ${refusal.expected}.`;
    case 'tenders_exceed_amount':
      return `The tenders bring ${format(refusal.excess)} too much.`;
    case 'tenders_do_not_cover_amount':
      return `The tenders leave ${format(refusal.missing)} unpaid.`;
  }
}

type Ended = Extract<ExistingCollection, { readonly status: 'failed' | 'undoing' }>;

/** What was begun came to nothing: a card that was declined is told as a decline, all else as a rule of ours. */
export function problemOfFailure(state: Ended, shown: unknown): Problem {
  const { code, message } = state.refusal;
  const members = { id: state.details.collectionId, collection: shown };
  const byCard = state.legs.some(({ tender, refusal }) => tender.kind === 'card' && refusal !== null);
  if (byCard) return problem('payment_declined', { detail: message, code, members });
  const isRace = code === 'invoice_already_being_collected' || code === 'invoice_not_open';
  return {
    status: isRace ? 409 : 422,
    title: 'The invoice was not collected',
    code,
    detail: message,
    members,
    ...(isRace ? { retryable: true } : {}),
  };
}
