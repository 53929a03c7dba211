import type { InvoiceTemplateId } from '../../domain/shared/ids.js';
import { parseInvoiceTemplateId } from '../../domain/shared/ids.js';
import { mintedBy } from '../shared/minted-ids.js';

/** The id of the template that a command creates: the same each time the command is carried out. */
export function invoiceTemplateIdOf(commandId: string): InvoiceTemplateId {
  return mintedBy(parseInvoiceTemplateId, 'itpl', commandId);
}
