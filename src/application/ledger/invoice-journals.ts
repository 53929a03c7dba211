import type { InvoiceEvent, InvoiceEventOf, InvoicePurpose } from '../../domain/invoice/events.js';
import type { Account, Journal, JournalLine } from '../../domain/ledger/journal.js';
import { credit, debit, journal } from '../../domain/ledger/journal.js';
import type { Money } from '../../domain/shared/money.js';
import { isZero, subtract, zero } from '../../domain/shared/money.js';
import type { Tender } from '../../domain/shared/tender.js';

/**
 * What an invoice's fact means in the books: exactly one journal for each fact that moves money, none for the others and
 * none for an amount of zero.
 */
export function invoiceJournalOf(event: InvoiceEvent): Journal | undefined {
  switch (event.type) {
    case 'InvoiceFinalized':
      return sold('Invoice finalized', { ...event, ...event.content }, (account, amount) =>
        credit(account, amount),
      );
    case 'InvoiceVoided':
      return sold('Invoice voided', event, (account, amount) => debit(account, amount));
    case 'InvoicePaymentApplied':
      return transfer('Payment applied', sourceOf(event.tender), 'accounts_receivable', event.amount);
    case 'InvoicePaymentReversed':
      return transfer('Payment reversed', 'accounts_receivable', sourceOf(event.tender), event.amount);
    case 'InvoiceCredited':
      return credited(event);
    case 'InvoiceMarkedUncollectible':
      return givenUp('Invoice uncollectible', 'bad_debt', event);
    case 'InvoiceDifferenceWrittenOff':
      return givenUp('Difference written off', 'payment_differences', event);
    case 'InvoiceTaxFellDue':
      return transfer('Tax fell due', 'tax_deferred', 'tax_payable', event.amount);
    case 'InvoiceDrafted':
    case 'InvoiceDraftRevised':
    case 'InvoiceFinalizationRequested':
    case 'InvoiceSent':
    case 'InvoiceCollectionClaimed':
    case 'InvoiceCollectionReleased':
    case 'InvoiceRefundRequested':
    case 'InvoiceRefundPartRefused':
    case 'InvoiceCreditRequested':
    case 'InvoicePaid':
    case 'InvoiceReopened':
      return undefined;
  }
}

type Amounts = {
  readonly purpose: InvoicePurpose;
  readonly net: Money;
  readonly tax: Money;
  readonly total: Money;
  readonly taxPoint?: 'payment';
};
type Side = (account: Account, amount: Money) => JournalLine;

/** Income and tax on one side, what the customer owes for them on the other. */
function sold(description: string, amounts: Amounts, income: Side): Journal | undefined {
  const { purpose, net, tax, total } = amounts;
  return posted(description, [
    income(incomeOf(purpose), net),
    income(taxAccountOf(amounts), tax),
    income('accounts_receivable', { ...total, minor: -total.minor }),
  ]);
}

function credited(event: InvoiceEventOf<'InvoiceCredited'>): Journal | undefined {
  return posted('Credit note', [
    debit(givenUpOf(event), event.net),
    debit(taxAccountOf(event), event.tax),
    credit('accounts_receivable', event.total),
  ]);
}

/** What an invoice is for; one for a payment that is gone asks for that money again, and earns nothing. */
function incomeOf(purpose: InvoicePurpose): 'revenue' | 'late_fees' | 'unapplied_payments' {
  switch (purpose) {
    case 'sale':
      return 'revenue';
    case 'late_fee':
      return 'late_fees';
    case 'returned_payment':
      return 'unapplied_payments';
  }
}

function givenUpOf({ creditReason, purpose }: InvoiceEventOf<'InvoiceCredited'>): Account {
  if (creditReason === 'early_payment_discount') return 'early_payment_discounts';
  // The money did not come back: whoever forgives it has lost it.
  if (purpose === 'returned_payment' && creditReason !== 'returned') return 'bad_debt';
  return incomeOf(purpose);
}

/** Tax that falls due as an invoice is paid waits until then; facts of its own tell how much has come. */
function taxAccountOf({ taxPoint }: { readonly taxPoint?: 'payment' }): 'tax_payable' | 'tax_deferred' {
  return taxPoint === 'payment' ? 'tax_deferred' : 'tax_payable';
}

/** Tax that waits for a payment which is not to come is no loss: nobody will owe it. */
function givenUp(
  description: string,
  loss: Account,
  { amount, taxGivenUp = zero(amount.currency) }: { readonly amount: Money; readonly taxGivenUp?: Money },
): Journal | undefined {
  return posted(description, [
    debit(loss, subtract(amount, taxGivenUp)),
    debit('tax_deferred', taxGivenUp),
    credit('accounts_receivable', amount),
  ]);
}

/** Where money stands before it is set against an invoice. */
function sourceOf({ kind }: Tender): 'unapplied_payments' | 'customer_credit' {
  return kind === 'credit' ? 'customer_credit' : 'unapplied_payments';
}

function transfer(description: string, from: Account, to: Account, amount: Money): Journal | undefined {
  return posted(description, [debit(from, amount), credit(to, amount)]);
}

function posted(description: string, lines: readonly JournalLine[]): Journal | undefined {
  const moving = lines.filter(({ amount }) => !isZero(amount));
  return moving.length === 0 ? undefined : journal(description, ...moving);
}
