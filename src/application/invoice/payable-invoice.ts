import type { InvoiceState } from '../../domain/invoice/state.js';
import { payableOf } from '../../domain/invoice/state.js';
import type { CustomerId, OrderId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';

/** What others have to know of an invoice that somebody wants to pay. */
export type PayableInvoice = {
  readonly customerId: CustomerId;
  readonly orderId: OrderId | null;
  /** What may still be paid of it; never negative. */
  readonly payable: Money;
};

export type NotPayable =
  | { readonly code: 'invoice_not_found' }
  | { readonly code: 'invoice_not_payable'; readonly status: string };

/** Only an open invoice is paid: a draft is of nothing yet, and one that is paid, void or given up asks for nothing. */
export function payableInvoice(state: InvoiceState): PayableInvoice | NotPayable {
  switch (state.status) {
    case 'absent':
      return { code: 'invoice_not_found' };
    case 'draft':
    case 'finalizing':
    case 'paid':
    case 'void':
    case 'uncollectible':
      return { code: 'invoice_not_payable', status: state.status };
    case 'open': {
      const { customerId, orderId } = state.details;
      return { customerId, orderId, payable: payableOf(state) };
    }
  }
}
