import type { CreditId } from '../../domain/shared/ids.js';
import { parseCreditId } from '../../domain/shared/ids.js';

/** The id of the grant that a command makes: the same each time the command is carried out. `commandId` is a UUID. */
export function creditIdOf(commandId: string): CreditId {
  const id = parseCreditId(`crd_${commandId}`);
  if (id === undefined) throw new TypeError(`${commandId} is not a UUID`);
  return id;
}
