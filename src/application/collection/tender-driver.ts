import type { LegOutcome } from '../../domain/collection/collection.js';
import type { CollectionDetails, LegTender } from '../../domain/collection/events.js';
import type { LegState } from '../../domain/collection/state.js';
import type { EventMetadata } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';

/** Where a leg stands after a step; `waiting` when somebody else must act first: the provider, the customer, the bank. */
export type LegProgress = LegOutcome | { readonly outcome: 'waiting' };

/** A leg whose tender is of one kind, and what it is part of. */
export type LegOf<K extends LegTender['kind']> = {
  readonly leg: Omit<LegState, 'tender'> & { readonly tender: Extract<LegTender, { readonly kind: K }> };
  readonly details: CollectionDetails;
  /** Who wants it, for the events of the tender's own stream. */
  readonly cause: EventMetadata;
};

/**
 * How one kind of tender is reserved, taken and given back. Each step may be repeated at any time, by any process, and
 * then does nothing new and tells where the leg stands. Steps record what they want and may ask the provider.
 */
export type TenderDriver<K extends LegTender['kind']> = {
  /** Makes the amount certain; `settled` where it was taken in the same step. */
  reserve(part: LegOf<K>): Promise<LegProgress>;
  /** Takes what is reserved. */
  take(part: LegOf<K>): Promise<LegProgress>;
  /** Gives back whatever is held or taken; never `failed`: until it is `released` it is tried again. */
  release(part: LegOf<K>): Promise<LegProgress>;
};

export type TenderDrivers = { readonly [K in LegTender['kind']]: TenderDriver<K> };

/** The metadata of a command that a step gives to the tender's own stream: the same each time the step is repeated. */
export function stepMetadata(
  {
    leg,
    details,
    cause,
  }: Pick<LegOf<LegTender['kind']>, 'details' | 'cause'> & {
    readonly leg: Pick<LegState, 'leg'>;
  },
  step: string,
): EventMetadata {
  return { ...cause, commandId: commandIdOf(`collection ${step}`, `${details.collectionId}/${leg.leg}`) };
}
