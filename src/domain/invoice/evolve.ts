import { impossible } from '../shared/corrupt-stream.js';
import type { Money } from '../shared/money.js';
import { add, isPositive, zero } from '../shared/money.js';
import type { InvoiceEvent, InvoiceEventOf } from './events.js';
import type { CreditNote, Difference, InvoiceRefund, InvoiceState, IssuedInvoice } from './state.js';
import { isIssued } from './state.js';

/** Folds one fact into the state; an impossible pair stops the fold with `CorruptStream`. */
export function evolve(state: InvoiceState, event: InvoiceEvent): InvoiceState {
  switch (event.type) {
    case 'InvoiceDrafted': {
      if (state.status !== 'absent') return impossible(state.status, event.type);
      const { invoiceId, customerId, orderId, currency, purpose, content, at } = event;
      const details = { invoiceId, customerId, orderId, currency, purpose };
      return { status: 'draft', details, content, createdAt: at };
    }
    case 'InvoiceDraftRevised':
      if (state.status !== 'draft') return impossible(state.status, event.type);
      return { ...state, content: event.content };
    case 'InvoiceFinalizationRequested': {
      if (state.status !== 'draft') return impossible(state.status, event.type);
      const { series, seen, issuedOn, dueOn } = event;
      return { ...state, status: 'finalizing', place: { series, seen }, issuedOn, dueOn };
    }
    case 'InvoiceFinalized':
      return finalized(state, event);
    case 'InvoiceSent':
    case 'InvoiceCollectionClaimed':
    case 'InvoiceCollectionReleased':
    case 'InvoicePaymentApplied':
    case 'InvoicePaymentReversed':
    case 'InvoiceRefundRequested':
    case 'InvoiceRefundPartRefused':
    case 'InvoiceCreditRequested':
    case 'InvoiceCredited':
    case 'InvoicePaid':
    case 'InvoiceReopened':
    case 'InvoiceVoided':
    case 'InvoiceMarkedUncollectible':
    case 'InvoiceTaxFellDue':
    case 'InvoiceDifferenceWrittenOff':
      return isIssued(state) ? evolveIssued(state, event) : impossible(state.status, event.type);
  }
}

function finalized(state: InvoiceState, event: InvoiceEventOf<'InvoiceFinalized'>): InvoiceState {
  if (state.status !== 'finalizing') return impossible(state.status, event.type);
  const { lines, taxes, discountRemainderTo, gross, discount, net, tax, total } = event;
  return {
    status: 'open',
    details: state.details,
    content: event.content,
    createdAt: state.createdAt,
    priced: { lines, taxes, discountRemainderTo, gross, discount, net, tax, total },
    number: event.number,
    issuedOn: event.issuedOn,
    dueOn: event.dueOn,
    finalizedAt: event.at,
    billingIdentitySha256: event.billingIdentitySha256,
    look: event.look ?? null,
    sentAt: null,
    collections: [],
    applications: [],
    creditNotes: [],
    refunds: [],
    writtenOff: zero(event.total.currency),
    differences: [],
    taxFallenDue: zero(event.total.currency),
    givenUp: { tax: zero(event.total.currency), total: zero(event.total.currency) },
  };
}

type IssuedEvent = Exclude<
  InvoiceEvent,
  {
    type: 'InvoiceDrafted' | 'InvoiceDraftRevised' | 'InvoiceFinalizationRequested' | 'InvoiceFinalized';
  }
>;

function evolveIssued(state: IssuedInvoice, event: IssuedEvent): InvoiceState {
  switch (event.type) {
    case 'InvoiceSent':
      return { ...state, sentAt: event.at };
    case 'InvoiceCollectionClaimed': {
      if (state.status !== 'open') return impossible(state.status, event.type);
      const { collectionId, amount } = event;
      return { ...state, collections: [...state.collections, { collectionId, amount, status: 'claimed' }] };
    }
    case 'InvoiceCollectionReleased':
      return {
        ...state,
        collections: changed(
          state.collections,
          ({ collectionId, status }) => collectionId === event.collectionId && status === 'claimed',
          event.type,
          (collection) => ({ ...collection, status: 'released' }),
        ),
      };
    case 'InvoicePaymentApplied': {
      if (state.status !== 'open') return impossible(state.status, event.type);
      const { applicationId, tender, amount, at } = event;
      const application = { applicationId, tender, amount, appliedAt: at, reversals: [] };
      return { ...state, applications: [...state.applications, application] };
    }
    case 'InvoicePaymentReversed': {
      const { reversalId, amount, cause = null } = event;
      const reversal = { reversalId, amount, cause, appliedBefore: state.applications.length };
      return {
        ...state,
        applications: changed(
          state.applications,
          ({ applicationId }) => applicationId === event.applicationId,
          event.type,
          (one) => ({ ...one, reversals: [...one.reversals, reversal] }),
        ),
      };
    }
    case 'InvoiceRefundRequested':
    case 'InvoiceRefundPartRefused':
      return { ...state, refunds: evolveRefunds(state.refunds, event) };
    case 'InvoiceCreditRequested':
    case 'InvoiceCredited':
      if (state.status !== 'open') return impossible(state.status, event.type);
      return { ...state, creditNotes: evolveCreditNotes(state.creditNotes, event) };
    case 'InvoicePaid':
      if (state.status !== 'open') return impossible(state.status, event.type);
      return { ...state, status: 'paid', paidAt: event.at };
    case 'InvoiceReopened':
      return reopened(state) ?? impossible(state.status, event.type);
    case 'InvoiceVoided':
      if (state.status !== 'open') return impossible(state.status, event.type);
      return { ...state, status: 'void', voidedAt: event.at };
    case 'InvoiceMarkedUncollectible':
      if (state.status !== 'open') return impossible(state.status, event.type);
      return {
        ...state,
        status: 'uncollectible',
        markedAt: event.at,
        writtenOff: add(state.writtenOff, event.amount),
        givenUp: givenUpAfter(state, event),
      };
    case 'InvoiceDifferenceWrittenOff':
      return {
        ...state,
        writtenOff: add(state.writtenOff, event.amount),
        givenUp: givenUpAfter(state, event),
        differences: evolveDifferences(state, event),
      };
    case 'InvoiceTaxFellDue':
      if (state.content.taxPoint !== 'payment') return impossible('tax due at issue', event.type);
      return { ...state, taxFallenDue: add(state.taxFallenDue, event.amount) };
  }
}

