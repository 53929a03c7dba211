import type { InvoiceState } from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import type { Money } from '../../domain/shared/money.js';
import type { NoticeFact, NoticeFacts } from '../notification/notice-kinds.js';

/** The parts that notices are made of. */

export function moneyFact({ minor, currency }: Money): NoticeFact {
  return { amount: minor.toString(), currency };
}

export const textFact = (text: string): NoticeFact => ({ text });

/** What a customer knows an invoice by, and what leads to it. */
export function invoiceFacts(invoiceId: string, state: InvoiceState): NoticeFacts {
  return {
    invoice: textFact(invoiceId),
    reference: textFact(isIssued(state) ? state.number : invoiceId),
  };
}
