import { divideRounded } from '../shared/decimal.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, isZero, money, subtract, zero } from '../shared/money.js';
import type { InvoiceEvent } from './events.js';
import { evolve } from './evolve.js';
import type { InvoiceState, IssuedInvoice } from './state.js';
import { isIssued, paidOf } from './state.js';

/** What an invoice came to, less what was given up of it with its tax, and its credit notes that have their number. */
function standing({ priced, creditNotes, givenUp }: IssuedInvoice): {
  readonly tax: Money;
  readonly total: Money;
} {
  const issued = creditNotes.filter(({ number }) => number !== null);
  return {
    tax: issued.reduce((left, note) => subtract(left, note.tax), subtract(priced.tax, givenUp.tax)),
    total: issued.reduce((left, note) => subtract(left, note.total), subtract(priced.total, givenUp.total)),
  };
}

/** What a fact that gives all that is due up says of the tax in it: what has not fallen due, never will. */
export function taxGivenUpOf(invoice: IssuedInvoice): { readonly taxGivenUp?: Money } {
  if (invoice.content.taxPoint !== 'payment') return {};
  return { taxGivenUp: subtract(standing(invoice).tax, invoice.taxFallenDue) };
}

/** The tax in the first `paid` of what stands: a function of the sum, so that it does not matter in which parts that came. */
function taxIn({ tax, total }: { readonly tax: Money; readonly total: Money }, paid: Money): Money {
  if (isZero(total)) return tax;
  return money(divideRounded(tax.minor * paid.minor, total.minor), tax.currency);
}

/** The tax that is owed to the authorities by now. */
export function taxDueOf(invoice: IssuedInvoice): Money {
  if (invoice.status === 'void') return zero(invoice.priced.tax.currency);
  return invoice.content.taxPoint === 'payment' ? invoice.taxFallenDue : standing(invoice).tax;
}

/**
 * The tax in each of these amounts when the invoice is paid by them, one after the other, and by nothing after them. They
 * and what is in whatever was paid before sum to the tax of the invoice.
 */
export function taxesIn(invoice: IssuedInvoice, amounts: readonly Money[]): readonly Money[] {
  const stands = standing(invoice);
  const before = amounts.reduce(subtract, stands.total);
  let paid = before.minor < 0n ? zero(before.currency) : before;
  return amounts.map((amount) => {
    const from = paid;
    paid = add(paid, amount);
    return subtract(taxIn(stands, paid), taxIn(stands, from));
  });
}

/** The fact that follows from others which changed how much of the tax has fallen due; nothing where it falls due at the issue. */
export function taxFellDue(
  state: InvoiceState,
  events: readonly InvoiceEvent[],
  at: Instant,
): readonly InvoiceEvent[] {
  if (!isIssued(state) || state.content.taxPoint !== 'payment') return [];
  const after = events.reduce(evolve, state as InvoiceState);
  if (!isIssued(after)) return [];
  const fallenDue = taxIn(standing(after), paidOf(after));
  const amount = subtract(fallenDue, after.taxFallenDue);
  return isZero(amount) ? [] : [{ type: 'InvoiceTaxFellDue', at, amount, fallenDue }];
}
