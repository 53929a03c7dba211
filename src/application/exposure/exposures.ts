import type {
  ExposureCommand,
  ExposureEvent,
  ExposureRejection,
  ExposureState,
  Owing,
} from '../../domain/exposure/exposure.js';
import { takenIn } from '../../domain/exposure/exposure.js';
import { outstanding } from '../../domain/plan/state.js';
import type { CustomerId, PlanId } from '../../domain/shared/ids.js';
import { parsePlanId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { zero } from '../../domain/shared/money.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { CommandHandler } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintedBy } from '../shared/minted-ids.js';

export type ExposureHandler = CommandHandler<
  ExposureState,
  ExposureCommand,
  ExposureEvent,
  ExposureRejection
>;

/** What customers may come to owe on plans. Each call may be repeated, and happens once for a command id. */
export type Exposures = {
  /** `fresh` when the plan had not taken as much before, so that whoever goes no further may let it go. */
  take(
    customerId: CustomerId,
    plan: Owing & {
      readonly limit: Money | null;
      /** See `reservationOf`. */
      readonly replaces?: PlanId;
    },
    metadata: EventMetadata,
  ): Promise<
    | { readonly outcome: 'taken'; readonly fresh: boolean }
    | { readonly outcome: 'refused'; readonly rejection: ExposureRejection }
  >;
  release(customerId: CustomerId, planId: PlanId, metadata: EventMetadata): Promise<void>;
};

/** Stands for the plan of what an order's command asks for, until that has one of its own. */
export function reservationOf(commandId: string): PlanId {
  return mintedBy(parsePlanId, 'plan', commandIdOf('exposure reserved by', commandId));
}

export function createExposures(parts: {
  readonly handler: ExposureHandler;
  readonly plans: Pick<PlanHandler, 'load'>;
  readonly clock: Clock;
}): Exposures {
  const { handler, plans, clock } = parts;

  /** The streams themselves are asked: a read model may not know yet what was settled, or agreed, a moment ago. */
  async function owedOn({ planId, amount }: Owing): Promise<Owing> {
    const { state } = await plans.load(planId);
    switch (state.status) {
      case 'absent':
        return { planId, amount };
      case 'active':
      case 'defaulted':
        return { planId, amount: outstanding(state) };
      case 'completed':
      case 'canceled':
        return { planId, amount: zero(amount.currency) };
    }
  }

  return {
    async take(customerId, { planId, amount, limit, replaces = null }, metadata) {
      const known = await handler.load(customerId);
      const others = takenIn(known.state).filter((one) => one.planId !== planId);
      const owed = limit === null ? [] : await Promise.all(others.map(owedOn));
      const at = clock.now();
      const command = { type: 'TakeExposure', at, planId, amount, limit, owed, replaces } as const;
      const commandId = commandIdOf(`take exposure for ${planId}`, metadata.commandId);
      const taken = await handler.handle(customerId, command, { ...metadata, commandId });
      if (taken.outcome === 'rejected') return { outcome: 'refused', rejection: taken.rejection };
      return { outcome: 'taken', fresh: taken.outcome === 'accepted' && taken.facts.length > 0 };
    },

    async release(customerId, planId, metadata) {
      const commandId = commandIdOf(`release exposure for ${planId}`, metadata.commandId);
      const command = { type: 'ReleaseExposure', at: clock.now(), planId } as const;
      await handler.handle(customerId, command, { ...metadata, commandId });
    },
  };
}
