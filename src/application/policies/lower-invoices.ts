import type { CreditReason } from '../../domain/invoice/events.js';
import { lastFirst } from '../../domain/invoice/last-first.js';
import type { Application, IssuedInvoice, Reversal } from '../../domain/invoice/state.js';
import { claimOn, isIssued, leftOf, refundsUnderWay } from '../../domain/invoice/state.js';
import type { CreditNoteId, InvoiceId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { add, isPositive, isZero, smaller, subtract, sum, zero } from '../../domain/shared/money.js';
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
import { dueFor, noteOfPaid, reversalForLess } from './taken-back.js';

/** See `createLowerInvoices`. */
export type LowerInvoices = ReturnType<typeof createLowerInvoices>;

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

  /** Takes back all that is due of these invoices. */
  async function creditDue(ids: readonly InvoiceId[], less: Less): Promise<void> {
    for (const invoice of await existingIssued(ids)) await creditDueOf(invoice, null, less);
  }

  /** Takes back an amount, first of what is due and then of what was paid, as far as these invoices ask for it at all. */
  async function creditLess(ids: readonly InvoiceId[], amount: Money, less: Less): Promise<void> {
    const all = await existingIssued(ids);
    // However much is due by now, what was credited by an earlier telling is of this amount.
    let left = subtract(
      amount,
      sum(
        amount.currency,
        all.map((invoice) => creditedBy(less, invoice)),
      ),
    );
    for (const invoice of all) {
      if (isPositive(left)) left = subtract(left, await creditDueOf(invoice, left, less));
    }
    for (const { details } of all) {
      const note = { creditNoteId: noteOfPaid(less.cause, details.invoiceId), amount: left };
      if (isPositive(left)) {
        left = subtract(left, await creditForgiven(details.invoiceId, note, () => true, less));
      }
    }
  }

  /** How much it was. */
  async function creditDueOf(invoice: IssuedInvoice, atMost: Money | null, less: Less): Promise<Money> {
    const creditNoteId = noteOfDue(less, invoice.details.invoiceId);
    const due = dueFor(creditNoteId, invoice);
    const amount = atMost === null ? due : smaller(atMost, due);
    if (!isPositive(amount) || totalOf(invoice, creditNoteId) !== undefined) return zero(due.currency);
    await credit(invoice, { creditNoteId, amount }, less);
    return amount;
  }

  /**
   * One credit note over an amount that was not to be paid, or as much of it as the invoice still asks for; answers how much.
   * What of it was paid all the same, by applications that `isExtra` knows, goes back as credit first.
   */
  async function creditForgiven(
    invoiceId: InvoiceId,
    note: Note,
    isExtra: (applicationId: string) => boolean,
    less: Less,
  ): Promise<Money> {
    const invoice = await issuedNow(invoiceId);
    const { currency } = note.amount;
    if (totalOf(invoice, note.creditNoteId) !== undefined) return zero(currency);
    mustBeUnclaimed(invoice);
    const extra = invoice.applications.filter(
      (one) => isExtra(one.applicationId) && mine(one, less) === undefined,
    );
    const due = dueFor(note.creditNoteId, invoice);
    const asked = sum(currency, [due, ...extra.map(leftOf)]);
    const amount = isPositive(asked) ? smaller(note.amount, asked) : zero(currency);
    // What was taken back and is due no more was paid again, and goes back as well.
    const missing = subtract(amount, smaller(amount, due));
    await takeBack(invoice, add(takenBack(invoice, less), missing), less);
    if (isZero(amount)) return amount;
    await credit(await issuedNow(invoiceId), { ...note, amount }, less);
    return amount;
  }

  /** As much of what was applied as is wanted, the latest first: all of it, or nothing yet. */
  async function takeBack(invoice: IssuedInvoice, wanted: Money, less: Less): Promise<void> {
    const applied = invoice.applications.map((application) => ({
      of: application,
      left: leftOf(application),
      given: mine(application, less)?.amount ?? null,
    }));
    const taken = lastFirst(applied, wanted);
    for (const { of } of taken) {
      // Its reversal would be refused, with others written already.
      const isNew = mine(of, less) === undefined;
      if (isNew && refundsUnderWay(invoice, of).length > 0) {
        throw new Error(`a refund of ${of.applicationId} is under way`);
      }
    }
    for (const { of, amount } of taken) await toCredit(parts, invoice, of, amount, less);
  }

  async function credit(
    invoice: IssuedInvoice,
    { creditNoteId, amount }: Note,
    { creditReason, metadataOf }: Less,
  ): Promise<void> {
    const { invoiceId } = invoice.details;
    mustBeUnclaimed(invoice);
    const credited = await invoices.credit(
      invoiceId,
      { creditNoteId, scope: { by: 'total', amount }, creditReason },
      metadataOf(`credit ${creditNoteId}`),
    );
    mustBeAccepted(credited, `credit ${invoiceId}`);
  }

  /** @throws while one of them waits for its number */
  async function existingIssued(ids: readonly InvoiceId[]): Promise<readonly IssuedInvoice[]> {
    const found: IssuedInvoice[] = [];
    for (const invoiceId of ids) {
      const { state } = await invoices.load(invoiceId);
      if (state.status !== 'absent') found.push(await issuedNow(invoiceId));
    }
    return found;
  }

  async function issuedNow(invoiceId: InvoiceId): Promise<IssuedInvoice> {
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state)) throw new Error(`${invoiceId} is not issued yet`);
    return state;
  }

  return { creditDue, creditLess, creditForgiven };
}

/** @throws while a collection holds it: what that will bring is not known yet */
function mustBeUnclaimed(invoice: IssuedInvoice): void {
  const claim = claimOn(invoice);
  if (claim !== undefined) throw new Error(`${claim.collectionId} holds ${invoice.details.invoiceId}`);
}

function noteOfDue({ cause }: Less, invoiceId: InvoiceId): CreditNoteId {
  return creditNoteIdOf(commandIdOf('credit note of change order', `${cause} ${invoiceId}`));
}

/** Undefined where the invoice has no such credit note. */
function totalOf({ creditNotes }: IssuedInvoice, creditNoteId: CreditNoteId): Money | undefined {
  return creditNotes.find((note) => note.creditNoteId === creditNoteId)?.total;
}

/** By a change order, of what was due and of what was paid. */
function creditedBy(less: Less, invoice: IssuedInvoice): Money {
  const { invoiceId, currency } = invoice.details;
  const notes = [noteOfDue(less, invoiceId), noteOfPaid(less.cause, invoiceId)];
  return sum(
    currency,
    notes.flatMap((creditNoteId) => totalOf(invoice, creditNoteId) ?? []),
  );
}

/** What of its payments was taken back for this cause. */
function takenBack({ applications, details }: IssuedInvoice, less: Less): Money {
  const taken = applications.flatMap((one) => mine(one, less) ?? []);
  return sum(
    details.currency,
    taken.map(({ amount }) => amount),
  );
}

function mine({ applicationId, reversals }: Application, { cause }: Less): Reversal | undefined {
  return reversals.find(({ reversalId }) => reversalId === reversalForLess(applicationId, cause));
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
  const reversalId = reversalForLess(applicationId, less.cause);
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
