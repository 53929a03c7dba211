import { addDays } from '../../domain/shared/civil-date.js';
import type { Clock } from '../ports/clock.js';
import type { DigestQueries, Known } from '../ports/digest-queries.js';
import { objectiveNames, promises } from '../ports/digest-queries.js';
import type { JobReport } from '../ports/jobs.js';
import type { Notifications } from '../ports/notifications.js';
import { anyTime } from '../ports/read-models.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn } from '../shared/zones.js';
import type { Days } from './digest-periods.js';
import { daysIn, latestDay, latestWeek } from './digest-periods.js';
import type { NoticeFacts, NoticeKind } from './notice-kinds.js';

/** More recipients than configuration takes. */
const recipientsMax = 100;

/**
 * Queues the digest of the latest day and the summary of the latest week, each once for each recipient: who was down at the hour
 * tells it late, and what is older than the latest is not made up for. Figures are taken once, when they are queued.
 */
export function createTellOfDigests(parts: {
  readonly queries: DigestQueries;
  readonly notifications: Pick<Notifications, 'queue' | 'list'>;
  /** Mail addresses. */
  readonly recipients: readonly string[];
  readonly zone: Zone;
  /** Of the day there, from which on the day before is told. */
  readonly hour: number;
  readonly clock: Clock;
  /** Waits for the read models to know all that has happened; false where they do not get there in time. */
  readonly caughtUp: () => Promise<boolean>;
}): () => Promise<JobReport> {
  const { queries, notifications, recipients, zone, hour, clock, caughtUp } = parts;

  /** Those who have not been told of a period. */
  async function untold(kind: NoticeKind, { first, to }: Days): Promise<readonly string[]> {
    const { rows } = await notifications.list({
      ...{ limit: recipientsMax, startingAfter: null, endingBefore: null },
      ...anyTime,
      ...{ customer: null, kind, status: null, subject: first },
    });
    const states = recipients.map(stateOf).filter((state) => rows.every((row) => row.state !== state));
    if (states.length === 0) return [];
    // A worker that was down has all of what it missed still to read.
    if (!(await caughtUp())) throw new Error('the read models are too far behind to tell figures from');
    // Of a time before there was anything nobody wants to read.
    const beginning = await queries.beginning();
    return beginning === null || beginning >= to ? [] : states;
  }

  async function tell(
    kind: NoticeKind,
    days: Days,
    factsOf: () => Promise<{ readonly facts: NoticeFacts; readonly known: Known }>,
  ): Promise<number> {
    const states = await untold(kind, days);
    if (states.length === 0) return 0;
    const { facts, known } = await factsOf();
    let queued = 0;
    for (const state of states) {
      const isNew = await notifications.queue({
        ...{ kind, subject: days.first, state, customer: null, eventId: null },
        facts: { ...facts, ...knownFacts(known) },
      });
      if (isNew) queued += 1;
    }
    return queued;
  }

  function tellOfDay(): Promise<number> {
    const now = clock.now();
    const day = latestDay(zone, now, hour);
    return tell('daily_digest', day, async () => {
      const { figures, known } = await queries.daily(day, civilDateIn(zone, now), now);
      return { facts: { day: { date: day.first }, figures: { daily: figures } }, known };
    });
  }

  function tellOfWeek(): Promise<number> {
    const now = clock.now();
    const week = latestWeek(zone, now, hour);
    return tell('weekly_summary', week, async () => {
      const before = daysIn(zone, addDays(week.first, -7), addDays(week.last, -7));
      const { shares, known } = await queries.shares([week, before], now);
      const [share, earlier] = shares;
      if (share === undefined || earlier === undefined) throw new Error('a week has no shares');
      const objectives = objectiveNames.map((name) => ({
        ...{ name, promised: promises[name], share: share[name], before: earlier[name] },
      }));
      return {
        facts: {
          first_day: { date: week.first },
          last_day: { date: week.last },
          objectives: { objectives },
        },
        known,
      };
    });
  }

  return async () => {
    if (recipients.length === 0) return { daily: 0, weekly: 0 };
    return { daily: await tellOfDay(), weekly: await tellOfWeek() };
  };
}

/** Stands for an address in the outbox, which holds nothing personal. */
export function stateOf(address: string): string {
  return `to ${commandIdOf('recipient', address.toLowerCase())}`;
}

function knownFacts({ asOf, positions: [lowest, highest] }: Known): NoticeFacts {
  return {
    as_of: { text: asOf },
    position: { text: lowest === highest ? lowest : `${lowest} – ${highest}` },
  };
}
