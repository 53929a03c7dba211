import type { CollectionEvent } from '../../domain/collection/events.js';
import { parseCollectionId } from '../../domain/shared/ids.js';
import { collectionCodec } from '../collection/collection.codec.js';
import type { CollectionHandler } from '../collection/collection-runner.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn } from '../shared/zones.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'collection_to_plan';

/** A plan hears of what becomes of the collection of a part. */
export function createCollectionToPlan(parts: {
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly plans: PlanHandler;
  readonly zone: Zone;
  readonly clock: Clock;
}): Policy {
  const { collections, plans, zone, clock } = parts;

  async function ended(
    event: Extract<
      CollectionEvent,
      { type: 'CollectionSucceeded' | 'CollectionFailed' | 'CollectionClaimRefused' }
    >,
    recorded: RecordedEvent,
  ): Promise<void> {
    const collectionId = idOfStream(recorded.stream, parseCollectionId);
    const { state } = await collections.load(collectionId);
    if (state.status === 'absent' || state.details.planPart === null) return;
    const { planId, part } = state.details.planPart;
    const at = clock.now();
    const told = await plans.handle(
      planId,
      event.type === 'CollectionSucceeded'
        ? { type: 'RecordCollectionConcluded', at, part, collectionId, today: civilDateIn(zone, at) }
        : { type: 'RecordCollectionFailed', at, part, collectionId, failure: event.code },
      becauseOf(recorded, name, 'plan'),
    );
    mustBeAccepted(told, `tell ${planId} of ${collectionId}`);
  }

  return createPolicy<CollectionEvent>({
    name,
    category: 'collection',
    codec: collectionCodec,
    reactions: {
      CollectionSucceeded: ended,
      CollectionFailed: ended,
      CollectionClaimRefused: ended,
    },
  });
}
