import type { PlanCommand } from '../../domain/plan/commands.js';
import type { PlanEvent } from '../../domain/plan/events.js';
import type { PlanRejection } from '../../domain/plan/rejections.js';
import type { PlanState } from '../../domain/plan/state.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { AgendaItem } from '../ports/agenda.js';
import type { Clock } from '../ports/clock.js';
import type { AgendaTasks } from '../shared/agenda.js';
import type { CommandHandler } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { idOf } from '../shared/stream-parts.js';
import { civilDateIn, knownZone } from '../shared/zones.js';
import { planTimers } from './plan-agenda.js';

export type PlanHandler = CommandHandler<PlanState, PlanCommand, PlanEvent, PlanRejection>;

type Timer = { readonly at: Instant; readonly today: CivilDate; readonly part: number };

/** What happens to plans by itself, each on the day of the plan's own zone. */
export function createPlanTasks(parts: {
  readonly handler: PlanHandler;
  readonly clock: Clock;
}): AgendaTasks {
  const { handler, clock } = parts;

  const task = (command: (timer: Timer) => PlanCommand) => async (item: AgendaItem) => {
    const planId = idOf(item.stream);
    const { state } = await handler.load(planId);
    if (state.status === 'absent') throw new Error(`${item.stream} promised something and does not exist`);
    const at = clock.now();
    const today = civilDateIn(knownZone(state.details.zone), at);
    // A fact promises each of these once, so its id and the item make the command's; one that is refused while a
    // collection is under way or the plan stands still leaves nothing, and may be given again.
    const commandId = commandIdOf(`agenda ${item.kind} ${item.item}`, item.event_id);
    const handled = await handler.handle(planId, command({ at, today, part: Number(item.item) }), {
      commandId,
      correlationId: commandId,
      causationId: item.event_id,
      actor: { kind: 'system', id: 'agenda' },
      reason: null,
    });
    const waits = ['plan_part_being_collected', 'plan_paused'];
    if (handled.outcome === 'rejected' && !waits.includes(handled.rejection.code)) {
      throw new Error(`${item.kind} of ${item.stream} was refused: ${handled.rejection.code}`);
    }
  };

  return {
    [planTimers.notice]: task((timer) => ({ type: 'AnnouncePart', ...timer })),
    [planTimers.due]: task((timer) => ({ type: 'MarkPartDue', ...timer })),
    [planTimers.missed]: task((timer) => ({ type: 'MarkPartMissed', ...timer })),
    [planTimers.lateFee]: task((timer) => ({ type: 'ChargeLateFee', ...timer })),
  };
}
