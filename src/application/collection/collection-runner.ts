import type { CollectionCommand, CollectionRejection } from '../../domain/collection/collection.js';
import type { CollectionEvent } from '../../domain/collection/events.js';
import type { CollectionState, ExistingCollection, LegState, Step } from '../../domain/collection/state.js';
import { nextStep } from '../../domain/collection/state.js';
import type { CollectionId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { CommandHandler, Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { CollectedInvoices } from './collected-invoices.js';
import type { LegProgress, TenderDrivers } from './tender-driver.js';

export type CollectionHandler = CommandHandler<
  CollectionState,
  CollectionCommand,
  CollectionEvent,
  CollectionRejection
>;

/** More steps than any collection has: legs are reserved, taken and released at most once each. */
const stepsMax = 64;

export type CollectionRunner = {
  /**
   * Takes a collection as far as it goes now, and answers it. Safe to call at any time, by any number of processes: the next
   * step follows from the collection's own state, and each step does nothing new when it is repeated.
   */
  advance(collectionId: CollectionId, cause: EventMetadata): Promise<Loaded<CollectionState>>;
  /** Gives back what a leg of a collection that failed still holds, as when a process was frozen while it reserved it. */
  giveBack(collectionId: CollectionId, cause: EventMetadata): Promise<void>;
};

export function createCollectionRunner(parts: {
  readonly handler: CollectionHandler;
  readonly invoices: CollectedInvoices;
  readonly drivers: TenderDrivers;
  readonly clock: Clock;
}): CollectionRunner {
  const { handler, invoices, drivers, clock } = parts;

  async function advance(collectionId: CollectionId, cause: EventMetadata): Promise<Loaded<CollectionState>> {
    for (let steps = 0; steps < stepsMax; steps += 1) {
      const loaded = await handler.load(collectionId);
      const next = nextStep(loaded.state);
      if (loaded.state.status === 'absent' || next === null) return loaded;
      const command = await carryOut(next, loaded.state, cause);
      if (command === null) return loaded;
      // At one revision there is one next step, so whoever takes it at the same time gives the same command.
      const commandId = commandIdOf('collection step', `${collectionId} at ${loaded.revision}`);
      const handled = await handler.handle(collectionId, command, { ...cause, commandId }, { known: loaded });
      await giveBackTooLate(next, handled.state, cause);
    }
    throw new Error(`${collectionId} does not come to an end`);
  }

  /** The command that records what came of a step; null when somebody else must act first. */
  async function carryOut(
    next: Step,
    state: ExistingCollection,
    cause: EventMetadata,
  ): Promise<CollectionCommand | null> {
    const { details } = state;
    switch (next.step) {
      case 'claim': {
        const refusal = await invoices.claim(details, cause);
        return { type: 'RecordClaim', at: clock.now(), refusal };
      }
      case 'apply': {
        for (const leg of state.legs) {
          if (leg.status === 'settled') await invoices.apply(details, leg, cause);
        }
        await invoices.release(details, cause);
        return { type: 'CloseCollection', at: clock.now() };
      }
      case 'close':
        await invoices.release(details, cause);
        return { type: 'CloseCollection', at: clock.now() };
      case 'reserve':
      case 'take':
      case 'release': {
        const progress = await stepOfLeg(next.step, next.leg, state, cause);
        if (progress.outcome === 'waiting') return null;
        return { type: 'RecordLeg', at: clock.now(), leg: next.leg.leg, outcome: progress };
      }
    }
  }

  function stepOfLeg(
    step: 'reserve' | 'take' | 'release',
    leg: LegState,
    { details }: ExistingCollection,
    cause: EventMetadata,
  ): Promise<LegProgress> {
    const { tender } = leg;
    switch (tender.kind) {
      case 'card':
        return drivers.card[step]({ leg: { ...leg, tender }, details, cause });
      case 'credit':
        return drivers.credit[step]({ leg: { ...leg, tender }, details, cause });
      case 'manual':
        return drivers.manual[step]({ leg: { ...leg, tender }, details, cause });
    }
  }

  /** While a leg was being reserved here, another process may have given the whole up and found nothing to give back. */
  async function giveBackTooLate(next: Step, state: CollectionState, cause: EventMetadata): Promise<void> {
    if (next.step !== 'reserve' || state.status === 'absent') return;
    const leg = state.legs.find((each) => each.leg === next.leg.leg);
    if (leg?.status === 'released') await stepOfLeg('release', leg, state, cause);
  }

  async function giveBack(collectionId: CollectionId, cause: EventMetadata): Promise<void> {
    const { state } = await handler.load(collectionId);
    if (state.status !== 'failed') return;
    for (const leg of state.legs) await stepOfLeg('release', leg, state, cause);
  }

  return { advance, giveBack };
}
