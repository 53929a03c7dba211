import type { CustomerId, SetupId } from '../../domain/shared/ids.js';
import { parseCustomerId, parseSetupId } from '../../domain/shared/ids.js';

/** The id of what a command creates: the same each time the command is carried out. `commandId` is a UUID. */
export function customerIdOf(commandId: string): CustomerId {
  return parsed(parseCustomerId(`cus_${commandId}`), commandId);
}

export function setupIdOf(commandId: string): SetupId {
  return parsed(parseSetupId(`pms_${commandId}`), commandId);
}

function parsed<I>(id: I | undefined, commandId: string): I {
  if (id === undefined) throw new TypeError(`${commandId} is not a UUID`);
  return id;
}
