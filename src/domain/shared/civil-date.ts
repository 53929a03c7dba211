declare const brand: unique symbol;

/** A day of the calendar, without a place or a time: `2026-11-01`, years 0001 to 9999. Sorts as text. */
export type CivilDate = string & { readonly [brand]: 'CivilDate' };

const pattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const daysPerEra = 146_097;
const yearsPerEra = 400;

/** Undefined when the text is not a day that the calendar has, such as `2027-02-29`. */
export function parseCivilDate(text: string): CivilDate | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return text as CivilDate;
}

/** Negative when a is before b, zero on the same day, positive when it is after. */
export function compareDates(a: CivilDate, b: CivilDate): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @throws RangeError outside of the years 0001 to 9999 */
export function addDays(date: CivilDate, days: number): CivilDate {
  return dateOfDay(dayOf(date) + whole(days));
}

/**
 * The same day, so many months on; the month's last day where it has no such day. Count from one anchor, never from the
 * date before: then 31 January, 28 February and 31 March follow each other and no date drifts.
 * @throws RangeError outside of the years 0001 to 9999
 */
export function addMonths(anchor: CivilDate, months: number): CivilDate {
  const { year, month, day } = partsOf(anchor);
  const count = year * 12 + (month - 1) + whole(months);
  const [toYear, toMonth] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1];
  return written(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

export function endOfMonth(date: CivilDate): CivilDate {
  const { year, month } = partsOf(date);
  return written(year, month, daysInMonth(year, month));
}

/** How many days `to` is after `from`; negative when it is before. */
export function daysBetween(from: CivilDate, to: CivilDate): number {
  return dayOf(to) - dayOf(from);
}

/** 1 is Monday and 7 is Sunday, as in ISO 8601. */
export function weekdayOf(date: CivilDate): number {
  // 1970-01-01 was a Thursday.
  return ((((dayOf(date) + 3) % 7) + 7) % 7) + 1;
}

/** The date itself from Monday to Friday, else the Monday after it. */
export function nextBusinessDay(date: CivilDate): CivilDate {
  const weekday = weekdayOf(date);
  return weekday <= 5 ? date : addDays(date, 8 - weekday);
}

function whole(count: number): number {
  if (!Number.isSafeInteger(count)) throw new RangeError(`${count} is no whole number of days or months`);
  return count;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function partsOf(date: CivilDate): { readonly year: number; readonly month: number; readonly day: number } {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

function written(year: number, month: number, day: number): CivilDate {
  const pad = (value: number, digits: number) => value.toString().padStart(digits, '0');
  const date = year < 1 ? undefined : parseCivilDate(`${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`);
  if (date === undefined) throw new RangeError(`the calendar ends before ${year}-${month}-${day}`);
  return date;
}

/** Days since 1970-01-01. Years begin in March here, so that a leap day is the last of its year. */
function dayOf(date: CivilDate): number {
  const { year, month, day } = partsOf(date);
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / yearsPerEra);
  const yearOfEra = marchYear - era * yearsPerEra;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - 719_468;
}

function dateOfDay(count: number): CivilDate {
  const shifted = count + 719_468;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return written(era * yearsPerEra + yearOfEra + (month <= 2 ? 1 : 0), month, day);
}
