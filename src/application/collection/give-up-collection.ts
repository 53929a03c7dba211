import type { CollectionState } from '../../domain/collection/state.js';
import type { CollectionId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Loaded } from '../shared/command-handler.js';
import type { CollectionHandler, CollectionRunner } from './collection-runner.js';

/**
 * Calls a collection off that waits for whoever pays, and gives back what it holds. What is too late to be called off goes
 * on, and the answer shows it.
 */
export type GiveUpCollection = (
  collectionId: CollectionId,
  metadata: EventMetadata,
) => Promise<Loaded<CollectionState>>;

export function createGiveUpCollection(parts: {
  readonly handler: CollectionHandler;
  readonly runner: CollectionRunner;
  readonly clock: Clock;
}): GiveUpCollection {
  const { handler, runner, clock } = parts;
  const refusal = { code: 'canceled_by_payer', message: 'It was called off by whoever was to pay.' };
  return async (collectionId, metadata) => {
    await handler.handle(collectionId, { type: 'AbandonCollection', at: clock.now(), refusal }, metadata);
    return runner.advance(collectionId, metadata);
  };
}
