import type { EventStore, StreamName } from '../../../application/ports/event-store.js';
import { Refused } from './problem.js';

/**
 * What is looked at before a command is given, such as another aggregate. A request whose answer was lost is sent again, and its
 * own command may be why it would be refused now: what it has carried out stays so, and it is told that.
 * @param stream where the command leaves its facts
 * @returns undefined where it has left them: given again, it answers with them
 * @throws Refused what `check` refuses, of a command that has left none
 */
export async function unlessCarriedOut<T>(
  command: { readonly commandId: string; readonly stream: StreamName },
  eventStore: Pick<EventStore, 'readStream'>,
  check: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await check();
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    const recorded = await eventStore.readStream(command.stream);
    if (!recorded.some(({ metadata }) => metadata.commandId === command.commandId)) throw refusal;
    return undefined;
  }
}
