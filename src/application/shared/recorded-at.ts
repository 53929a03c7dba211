import type { EventStore, RecordedEvent, StreamName } from '../ports/event-store.js';

/**
 * The event that a row of a read model was made from.
 * @throws Error when another event stands there, which no history can bring about
 */
export async function recordedAt(
  eventStore: Pick<EventStore, 'readStream'>,
  at: { readonly stream: StreamName; readonly revision: bigint; readonly event_id: string },
): Promise<RecordedEvent> {
  const { stream, revision, event_id: id } = at;
  const [recorded] = await eventStore.readStream(stream, { from: revision, limit: 1 });
  if (recorded?.id !== id) throw new Error(`revision ${revision} of ${stream} is not event ${id}`);
  return recorded;
}
