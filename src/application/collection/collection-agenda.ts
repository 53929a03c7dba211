import type { CollectionEvent } from '../../domain/collection/events.js';
import { parseCollectionId } from '../../domain/shared/ids.js';
import type { AgendaItem } from '../ports/agenda.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { AgendaEntry, AgendaTask } from '../shared/agenda.js';
import { kept, promised } from '../shared/agenda.js';
import { commandIdOf } from '../shared/event-ids.js';
import { idOf } from '../shared/stream-parts.js';
import { later } from '../webhook/retry-schedule.js';
import type { CollectionHandler, CollectionRunner } from './collection-runner.js';

const expiry = 'collection.expiry';
const step = 'collection.step';
/** Whoever takes a step takes the next one at once; so a collection that stands still for so long was left. */
const leftAfterMs = 15_000;

/** A collection is taken on where it was left, and looked at when its time runs out. */
export function collectionAgenda(event: CollectionEvent): readonly AgendaEntry[] {
  switch (event.type) {
    case 'CollectionStarted':
      return [promised(expiry, event.expiresAt), promised(step, later(event.at, leftAfterMs))];
    case 'CollectionClaimGranted':
    case 'CollectionLegReserved':
    case 'CollectionLegSettled':
    case 'CollectionLegFailed':
    case 'CollectionLegReleased':
    case 'CollectionAbandoned':
      return [promised(step, later(event.at, leftAfterMs))];
    case 'CollectionClaimRefused':
    case 'CollectionSucceeded':
    case 'CollectionFailed':
      return [kept(expiry), kept(step)];
  }
}

/** Gives a collection up whose time ran out, unless all of it is certain already, and goes on with what is left to do. */
export function collectionTasks(parts: {
  readonly handler: CollectionHandler;
  readonly runner: CollectionRunner;
  readonly clock: Clock;
}): Readonly<Record<string, AgendaTask>> {
  const { handler, runner, clock } = parts;
  const refusal = { code: 'collection_expired', message: 'It was not paid in time.' };

  async function takeUp({ stream, event_id: eventId }: AgendaItem): Promise<void> {
    const collectionId = parseCollectionId(idOf(stream));
    if (collectionId === undefined) throw new TypeError(`${stream} is not a collection's stream`);
    const cause: EventMetadata = {
      commandId: commandIdOf('collection expiry', eventId),
      correlationId: eventId,
      causationId: eventId,
      actor: { kind: 'system', id: 'agenda' },
      reason: null,
    };
    const { state } = await handler.load(collectionId);
    if (state.status !== 'absent' && state.details.expiresAt <= clock.now()) {
      await handler.handle(collectionId, { type: 'AbandonCollection', at: clock.now(), refusal }, cause);
    }
    await runner.advance(collectionId, cause);
  }

  return { [expiry]: takeUp, [step]: takeUp };
}
