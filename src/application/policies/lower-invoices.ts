import type { CreditReason } from '../../domain/invoice/events.js';
import { lastFirst } from '../../domain/invoice/last-first.js';
import type { Application, IssuedInvoice } from '../../domain/invoice/state.js';
import { claimOn, isIssued, leftOf, payableOf } from '../../domain/invoice/state.js';
import type { CreditNoteId, InvoiceId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, isPositive, subtract, sum, zero } from '../../domain/shared/money.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import { creditNoteIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import { createGiveBack } from './give-back.js';
import { keptCreditIdOf } from './kept-credit.js';
import { mustBeAccepted } from './policy-steps.js';

type Parts = {
  readonly invoices: InvoiceOperations;
  readonly payments: Pick<PaymentHandler, 'handle'>;
  readonly credits: Pick<CreditHandler, 'handle'>;
  readonly manualPayments: Pick<ManualPaymentHandler, 'handle'>;
  readonly clock: Clock;
};

/** What is asked for less, and why: the same cause takes the same amounts back, however often it is told. */
type Less = {
  readonly cause: string;
  readonly creditReason: CreditReason;
  readonly metadataOf: (step: string) => EventMetadata;
};

type Note = { readonly creditNoteId: CreditNoteId; readonly amount: Money };

/**
 * Invoices ask for an amount less, by credit notes: first what is due on them, in their order, and then what they had been
 * paid, which goes back to the customer as credit first. May be repeated.
 */
export function createLowerInvoices(parts: Parts) {
  const { invoices } = parts;

  /** Takes back what is due of these invoices; null for all of it. Answers what could not be taken. */
  async function creditDue(
    ids: readonly InvoiceId[],
    amount: Money | null,
    less: Less,
  ): Promise<Money | null> {
    let left = amount;
    for (const invoiceId of ids) {
      const invoice = await existingIssued(invoiceId);
      if (invoice === undefined) continue;
      const creditNoteId = noteOfDue(less, invoiceId);
      const due = dueBut(invoice, noteOfPaid(less, invoiceId), less);
      const part = totalOf(invoice, creditNoteId) ?? (left === null ? due : smaller(left, due));
      if (!isPositive(part)) continue;
      await credit(invoice, { creditNoteId, amount: part }, less);
      left = left === null ? null : subtract(left, part);
    }
    return left;
  }

  /** Takes back what these invoices were paid, and gives it to the customer as credit. */
  async function creditPaid(ids: readonly InvoiceId[], amount: Money, less: Less): Promise<void> {
    let left = amount;
    for (const invoiceId of ids) {
      const invoice = await existingIssued(invoiceId);
      if (invoice === undefined || !isPositive(left)) continue;
      const creditNoteId = noteOfPaid(less, invoiceId);
      const part = totalOf(invoice, creditNoteId) ?? (await takeBack(invoice, left, less));
      if (!isPositive(part)) continue;
      await credit(await issuedNow(invoiceId), { creditNoteId, amount: part }, less);
      left = subtract(left, part);
    }
  }

  /**
   * One credit note over an amount that was not to be paid. What of it was paid all the same, by applications that `isExtra`
   * knows, goes back as credit first; what is neither due nor paid so was credited otherwise, and is left out.
   */
  async function creditForgiven(
    invoiceId: InvoiceId,
    note: Note,
    isExtra: (applicationId: string) => boolean,
    less: Less,
  ): Promise<void> {
    const invoice = await issuedNow(invoiceId);
    const known = totalOf(invoice, note.creditNoteId);
    const back = takenBack(invoice, less);
    const extra = invoice.applications.filter((one) => isExtra(one.applicationId)).map(leftOf);
    const due = dueBut(invoice, note.creditNoteId, less);
    const part = known ?? smaller(note.amount, sum(note.amount.currency, [due, back, ...extra]));
    if (!isPositive(part)) return;
    const paid = known === undefined ? subtract(part, due) : back;
    if (isPositive(paid)) await takeBack(invoice, paid, less);
    await credit(await issuedNow(invoiceId), { ...note, amount: part }, less);
  }

  /** As much of what was applied as is wanted, the latest first. */
  async function takeBack(invoice: IssuedInvoice, wanted: Money, less: Less): Promise<Money> {
    const applied = invoice.applications.map((application) => ({
      of: application,
      left: leftOf(application),
      given: mine(application, less)?.amount ?? null,
    }));
    const taken = lastFirst(applied, wanted);
    for (const { of, amount } of taken) await toCredit(parts, invoice, of, amount, less);
    return sum(
      wanted.currency,
      taken.map(({ amount }) => amount),
    );
  }

  async function credit(
    invoice: IssuedInvoice,
    { creditNoteId, amount }: Note,
    { creditReason, metadataOf }: Less,
  ): Promise<void> {
    const { invoiceId } = invoice.details;
    const claim = claimOn(invoice);
    // What it will bring is not known yet.
    if (claim !== undefined) throw new Error(`${claim.collectionId} holds ${invoiceId}`);
    const credited = await invoices.credit(
      invoiceId,
      { creditNoteId, scope: { by: 'total', amount }, creditReason },
      metadataOf(`credit ${creditNoteId}`),
    );
    mustBeAccepted(credited, `credit ${invoiceId}`);
  }

  /** Undefined where there is none. @throws while it waits for its number */
  async function existingIssued(invoiceId: InvoiceId): Promise<IssuedInvoice | undefined> {
    const { state } = await invoices.load(invoiceId);
    return state.status === 'absent' ? undefined : issuedNow(invoiceId);
  }

  async function issuedNow(invoiceId: InvoiceId): Promise<IssuedInvoice> {
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state)) throw new Error(`${invoiceId} is not issued yet`);
    return state;
  }

  return { creditDue, creditPaid, creditForgiven };
}