function givenUpAfter(
  { givenUp }: IssuedInvoice,
  { amount, taxGivenUp }: { readonly amount: Money; readonly taxGivenUp?: Money },
): IssuedInvoice['givenUp'] {
  if (taxGivenUp === undefined) return givenUp;
  return { tax: add(givenUp.tax, taxGivenUp), total: add(givenUp.total, amount) };
}

/** One that is asked for again is over. */
function evolveDifferences(
  { differences }: IssuedInvoice,
  event: InvoiceEventOf<'InvoiceDifferenceWrittenOff'>,
): readonly Difference[] {
  const { type, applicationId, amount, writtenOffBy } = event;
  const others = differences.filter((one) => one.applicationId !== applicationId);
  const difference = { applicationId, amount, taxGivenUp: event.taxGivenUp ?? null, writtenOffBy };
  if (isPositive(amount)) return [...others, difference];
  return others.length === differences.length ? impossible('no such difference', type) : others;
}

/** When it was paid or given up is history. */
function reopened(state: IssuedInvoice): InvoiceState | undefined {
  switch (state.status) {
    case 'paid': {
      const { paidAt: _paidAt, ...rest } = state;
      return { ...rest, status: 'open' };
    }
    case 'uncollectible': {
      const { markedAt: _markedAt, ...rest } = state;
      return { ...rest, status: 'open' };
    }
    case 'open':
    case 'void':
      return undefined;
  }
}

function evolveRefunds(
  refunds: readonly InvoiceRefund[],
  event: InvoiceEventOf<'InvoiceRefundRequested' | 'InvoiceRefundPartRefused'>,
): readonly InvoiceRefund[] {
  const { type, invoiceRefundId } = event;
  if (type === 'InvoiceRefundPartRefused') {
    return changed(
      refunds,
      (refund) => refund.invoiceRefundId === invoiceRefundId,
      type,
      (refund) => ({
        ...refund,
        parts: changed(
          refund.parts,
          ({ reversalId, refusedAs }) => reversalId === event.reversalId && refusedAs === null,
          type,
          (part) => ({ ...part, refusedAs: event.code }),
        ),
      }),
    );
  }
  if (refunds.some((refund) => refund.invoiceRefundId === invoiceRefundId)) {
    return impossible('existing refund', type);
  }
  const { refundReason, amount, parts, requestedBy = null } = event;
  const asked = parts.map((part) => ({ ...part, refusedAs: null }));
  return [...refunds, { invoiceRefundId, refundReason, requestedBy, amount, parts: asked }];
}

function evolveCreditNotes(
  notes: readonly CreditNote[],
  event: InvoiceEventOf<'InvoiceCreditRequested' | 'InvoiceCredited'>,
): readonly CreditNote[] {
  if (event.type === 'InvoiceCredited') {
    return changed(
      notes,
      ({ creditNoteId, number }) => creditNoteId === event.creditNoteId && number === null,
      event.type,
      (note) => ({ ...note, number: event.number }),
    );
  }
  if (notes.some(({ creditNoteId }) => creditNoteId === event.creditNoteId)) {
    return impossible('existing credit note', event.type);
  }
  const { type: _type, at, customerId: _customerId, series, seen, reverses = null, ...rest } = event;
  return [...notes, { ...rest, reverses, place: { series, seen }, requestedAt: at, number: null }];
}

/** The list with the one item changed that the event speaks of. */
function changed<T>(
  items: readonly T[],
  isMeant: (item: T) => boolean,
  eventType: string,
  change: (item: T) => T,
): readonly T[] {
  const meant = items.find(isMeant);
  if (meant === undefined) return impossible('no such part', eventType);
  return items.map((item) => (item === meant ? change(item) : item));
}
