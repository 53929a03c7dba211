import type { AllStreamResolvedEvent, Position as LogPosition, ResolvedEvent } from '@eventstore/db-client';
import { START } from '@eventstore/db-client';
import type {
  EventMetadata,
  Position,
  RecordedEvent,
  StreamName,
} from '../../application/ports/event-store.js';
import { parseInstant } from '../../domain/shared/instant.js';

/** A recorded event and the mark of the append call that wrote it. */
export type MarkedEvent = { readonly recorded: RecordedEvent; readonly attempt: unknown };

/**
 * Our event as the port knows it; undefined for what the server or other programs write into the same log. An event's
 * position is its own place in the log (prepare): all events of one append may share the other one (commit).
 */
export function toMarked({ event }: ResolvedEvent | AllStreamResolvedEvent): MarkedEvent | undefined {
  if (event === undefined || !event.isJson) return undefined;
  if (event.type.startsWith('$') || event.streamId.startsWith('$')) return undefined;
  const metadata = event.metadata as (EventMetadata & { attempt?: unknown }) | Uint8Array | undefined;
  if (metadata === undefined || metadata instanceof Uint8Array || typeof metadata.commandId !== 'string') {
    return undefined;
  }
  const position = event.position?.prepare;
  const recordedAt = parseInstant(event.created.toISOString());
  if (position === undefined || recordedAt === undefined) return undefined;
  const { attempt, ...own } = metadata;
  return {
    attempt,
    recorded: {
      stream: event.streamId as StreamName,
      revision: event.revision,
      position,
      id: event.id,
      type: event.type,
      data: event.data as Record<string, unknown>,
      metadata: own,
      recordedAt,
    },
  };
}

/**
 * Where to read on. The server begins at the first event whose place is this or later, so the event at the position
 * itself comes again, and with it those of the same append: the reader drops what is not after the position.
 */
export function resumeFrom(after: Position): LogPosition | typeof START {
  return after === 0n ? START : { commit: after, prepare: after };
}
