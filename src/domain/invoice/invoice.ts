import { addDays, compareDates } from '../shared/civil-date.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { isPositive, isZero } from '../shared/money.js';
import { sameData } from '../shared/same-data.js';
import { priceChecked } from './check-content.js';
import {
  applyPayment,
  claimCollection,
  paidWhenNothingIsDue,
  releaseCollection,
  reversePayment,
  writeOffDifference,
} from './collecting.js';
import type { InvoiceCommand, InvoiceCommandOf } from './commands.js';
import { recordCreditNote, requestCreditNote, reverseCreditNote } from './crediting.js';
import type { InvoiceEvent } from './events.js';
import { evolve } from './evolve.js';
import { recordRefundPartRefused, requestInvoiceRefund } from './refunding.js';
import type { InvoiceRejection } from './rejections.js';
import type { InvoiceState } from './state.js';
import { claimOn, dueOf, isIssued, paidOf, uncredited } from './state.js';
import { taxFellDue, taxGivenUpOf } from './tax-point.js';

type InvoiceDecision = Decision<InvoiceEvent, InvoiceRejection>;

/** The rules of one invoice: its drafts, its number, what is paid on it and what is credited. */
export const invoice: Decider<InvoiceState, InvoiceCommand, InvoiceEvent, InvoiceRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: InvoiceState, command: InvoiceCommand): InvoiceDecision {
  const decision = decideOn(state, command);
  if (decision.outcome === 'rejected') return decision;
  const { events } = decision;
  return accepted(...events, ...taxFellDue(state, events, command.at));
}

function decideOn(state: InvoiceState, command: InvoiceCommand): InvoiceDecision {
  switch (command.type) {
    case 'DraftInvoice':
      return draft(state, command);
    case 'ReviseDraft':
      return revise(state, command);
    case 'FinalizeInvoice':
      return finalize(state, command);
    case 'RecordFinalized':
      return recordFinalized(state, command);
    case 'SendInvoice':
      return send(state, command);
    case 'ClaimCollection':
      return claimCollection(state, command);
    case 'ReleaseCollection':
      return releaseCollection(state, command);
    case 'ApplyPayment':
      return applyPayment(state, command);
    case 'ReversePayment':
      return reversePayment(state, command);
    case 'RequestInvoiceRefund':
      return requestInvoiceRefund(state, command);
    case 'RecordRefundPartRefused':
      return recordRefundPartRefused(state, command);
    case 'WriteOffDifference':
      return writeOffDifference(state, command);
    case 'VoidInvoice':
      return voidInvoice(state, command);
    case 'MarkUncollectible':
      return markUncollectible(state, command);
    case 'RequestCreditNote':
      return requestCreditNote(state, command);
    case 'ReverseCreditNote':
      return reverseCreditNote(state, command);
    case 'RecordCreditNote':
      return recordCreditNote(state, command);
  }
}

function draft(state: InvoiceState, command: InvoiceCommandOf<'DraftInvoice'>): InvoiceDecision {
  const { at, details, content } = command;
  if (state.status !== 'absent') {
    const same = sameData(state.details, details) && sameData(state.content, content);
    return same ? nothingToDo : rejected({ code: 'invoice_already_exists' });
  }
  const checked = priceChecked(details.currency, content);
  if ('refusal' in checked) return rejected(checked.refusal);
  return accepted({ type: 'InvoiceDrafted', at, ...details, content });
}

function revise(state: InvoiceState, command: InvoiceCommandOf<'ReviseDraft'>): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (state.status !== 'draft') return rejected({ code: 'invoice_not_draft', status: state.status });
  const { at, content } = command;
  if (sameData(state.content, content)) return nothingToDo;
  const checked = priceChecked(state.details.currency, content);
  if ('refusal' in checked) return rejected(checked.refusal);
  return accepted({ type: 'InvoiceDraftRevised', at, currency: state.details.currency, content });
}

