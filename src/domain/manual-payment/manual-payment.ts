import { compareDates } from '../shared/civil-date.js';
import { impossible } from '../shared/corrupt-stream.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { add, compare, equals, isPositive, isZero, money } from '../shared/money.js';
import { nameOf } from '../shared/person.js';
import { sameData } from '../shared/same-data.js';
import type {
  ManualPaymentCommand,
  ManualPaymentCommandOf,
  ManualPaymentDetails,
  ManualPaymentEvent,
  ManualPaymentEventOf,
} from './messages.js';
import type { ManualPaymentRejection, ManualPaymentState, ReceivedPayment } from './state.js';
import { standing, unappliedOf } from './state.js';

type ManualPaymentDecision = Decision<ManualPaymentEvent, ManualPaymentRejection>;

/** The rules of one payment that no provider tells us of: a person records it, and another one where it is large. */
export const manualPayment: Decider<
  ManualPaymentState,
  ManualPaymentCommand,
  ManualPaymentEvent,
  ManualPaymentRejection
> = { initialState: { status: 'absent' }, decide, evolve };

function decide(state: ManualPaymentState, command: ManualPaymentCommand): ManualPaymentDecision {
  switch (command.type) {
    case 'RecordManualPayment':
      return record(state, command);
    case 'VerifyManualPayment':
      return verify(state, command);
    case 'RejectManualPayment':
      return reject(state, command);
    case 'ReverseManualPayment':
      return reverse(state, command);
    case 'RecordManualPaymentApplied':
      return apply(state, command);
    case 'RecordManualPaymentUnapplied':
      return unapply(state, command);
    case 'KeepManualPaymentAsCredit':
      return keepAsCredit(state, command);
  }
}

function record(
  state: ManualPaymentState,
  command: ManualPaymentCommandOf<'RecordManualPayment'>,
): ManualPaymentDecision {
  const { at, details, by, secondPersonFrom } = command;
  if (state.status !== 'absent') {
    return sameData(state.details, details)
      ? nothingToDo
      : rejected({ code: 'manual_payment_already_exists' });
  }
  const { amount, receivedOn, recordedOn, valueOn } = details;
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  if (compareDates(receivedOn, recordedOn) > 0 || compareDates(valueOn, receivedOn) < 0) {
    return rejected({ code: 'manual_payment_dates_contradict' });
  }
  const needsSecondPerson = compare(amount, secondPersonFrom) >= 0;
  if (needsSecondPerson && by.holder === null) return rejected({ code: 'holder_required' });
  if (needsSecondPerson && command.verify) return rejected({ code: 'approver_is_author' });
  const recordedBy = nameOf(by);
  const recorded: ManualPaymentEvent = {
    type: 'ManualPaymentRecorded',
    at,
    ...details,
    recordedBy,
    needsSecondPerson,
  };
  if (!command.verify) return accepted(recorded);
  return accepted<ManualPaymentEvent>(recorded, {
    type: 'ManualPaymentVerified',
    at,
    amount,
    verifiedBy: recordedBy,
  });
}

function verify(
  state: ManualPaymentState,
  { at, by }: ManualPaymentCommandOf<'VerifyManualPayment'>,
): ManualPaymentDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'manual_payment_not_found' });
    case 'verified':
      return state.verifiedBy === nameOf(by)
        ? nothingToDo
        : rejected({ code: 'manual_payment_wrong_status', status: state.status });
    case 'rejected':
    case 'reversed':
      return rejected({ code: 'manual_payment_wrong_status', status: state.status });
    case 'recorded':
      if (state.needsSecondPerson) {
        if (by.holder === null) return rejected({ code: 'holder_required' });
        if (by.holder === state.recordedBy) return rejected({ code: 'approver_is_author' });
      }
      return accepted({
        type: 'ManualPaymentVerified',
        at,
        amount: state.details.amount,
        verifiedBy: nameOf(by),
      });
  }
}

function reject(
  state: ManualPaymentState,
  { at, by }: ManualPaymentCommandOf<'RejectManualPayment'>,
): ManualPaymentDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'manual_payment_not_found' });
    case 'rejected':
      return nothingToDo;
    case 'verified':
    case 'reversed':
      return rejected({ code: 'manual_payment_wrong_status', status: state.status });
    case 'recorded':
      return accepted({ type: 'ManualPaymentRejected', at, rejectedBy: nameOf(by) });
  }
}

