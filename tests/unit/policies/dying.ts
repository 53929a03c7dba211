import type { EventToAppend } from '../../../src/application/ports/event-store.js';
import type { MoneyFlows } from './money-flows.js';

/** Carries out what the process does until it can write no more. */
export async function dyingAfter(
  writes: number,
  flows: MoneyFlows,
  work: () => Promise<unknown>,
): Promise<void> {
  const append = flows.eventStore.append.bind(flows.eventStore);
  let left = writes;
  flows.eventStore.append = async (...given) => {
    if (left === 0) throw new Error('the process died');
    left -= 1;
    return append(...given);
  };
  await work().catch(() => undefined);
  flows.eventStore.append = append;
}

/** Carries out what the process does while some of its facts cannot be written. */
export async function unableToWrite(
  flows: MoneyFlows,
  isMeant: (event: EventToAppend) => boolean,
  work: () => Promise<unknown>,
): Promise<void> {
  const append = flows.eventStore.append.bind(flows.eventStore);
  flows.eventStore.append = async (...given) => {
    if (given[2].some(isMeant)) throw new Error('the store is away');
    return append(...given);
  };
  await work();
  flows.eventStore.append = append;
}

/** The request of a credit note by one of the policies. */
export const creditNoteBy =
  (policy: string) =>
  ({ type, metadata }: EventToAppend): boolean =>
    type.startsWith('InvoiceCreditRequested') && metadata.actor.id === policy;
