import type { CreditNoteId, InvoiceId, InvoiceRefundId } from '../../domain/shared/ids.js';
import { parseCreditNoteId, parseInvoiceId, parseInvoiceRefundId } from '../../domain/shared/ids.js';
import { mintedBy } from '../shared/minted-ids.js';

export function invoiceIdOf(commandId: string): InvoiceId {
  return mintedBy(parseInvoiceId, 'inv', commandId);
}

export function creditNoteIdOf(commandId: string): CreditNoteId {
  return mintedBy(parseCreditNoteId, 'cn', commandId);
}

export function invoiceRefundIdOf(commandId: string): InvoiceRefundId {
  return mintedBy(parseInvoiceRefundId, 'irf', commandId);
}
