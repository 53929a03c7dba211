import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Money } from '../shared/money.js';
import { compare, isPositive, isZero, negate, subtract, sum, zero } from '../shared/money.js';
import { sameData } from '../shared/same-data.js';
import { paidWhenNothingIsDue } from './collecting.js';
import type { InvoiceCommandOf } from './commands.js';
import { creditLines } from './credit-note.js';
import type { CreditedParts, InvoiceEvent } from './events.js';
import { evolve } from './evolve.js';
import type { InvoiceRejection } from './rejections.js';
import type { InvoiceState, IssuedInvoice } from './state.js';
import { claimOn, isIssued, payableOf } from './state.js';

type InvoiceDecision = Decision<InvoiceEvent, InvoiceRejection>;

/**
 * Credit notes share the invoice's stream, so that all of them together never pass its total. What one takes back is worked
 * out with the request; from then on it is kept for it, whenever its number comes.
 */
export function requestCreditNote(
  state: InvoiceState,
  command: InvoiceCommandOf<'RequestCreditNote'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (!isIssued(state)) return rejected({ code: 'invoice_not_creditable', status: state.status });
  const { at, creditNoteId, scope, creditReason, issuedOn, place } = command;
  const same = state.creditNotes.find((note) => note.creditNoteId === creditNoteId);
  if (same !== undefined) {
    const unchanged = same.creditReason === creditReason && sameData(same.scope, scope);
    return unchanged ? nothingToDo : rejected({ code: 'credit_note_already_exists' });
  }
  if (state.status === 'void' || state.status === 'uncollectible') {
    return rejected({ code: 'invoice_not_creditable', status: state.status });
  }
  const earlier = state.creditNotes.flatMap(({ lines }) => lines);
  const credited = creditLines(state.priced, earlier, scope);
  if ('refusal' in credited) return rejected(credited.refusal);
  const parts = partsOf(state, credited.lines);
  const due = creditableNow(state);
  if (isZero(parts.total) || compare(parts.total, due) > 0) {
    return rejected({ code: 'credit_note_exceeds_due', due });
  }
  return accepted({
    type: 'InvoiceCreditRequested',
    at,
    creditNoteId,
    customerId: state.details.customerId,
    creditReason,
    issuedOn,
    scope,
    ...place,
    ...parts,
  });
}

/**
 * A document that was issued stands: what it took back is asked for again by another one, which is that one below zero, line
 * by line and tax by tax. Each is taken back once.
 */
export function reverseCreditNote(
  state: InvoiceState,
  command: InvoiceCommandOf<'ReverseCreditNote'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (!isIssued(state)) return rejected({ code: 'invoice_not_creditable', status: state.status });
  const { at, creditNoteId, reverses, issuedOn, place } = command;
  const same = state.creditNotes.find((note) => note.creditNoteId === creditNoteId);
  if (same !== undefined) {
    return same.reverses === reverses ? nothingToDo : rejected({ code: 'credit_note_already_exists' });
  }
  const note = state.creditNotes.find((one) => one.creditNoteId === reverses);
  if (note === undefined || note.number === null || note.reverses !== null) {
    return rejected({ code: 'credit_note_not_found' });
  }
  if (state.creditNotes.some((one) => one.reverses === reverses)) {
    return rejected({ code: 'credit_note_already_exists' });
  }
  if (state.status === 'void' || state.status === 'uncollectible') {
    return rejected({ code: 'invoice_not_creditable', status: state.status });
  }
  const requested: InvoiceEvent = {
    type: 'InvoiceCreditRequested',
    at,
    creditNoteId,
    customerId: state.details.customerId,
    creditReason: note.creditReason,
    issuedOn,
    scope: note.scope,
    reverses,
    ...place,
    ...belowZero(note),
  };
  if (state.status === 'open') return accepted(requested);
  return accepted<InvoiceEvent>({ type: 'InvoiceReopened', at, due: note.total }, requested);
}

function belowZero({ lines, net, tax, total }: CreditedParts): CreditedParts {
  return {
    lines: lines.map((line) => ({
      line: line.line,
      net: negate(line.net),
      taxes: line.taxes.map((each) => ({ ...each, amount: negate(each.amount) })),
      tax: negate(line.tax),
      total: negate(line.total),
    })),
    net: negate(net),
    tax: negate(tax),
    total: negate(total),
  };
}

export function recordCreditNote(
  state: InvoiceState,
  command: InvoiceCommandOf<'RecordCreditNote'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  const { at, creditNoteId, number } = command;
  const note = isIssued(state)
    ? state.creditNotes.find((one) => one.creditNoteId === creditNoteId)
    : undefined;
  if (note === undefined || !isIssued(state)) return rejected({ code: 'credit_note_not_found' });
  if (note.number !== null) {
    return note.number === number
      ? nothingToDo
      : rejected({ code: 'number_contradicts_history', number: note.number });
  }
  const { creditReason, issuedOn, reverses, lines, net, tax, total } = note;
  const { customerId, purpose } = state.details;
  const { taxPoint } = state.content;
  const credited: InvoiceEvent = {
    type: 'InvoiceCredited',
    at,
    creditNoteId,
    number,
    creditReason,
    issuedOn,
    customerId,
    purpose,
    ...(reverses === null ? {} : { reverses }),
    ...(taxPoint === undefined ? {} : { taxPoint }),
    lines,
    net,
    tax,
    total,
  };
  return accepted(credited, ...paidWhenNothingIsDue(evolve(state, credited), at));
}

/** What is due and neither kept for another credit note nor being asked for by a collection. */
function creditableNow(state: IssuedInvoice): Money {
  const claim = claimOn(state);
  const payable = payableOf(state);
  if (claim === undefined) return payable;
  // A part of the claim may have been applied already, and is due no more.
  const free = subtract(payable, claim.amount);
  return isPositive(free) ? free : zero(free.currency);
}

function partsOf(state: IssuedInvoice, lines: CreditedParts['lines']): CreditedParts {
  const total = (pick: (line: CreditedParts['lines'][number]) => Money) =>
    sum(state.details.currency, lines.map(pick));
  return {
    lines,
    net: total(({ net }) => net),
    tax: total(({ tax }) => tax),
    total: total((line) => line.total),
  };
}
