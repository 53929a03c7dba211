import type { MovedPart, PlanEvent, PlanEventOf } from '../../domain/plan/events.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import { addDays } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import { isZero } from '../../domain/shared/money.js';
import type { ScheduledPart } from '../../domain/shared/plan-schedule.js';
import type { AgendaEntry } from '../shared/agenda.js';
import { kept, promised } from '../shared/agenda.js';
import { knownZone, startOfDate } from '../shared/zones.js';

/** Each is of one part, whose number is the item. */
export const planTimers = {
  notice: 'plan.part_notice',
  due: 'plan.part_due',
  missed: 'plan.part_missed',
  lateFee: 'plan.late_fee',
} as const;

/** What a fact of a plan says about the times at which something is to be looked at. */
export function planAgendaOf(event: PlanEvent): readonly AgendaEntry[] {
  switch (event.type) {
    case 'PlanStarted':
      return event.parts.flatMap((part) => awaited(part, event, event.terms.noticeDays));
    case 'PlanPartAnnounced':
      return [kept(planTimers.notice, String(event.part))];
    case 'PlanPartDue':
      return [
        kept(planTimers.notice, String(event.part)),
        kept(planTimers.due, String(event.part)),
        promised(planTimers.missed, startIn(event.missed.zone, event.missed.on), String(event.part)),
      ];
    case 'PlanPartMissed':
      return [kept(planTimers.missed, String(event.part))];
    case 'LateFeeFellDue':
      return [
        event.next === null
          ? kept(planTimers.lateFee, String(event.part))
          : promised(planTimers.lateFee, startIn(event.next.zone, event.next.on), String(event.part)),
      ];
    case 'PlanPartSettled':
      return isZero(event.outstanding) ? over(event.part) : [];
    case 'PlanPartUnsettled':
      return reopened(event);
    case 'EarlyDiscountEarned':
      return event.closed.flatMap(({ part }) => over(part));
    case 'EarlyDiscountLost':
      return event.reopened.flatMap(reopened);
    case 'PlanReplanned':
      return [
        ...event.closed.flatMap(over),
        ...event.parts
          .filter(({ part }) => event.added.includes(part))
          .flatMap((part) => awaited(part, event, event.noticeDays)),
      ];
    case 'PlanDefaulted':
      return event.accelerated.flatMap(over);
    case 'PlanCanceled':
      return event.open.flatMap(over);
    case 'PlanResumed':
      return event.moved.flatMap((part) => movedTo(part, event));
    case 'PlanPaused':
    case 'PlanMilestoneReached':
    case 'PlanPartCollectionStarted':
    case 'PlanPartCollectionFailed':
    case 'PlanPartCollectionConcluded':
    case 'PlanReleasedOrder':
    case 'PlanCompleted':
      return [];
  }
}

/** Of what is due already nobody is told ahead. */
function awaited(
  { part, due }: Pick<ScheduledPart, 'part' | 'due'>,
  { at, zone }: { readonly at: Instant; readonly zone: string },
  noticeDays: number,
): readonly AgendaEntry[] {
  if (due.kind === 'milestone') return [];
  const dueAt = startIn(zone, due.on);
  const falls = promised(planTimers.due, dueAt, String(part));
  if (noticeDays === 0 || dueAt <= at) return [falls];
  return [falls, promised(planTimers.notice, startIn(zone, addDays(due.on, -noticeDays)), String(part))];
}

/** Promised anew, each in place of what was promised before the pause. */
function movedTo({ part, step, on }: MovedPart, event: PlanEventOf<'PlanResumed'>): readonly AgendaEntry[] {
  switch (step) {
    case 'due':
      return awaited({ part, due: { kind: 'date', on } }, event, event.noticeDays);
    case 'missed':
      return [promised(planTimers.missed, startIn(event.zone, on), String(part))];
    case 'late_fee':
      return [promised(planTimers.lateFee, startIn(event.zone, on), String(part))];
  }
}

function over(part: number): readonly AgendaEntry[] {
  return Object.values(planTimers).map((kind) => kept(kind, String(part)));
}

function reopened({
  part,
  next,
}: Pick<PlanEventOf<'PlanPartUnsettled'>, 'part' | 'next'>): readonly AgendaEntry[] {
  return next === null ? [] : [promised(planTimers[next.step], startIn(next.zone, next.on), String(part))];
}

function startIn(zone: string, date: CivilDate): Instant {
  return startOfDate(knownZone(zone), date);
}
