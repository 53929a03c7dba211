import type { OverviewFigures, OverviewHour } from '../../../../application/ports/overview-queries.js';
import { whole as all, basisPointsOf, percentText } from '../../../../application/shared/shares.js';
import { later } from '../../../../application/webhook/retry-schedule.js';
import type { Instant } from '../../../../domain/shared/instant.js';
import { formatMinor } from '../shared/format.js';
import type { Cell } from './cells.js';
import { amount, count, text, time } from './cells.js';
import { judgedSuccess } from './overview-tiles.js';

const hourMs = 3_600_000;
/** Of the drawing, in its own units: bars stand on `floor` and reach up to `top`. */
const width = 360;
const top = 18;
const floor = 100;
const gap = 2;

type Bar = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Beside its height, never instead of it: colours are not told apart by everybody. */
  readonly kind: 'plain' | 'good' | 'promised' | 'look';
  readonly at: Instant;
  readonly value: string;
};

/** A chart of the hours from left to right, drawn by templates/admin/overview-charts.eta, with a table of what it shows. */
export type Chart = {
  readonly id: string;
  readonly title: string;
  /** What a reader who does not see it is told. */
  readonly said: string;
  readonly width: number;
  readonly floor: number;
  /** What the height of a bar is held against, from above, and the name of it. */
  readonly lines: readonly number[];
  readonly top: string;
  readonly bars: readonly Bar[];
  readonly hours: readonly { readonly x: number; readonly at: Instant }[];
  readonly columns: readonly string[];
  /** Newest first. */
  readonly rows: readonly (readonly Cell[])[];
};

type Charted = Pick<OverviewFigures, 'hours' | 'volume'>;

/**
 * The share of payments that succeeded, and the volume in each currency of the tiles, by the hour.
 * @param alarm below which share an alert opens, in basis points
 */
export function chartsOf(
  { hours, volume }: Charted,
  since: Instant,
  now: Instant,
  alarm: number,
): readonly Chart[] {
  const all = everyHour(hours, since, now);
  return [successChart(all, alarm), ...volume.map(({ currency }) => volumeChart(all, currency))];
}

/** With the hours in which nothing happened. */
function everyHour(hours: readonly OverviewHour[], since: Instant, now: Instant): readonly OverviewHour[] {
  const known = new Map(hours.map((hour) => [hour.at, hour]));
  const all: OverviewHour[] = [];
  for (let at = later(since, -(Date.parse(since) % hourMs)); at <= now; at = later(at, hourMs))
    all.push(known.get(at) ?? { at, succeeded: 0, failed: 0, captured: [] });
  return all;
}

function successChart(hours: readonly OverviewHour[], alarm: number): Chart {
  const shares = hours.map(({ succeeded, failed }) => ({ part: succeeded, whole: succeeded + failed }));
  const bars = hours.map(({ at }, place) => {
    const { part = 0, whole = 0 } = shares[place] ?? {};
    if (whole === 0) return barOf(place, hours.length, null, { kind: 'plain', at, value: 'none' });
    const share = basisPointsOf(part, whole);
    const value = `${percentText(share)}, ${part} of ${whole}`;
    return barOf(place, hours.length, part / whole, { kind: judgedSuccess(share, alarm), at, value });
  });
  const ended = shares.filter(({ whole }) => whole > 0).length;
  const low = bars.filter(({ kind }) => kind === 'look').length;
  const threshold = percentText(alarm, 'en', 0);
  return {
    id: 'chart-success',
    title: 'Payments that succeed, by the hour',
    said:
      ended === 0
        ? 'No payment has ended.'
        : `A bar for each of ${ended} hours in which payments ended; ${low} of them below ${threshold}.`,
    ...drawn(hours),
    top: `100 %, and ${threshold} below it`,
    lines: [heightAt(1), heightAt(alarm / all)],
    bars,
    columns: ['Hour', 'Succeeded', 'Failed', 'Share'],
    rows: newestFirst(
      hours.map(({ at, succeeded, failed }) => [
        time(at),
        count(succeeded),
        count(failed),
        text(succeeded + failed === 0 ? null : percentText(basisPointsOf(succeeded, succeeded + failed))),
      ]),
    ),
  };
}

function volumeChart(hours: readonly OverviewHour[], currency: string): Chart {
  const taken = hours.map((hour) => hour.captured.find((each) => each.currency === currency)?.minor ?? 0n);
  let most = 0n;
  for (const minor of taken) if (minor > most) most = minor;
  const shown = formatMinor(most, currency);
  return {
    id: `chart-volume-${currency}`,
    title: `Captured by the hour, ${currency}`,
    said: `A bar for each of ${hours.length} hours; the highest is ${shown}.`,
    ...drawn(hours),
    top: shown,
    lines: [heightAt(1)],
    bars: hours.map(({ at }, place) => {
      const minor = taken[place] ?? 0n;
      // A drawing needs no more than four digits of it.
      const share = most === 0n ? 0 : Number((minor * 10_000n) / most) / 10_000;
      const value = formatMinor(minor, currency);
      return barOf(place, hours.length, minor === 0n ? null : share, { kind: 'plain', at, value });
    }),
    columns: ['Hour', 'Captured'],
    rows: newestFirst(hours.map(({ at }, place) => [time(at), amount(taken[place] ?? 0n, currency)])),
  };
}

function drawn(hours: readonly OverviewHour[]): Pick<Chart, 'width' | 'floor' | 'hours'> {
  const step = width / hours.length;
  // The last two have no room for their name to the right of them.
  const told = hours.flatMap(({ at }, place) =>
    place % 6 === 0 && place < hours.length - 2 ? [{ x: rounded(place * step), at }] : [],
  );
  return { width, floor, hours: told };
}

function heightAt(share: number): number {
  return rounded(floor - (floor - top) * share);
}

/**
 * Every hour has its bar, and so the page its weight, whether or not anything happened in it.
 * @param share null where there is nothing to be seen
 */
function barOf(
  place: number,
  places: number,
  share: number | null,
  told: Pick<Bar, 'kind' | 'at' | 'value'>,
): Bar {
  const step = width / places;
  // What there is is seen, however little it is.
  const height = share === null ? 0 : Math.max(1, rounded((floor - top) * share));
  return {
    x: rounded(place * step),
    y: rounded(floor - height),
    width: rounded(step - gap),
    height,
    ...told,
  };
}

function newestFirst<T>(rows: readonly T[]): readonly T[] {
  return [...rows].reverse();
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
