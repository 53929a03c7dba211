import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import { StreamNotFoundError } from '@eventstore/db-client';
import { EventStoreUnavailable } from '../../application/ports/event-store.js';
import type { MarkedEvent } from './eventstoredb-records.js';
import { toMarked } from './eventstoredb-records.js';

/** A stream of the client: its own end must be asked for, beyond destroying it. */
export type ServerStream = AsyncIterable<unknown> & {
  on(event: 'error', listener: () => void): unknown;
  destroy(error?: Error): unknown;
  cancel?(): Promise<void>;
  unsubscribe?(): Promise<void>;
};

/** The client emits errors of the connection also after we are done with a stream: nobody listening ends the process. */
export function guarded<S extends ServerStream>(stream: S): S {
  stream.on('error', () => undefined);
  return stream;
}

export function release(stream: ServerStream): void {
  stream.destroy();
  const ended = stream.cancel?.() ?? stream.unsubscribe?.();
  ended?.catch(() => undefined);
}

/**
 * Our own events out of a read, at most `limit` of those that are `wanted`. Ends with an error when the server says
 * nothing for `silenceMs`, since reads of this client have no deadline.
 * @throws EventStoreUnavailable
 */
export async function collect(
  stream: ServerStream,
  { limit, silenceMs, wanted }: { limit: number; silenceMs: number; wanted(event: MarkedEvent): boolean },
): Promise<readonly MarkedEvent[]> {
  const events: MarkedEvent[] = [];
  const silence = setTimeout(
    () => stream.destroy(new Error(`the server said nothing for ${silenceMs} ms`)),
    silenceMs,
  );
  try {
    for await (const resolved of guarded(stream) as AsyncIterable<ResolvedEvent | AllStreamResolvedEvent>) {
      silence.refresh();
      const event = toMarked(resolved);
      if (event !== undefined && wanted(event)) events.push(event);
      if (events.length >= limit) break;
    }
    return events;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw new EventStoreUnavailable(`cannot read: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(silence);
    release(stream);
  }
}
