import type { CivilDate } from '../../domain/shared/civil-date.js';
import { parseCivilDate } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';

declare const brand: unique symbol;

/** A place's rules for its clocks, by its name in the IANA database: `Europe/Paris`, `UTC`. */
export type Zone = string & { readonly [brand]: 'Zone' };

const names = /^[A-Za-z][A-Za-z0-9_+-]{0,31}(\/[A-Za-z0-9_+-]{1,32}){0,2}$/;
/** Formatters are slow to make; there are about 600 zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();
/** No zone was ever further from UTC than this. */
const furthestMs = 16 * 3_600_000;

/** Undefined when this program's time zone database has no zone of that name. */
export function parseZone(text: string): Zone | undefined {
  if (!names.test(text)) return undefined;
  try {
    formatterOf(text);
    return text as Zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A zone that was accepted before. @throws RangeError where this program's database does not have it (any more) */
export function knownZone(name: string): Zone {
  const zone = parseZone(name);
  if (zone === undefined) throw new RangeError(`there is no time zone ${name} here`);
  return zone;
}

/** What the calendar on the wall shows there at that instant, whatever zone this program runs in. */
export function civilDateIn(zone: Zone, instant: Instant): CivilDate {
  return dateAt(zone, Date.parse(instant));
}

/** The hour that clocks there show at that instant, 0 to 23. */
export function hourIn(zone: Zone, instant: Instant): number {
  return Number(wallClock(zone, Date.parse(instant)).hour);
}

/**
 * The first instant of that day there: midnight, or where clocks skip midnight the moment they skip it, or where they
 * go back over midnight the first of the two. Of a day that the place skipped, the start of the day after.
 */
export function startOfDate(zone: Zone, date: CivilDate): Instant {
  const midnight = Date.parse(`${date}T00:00:00.000Z`);
  const [before, after] = [midnight - furthestMs, midnight + furthestMs];
  const midnights = [offsetAt(zone, before), offsetAt(zone, after)]
    .map((offset) => midnight - offset)
    .filter((ms) => offsetAt(zone, ms) === midnight - ms)
    .sort((a, b) => a - b);
  return instantAt(midnights[0] ?? firstInstant((ms) => dateAt(zone, ms) >= date, before, after));
}

/** The smallest instant of a range at which something is true that stays true. */
function firstInstant(isTrue: (ms: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isTrue(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function dateAt(zone: Zone, ms: number): CivilDate {
  const { year, month, day } = wallClock(zone, ms);
  const date = parseCivilDate(`${year?.padStart(4, '0')}-${month}-${day}`);
  if (date === undefined) throw new RangeError(`${instantAt(ms)} has no civil date in ${zone}`);
  return date;
}

/** Milliseconds by which the clocks there are ahead of UTC. */
function offsetAt(zone: Zone, ms: number): number {
  const { year, month, day, hour, minute, second } = wallClock(zone, ms);
  const shown = Date.parse(`${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  return shown - (ms - (((ms % 1_000) + 1_000) % 1_000));
}

type WallClock = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

function wallClock(zone: Zone, ms: number): WallClock {
  return Object.fromEntries(
    formatterOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  // Names of zones are read in any case, so one entry stands for all spellings.
  const name = zone.toLowerCase();
  const known = formatters.get(name);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(name, made);
  return made;
}

function instantAt(ms: number): Instant {
  const instant = parseInstant(new Date(ms).toISOString());
  if (instant === undefined) throw new RangeError(`${ms} ms is no instant of the years 0000 to 9999`);
  return instant;
}
