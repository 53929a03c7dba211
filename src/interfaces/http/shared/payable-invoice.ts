import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type { NotPayable, PayableInvoice } from '../../../application/invoice/payable-invoice.js';
import { payableInvoice } from '../../../application/invoice/payable-invoice.js';
import type { InvoiceId } from '../../../domain/shared/ids.js';
import type { RejectionKinds } from './problem.js';
import { problemOfRejection, Refused } from './problem.js';

const kinds: RejectionKinds<NotPayable> = {
  invoice_not_found: 'resource_missing',
  invoice_not_payable: { status: 409, title: 'The invoice takes no payment in its status' },
};

/** An invoice that may be paid. @throws Refused for any other */
export async function findPayable(
  invoices: Pick<InvoiceOperations, 'load'>,
  invoiceId: InvoiceId,
): Promise<PayableInvoice & { readonly revision: bigint }> {
  const { state, revision } = await invoices.load(invoiceId);
  const found = payableInvoice(state);
  if (!('code' in found)) return { ...found, revision: revision ?? -1n };
  const detail =
    found.code === 'invoice_not_found' ? 'There is no such invoice.' : `The invoice is ${found.status}.`;
  throw new Refused(problemOfRejection(kinds, found, { detail, param: 'invoice' }));
}