function reverse(
  state: ManualPaymentState,
  command: ManualPaymentCommandOf<'ReverseManualPayment'>,
): ManualPaymentDecision {
  const { at, by, cause, fee } = command;
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'manual_payment_not_found' });
    case 'recorded':
    case 'rejected':
      return rejected({ code: 'manual_payment_wrong_status', status: state.status });
    case 'reversed': {
      const sameFee = fee === null || state.fee === null ? fee === state.fee : equals(fee, state.fee);
      return sameFee && state.cause === cause
        ? nothingToDo
        : rejected({ code: 'manual_payment_wrong_status', status: state.status });
    }
    case 'verified': {
      const { amount } = state.details;
      if (fee !== null && fee.currency !== amount.currency) {
        return rejected({ code: 'currency_mismatch', expected: amount.currency });
      }
      if (fee !== null && !isPositive(fee)) return rejected({ code: 'amount_not_positive' });
      const applications = state.applications
        .map((application) => ({
          applicationId: application.applicationId,
          invoiceId: application.invoiceId,
          amount: standing(application),
        }))
        .filter((application) => !isZero(application.amount));
      return accepted({
        type: 'ManualPaymentReversed',
        at,
        amount,
        cause,
        fee,
        reversedBy: nameOf(by),
        applications,
      });
    }
  }
}

function apply(
  state: ManualPaymentState,
  command: ManualPaymentCommandOf<'RecordManualPaymentApplied'>,
): ManualPaymentDecision {
  const { at, applicationId, invoiceId, amount } = command;
  if (state.status === 'absent') return rejected({ code: 'manual_payment_not_found' });
  if (state.status === 'recorded' || state.status === 'rejected') {
    return rejected({ code: 'manual_payment_wrong_status', status: state.status });
  }
  const known = state.applications.find((application) => application.applicationId === applicationId);
  if (known !== undefined) {
    const isSame = equals(known.amount, amount) && known.invoiceId === invoiceId;
    return isSame ? nothingToDo : rejected({ code: 'application_differs' });
  }
  if (state.status === 'reversed') {
    return rejected({ code: 'manual_payment_wrong_status', status: state.status });
  }
  const refusal = refuseAmount(state, amount);
  if (refusal !== undefined) return rejected(refusal);
  const unapplied = unappliedOf(state);
  if (compare(amount, unapplied) > 0) return rejected({ code: 'application_exceeds_unapplied', unapplied });
  return accepted({ type: 'ManualPaymentApplied', at, applicationId, invoiceId, amount });
}

/** Also after a reversal: that is when what it paid for becomes open again. */
function unapply(
  state: ManualPaymentState,
  command: ManualPaymentCommandOf<'RecordManualPaymentUnapplied'>,
): ManualPaymentDecision {
  const { at, applicationId, reversalId, amount } = command;
  if (state.status === 'absent') return rejected({ code: 'manual_payment_not_found' });
  if (state.status === 'recorded' || state.status === 'rejected') {
    return rejected({ code: 'manual_payment_wrong_status', status: state.status });
  }
  const earlier = state.reversals.find((reversal) => reversal.reversalId === reversalId);
  if (earlier !== undefined) {
    const isSame = earlier.applicationId === applicationId && equals(earlier.amount, amount);
    return isSame ? nothingToDo : rejected({ code: 'application_differs' });
  }
  const known = state.applications.find((application) => application.applicationId === applicationId);
  if (known === undefined) return rejected({ code: 'application_not_found' });
  const refusal = refuseAmount(state, amount);
  if (refusal !== undefined) return rejected(refusal);
  if (compare(amount, standing(known)) > 0) {
    return rejected({ code: 'application_exceeds_unapplied', unapplied: standing(known) });
  }
  return accepted({ type: 'ManualPaymentUnapplied', at, applicationId, reversalId, amount });
}