/** Asks for a number: the request stands in the stream before any number is taken for it. */
function finalize(state: InvoiceState, command: InvoiceCommandOf<'FinalizeInvoice'>): InvoiceDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'invoice_not_found' });
    case 'finalizing':
    case 'open':
    case 'paid':
      return nothingToDo;
    case 'void':
    case 'uncollectible':
      return rejected({ code: 'invoice_not_draft', status: state.status });
    case 'draft': {
      const { at, issuedOn, place } = command;
      // Rules may have become stricter since the draft, and after the request there is no way back.
      const checked = priceChecked(state.details.currency, state.content);
      if ('refusal' in checked) return rejected(checked.refusal);
      const { due } = state.content;
      const dueOn = due.kind === 'on' ? due.date : addDays(issuedOn, due.days);
      if (compareDates(dueOn, issuedOn) < 0) return rejected({ code: 'due_before_issue' });
      return accepted({ type: 'InvoiceFinalizationRequested', at, ...place, issuedOn, dueOn });
    }
  }
}

function recordFinalized(state: InvoiceState, command: InvoiceCommandOf<'RecordFinalized'>): InvoiceDecision {
  const { at, number, billingIdentitySha256, look } = command;
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (isIssued(state)) {
    return state.number === number
      ? nothingToDo
      : rejected({ code: 'number_contradicts_history', number: state.number });
  }
  if (state.status === 'draft') return rejected({ code: 'invoice_not_open', status: state.status });
  const { details, content, issuedOn, dueOn } = state;
  const checked = priceChecked(details.currency, content);
  if ('refusal' in checked) return rejected(checked.refusal);
  const finalized: InvoiceEvent = {
    type: 'InvoiceFinalized',
    at,
    ...details,
    number,
    issuedOn,
    dueOn,
    billingIdentitySha256,
    ...(look === null ? {} : { look }),
    content,
    ...checked.priced,
  };
  return accepted(finalized, ...paidWhenNothingIsDue(evolve(state, finalized), at));
}

function send(state: InvoiceState, command: InvoiceCommandOf<'SendInvoice'>): InvoiceDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'invoice_not_found' });
    case 'draft':
    case 'finalizing':
    case 'void':
      return rejected({ code: 'invoice_not_sendable', status: state.status });
    case 'open':
    case 'paid':
    case 'uncollectible':
      return state.sentAt === null ? accepted({ type: 'InvoiceSent', at: command.at }) : nothingToDo;
  }
}

function voidInvoice(state: InvoiceState, command: InvoiceCommandOf<'VoidInvoice'>): InvoiceDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'invoice_not_found' });
    case 'void':
      return nothingToDo;
    case 'draft':
    case 'finalizing':
    case 'paid':
    case 'uncollectible':
      return rejected({ code: 'invoice_not_voidable', status: state.status });
    case 'open': {
      const ended = endRefusal(state);
      if (ended !== undefined) return rejected(ended);
      const applied = paidOf(state);
      if (isPositive(applied)) return rejected({ code: 'invoice_has_payments', applied });
      const { purpose } = state.details;
      const { taxPoint } = state.content;
      // What was written off before a payment went back was booked as a loss, and stays one.
      if (!isZero(state.writtenOff)) return rejected({ code: 'invoice_not_voidable', status: 'written off' });
      return accepted({
        ...{ type: 'InvoiceVoided', at: command.at, purpose, ...uncredited(state) },
        ...(taxPoint === undefined ? {} : { taxPoint }),
      });
    }
  }
}

function markUncollectible(
  state: InvoiceState,
  command: InvoiceCommandOf<'MarkUncollectible'>,
): InvoiceDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'invoice_not_found' });
    case 'uncollectible':
      return nothingToDo;
    case 'draft':
    case 'finalizing':
    case 'paid':
    case 'void':
      return rejected({ code: 'invoice_not_open', status: state.status });
    case 'open': {
      const ended = endRefusal(state);
      if (ended !== undefined) return rejected(ended);
      const [at, amount] = [command.at, dueOf(state)];
      return accepted({ type: 'InvoiceMarkedUncollectible', at, amount, ...taxGivenUpOf(state) });
    }
  }
}

/** An invoice does not end while it is being collected or credited. */
function endRefusal(state: Extract<InvoiceState, { status: 'open' }>): InvoiceRejection | undefined {
  const claim = claimOn(state);
  if (claim !== undefined) {
    return { code: 'invoice_already_being_collected', collectionId: claim.collectionId };
  }
  const waiting = state.creditNotes.some(({ number }) => number === null);
  return waiting ? { code: 'credit_note_in_progress' } : undefined;
}
