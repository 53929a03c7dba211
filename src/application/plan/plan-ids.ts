import type { InvoiceId, PlanId } from '../../domain/shared/ids.js';
import { parsePlanId } from '../../domain/shared/ids.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintedBy } from '../shared/minted-ids.js';

/** An invoice has one plan, so its id follows from the invoice's: two who start one meet in the same stream. */
export function planIdOf(invoiceId: InvoiceId): PlanId {
  return mintedBy(parsePlanId, 'plan', commandIdOf('plan of', invoiceId));
}
