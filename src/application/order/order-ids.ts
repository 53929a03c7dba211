import type { OrderId } from '../../domain/shared/ids.js';
import { parseOrderId } from '../../domain/shared/ids.js';
import { mintedBy } from '../shared/minted-ids.js';

/** The id of the order that a command opens: the same each time the command is carried out. */
export function orderIdOf(commandId: string): OrderId {
  return mintedBy(parseOrderId, 'ord', commandId);
}
