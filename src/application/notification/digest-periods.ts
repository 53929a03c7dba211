import type { CivilDate } from '../../domain/shared/civil-date.js';
import { addDays, weekdayOf } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Period } from '../ports/digest-queries.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn, hourIn, startOfDate } from '../shared/zones.js';

/** Days of the calendar at one place. */
export type Days = Period & { readonly first: CivilDate; readonly last: CivilDate };

/** The days from the first to the last, both included, from midnight to midnight there, whatever clocks do in between. */
export function daysIn(zone: Zone, first: CivilDate, last: CivilDate): Days {
  return { first, last, from: startOfDate(zone, first), to: startOfDate(zone, addDays(last, 1)) };
}

/** The latest day that is to be told at `now`: yesterday once the clock there shows `hour`, and until then the day before. */
export function latestDay(zone: Zone, now: Instant, hour: number): Days {
  const day = addDays(tellingDay(zone, now, hour), -1);
  return daysIn(zone, day, day);
}

/** The latest week, Monday to Sunday, that is to be told at `now`: from the hour on the Monday after it. */
export function latestWeek(zone: Zone, now: Instant, hour: number): Days {
  const today = tellingDay(zone, now, hour);
  const monday = addDays(today, 1 - weekdayOf(today));
  return daysIn(zone, addDays(monday, -7), addDays(monday, -1));
}

/** The day whose hour has come last. */
function tellingDay(zone: Zone, now: Instant, hour: number): CivilDate {
  const today = civilDateIn(zone, now);
  return hourIn(zone, now) < hour ? addDays(today, -1) : today;
}