function reversalIdOf({ applicationId }: Application, { cause }: Less): string {
  return `${applicationId} taken back by ${cause}`;
}

function noteOfDue({ cause }: Less, invoiceId: InvoiceId): CreditNoteId {
  return creditNoteIdOf(commandIdOf('credit note of change order', `${cause} ${invoiceId}`));
}

function noteOfPaid({ cause }: Less, invoiceId: InvoiceId): CreditNoteId {
  return creditNoteIdOf(commandIdOf('credit note of change order', `${cause} ${invoiceId} paid`));
}

/** Undefined where the invoice has no such credit note. */
function totalOf({ creditNotes }: IssuedInvoice, creditNoteId: CreditNoteId): Money | undefined {
  return creditNotes.find((note) => note.creditNoteId === creditNoteId)?.total;
}

/** What of its payments was taken back for this cause. */
function takenBack(invoice: IssuedInvoice, less: Less): Money {
  const { currency } = payableOf(invoice);
  return sum(
    currency,
    invoice.applications.map((one) => mine(one, less)?.amount ?? zero(currency)),
  );
}

/**
 * What is due but for what was taken back for this cause and is not credited yet by the note over it: a process may have died
 * between the two, and what was paid must not be credited as if it had not been.
 */
function dueBut(invoice: IssuedInvoice, noteOverTakenBack: CreditNoteId, less: Less): Money {
  const payable = payableOf(invoice);
  return totalOf(invoice, noteOverTakenBack) === undefined
    ? subtract(payable, takenBack(invoice, less))
    : payable;
}

function mine(application: Application, less: Less): Application['reversals'][number] | undefined {
  return application.reversals.find(({ reversalId }) => reversalId === reversalIdOf(application, less));
}

/** The invoice counts the payment no more, and its money is the customer's credit. */
async function toCredit(
  { invoices, payments, credits, manualPayments, clock }: Parts,
  { details: { invoiceId, customerId } }: IssuedInvoice,
  application: Application,
  amount: Money,
  less: Less,
): Promise<void> {
  const { applicationId, tender } = application;
  const at = clock.now();
  const reversalId = reversalIdOf(application, less);
  const step = (what: string) => less.metadataOf(`${what} ${applicationId}`);
  const reversed = await invoices.run(
    invoiceId,
    { type: 'ReversePayment', at, applicationId, reversalId, amount, cause: 'less_due' },
    step('reverse'),
  );
  mustBeAccepted(reversed, `reverse ${applicationId}`);
  if (tender.kind !== 'card') {
    const taken = { customerId, applicationId, reversalId, tender, amount };
    return createGiveBack({ credits, manualPayments, clock })(taken, step);
  }
  const creditId = keptCreditIdOf(reversalId);
  const command = { type: 'KeepPaymentAsCredit', at, creditId, amount, cause: 'less_due' } as const;
  mustBeAccepted(await payments.handle(tender.paymentId, command, step('keep')), `keep ${creditId}`);
}

function smaller(a: Money, b: Money): Money {
  return compare(a, b) < 0 ? a : b;
}