/** Once it is kept, no invoice can take it any more: whoever comes second finds less unapplied. */
function keepAsCredit(
  state: ManualPaymentState,
  { at, creditId, ...command }: ManualPaymentCommandOf<'KeepManualPaymentAsCredit'>,
): ManualPaymentDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'manual_payment_not_found' });
    case 'recorded':
    case 'rejected':
      return rejected({ code: 'manual_payment_wrong_status', status: state.status });
    case 'verified':
    case 'reversed': {
      const known = state.keptAsCredit.find((kept) => kept.creditId === creditId);
      if (known !== undefined) {
        const isSame = command.amount === null || equals(known.amount, command.amount);
        return isSame ? nothingToDo : rejected({ code: 'credit_differs' });
      }
      if (state.status === 'reversed') {
        return rejected({ code: 'manual_payment_wrong_status', status: state.status });
      }
      const unapplied = unappliedOf(state);
      const amount = command.amount ?? unapplied;
      if (command.amount === null && isZero(unapplied)) return nothingToDo;
      const refusal = refuseAmount(state, amount);
      if (refusal !== undefined) return rejected(refusal);
      if (compare(amount, unapplied) > 0)
        return rejected({ code: 'application_exceeds_unapplied', unapplied });
      return accepted({ type: 'ManualPaymentKeptAsCredit', at, creditId, amount });
    }
  }
}

function refuseAmount(
  { details }: ReceivedPayment,
  amount: ManualPaymentDetails['amount'],
): ManualPaymentRejection | undefined {
  if (amount.currency !== details.amount.currency) {
    return { code: 'currency_mismatch', expected: details.amount.currency };
  }
  return isPositive(amount) ? undefined : { code: 'amount_not_positive' };
}

function evolve(state: ManualPaymentState, event: ManualPaymentEvent): ManualPaymentState {
  switch (event.type) {
    case 'ManualPaymentRecorded': {
      if (state.status !== 'absent') return impossible(state.status, event.type);
      const { type: _type, at, recordedBy, needsSecondPerson, ...details } = event;
      return { status: 'recorded', details, recordedAt: at, recordedBy, needsSecondPerson };
    }
    case 'ManualPaymentVerified':
      if (state.status !== 'recorded') return impossible(state.status, event.type);
      return {
        ...state,
        status: 'verified',
        verifiedBy: event.verifiedBy,
        applications: [],
        reversals: [],
        keptAsCredit: [],
      };
    case 'ManualPaymentRejected':
      if (state.status !== 'recorded') return impossible(state.status, event.type);
      return { ...state, status: 'rejected' };
    case 'ManualPaymentReversed':
      if (state.status !== 'verified') return impossible(state.status, event.type);
      return { ...state, status: 'reversed', cause: event.cause, fee: event.fee };
    case 'ManualPaymentApplied': {
      if (state.status !== 'verified') return impossible(state.status, event.type);
      const { applicationId, invoiceId, amount } = event;
      const unapplied = money(0n, amount.currency);
      const application = { applicationId, invoiceId, amount, unapplied };
      return { ...state, applications: [...state.applications, application] };
    }
    case 'ManualPaymentUnapplied':
      if (state.status !== 'verified' && state.status !== 'reversed') {
        return impossible(state.status, event.type);
      }
      return evolveUnapplied(state, event);
    case 'ManualPaymentKeptAsCredit': {
      if (state.status !== 'verified') return impossible(state.status, event.type);
      const { creditId, amount } = event;
      if (compare(amount, unappliedOf(state)) > 0) return impossible('less unapplied', event.type);
      return { ...state, keptAsCredit: [...state.keptAsCredit, { creditId, amount }] };
    }
  }
}

function evolveUnapplied(
  state: ReceivedPayment,
  event: ManualPaymentEventOf<'ManualPaymentUnapplied'>,
): ManualPaymentState {
  const { applicationId, reversalId, amount } = event;
  const known = state.applications.find((application) => application.applicationId === applicationId);
  if (known === undefined || compare(amount, standing(known)) > 0) {
    return impossible('application absent', event.type);
  }
  const applications = state.applications.map((application) =>
    application === known ? { ...known, unapplied: add(known.unapplied, amount) } : application,
  );
  return {
    ...state,
    applications,
    reversals: [...state.reversals, { reversalId, applicationId, amount }],
  };
}
