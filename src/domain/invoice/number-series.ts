import type { CivilDate } from '../shared/civil-date.js';
import { CorruptStream } from '../shared/corrupt-stream.js';
import type { CreditNoteId, InvoiceId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';

/** How the numbers of a kind of document look: `INV-2026-000123` is prefix, year and a width of 6. */
export type NumberFormat = {
  readonly prefix: string;
  /** With the year in it, every year has a series of its own. */
  readonly withYear: boolean;
  /** Digits at least, filled up with zeros. */
  readonly width: number;
};

/** The series that a document of that day is numbered in; also the id of its stream. */
export function seriesOf({ prefix, withYear }: NumberFormat, issuedOn: CivilDate): string {
  return withYear ? `${prefix}-${issuedOn.slice(0, 4)}` : prefix;
}

/** @param sequence from 1 */
export function formatNumber(series: string, width: number, sequence: bigint): string {
  return `${series}-${sequence.toString().padStart(width, '0')}`;
}

/** One event per number: its place in the stream, counted from 1, is the number, so there can be no gap. */
export type SeriesEvent = {
  readonly type: 'DocumentNumberAssigned';
  readonly at: Instant;
  readonly documentId: InvoiceId | CreditNoteId;
  readonly sequence: bigint;
  readonly number: string;
};

export type SeriesState =
  | { readonly status: 'absent' }
  | { readonly status: 'numbering'; readonly sequence: bigint; readonly number: string };

/** Only appended to, at the revision that was read: nothing is decided here, but a gap would stop whoever reads it. */
export const numberSeries: {
  readonly initialState: SeriesState;
  evolve(state: SeriesState, event: SeriesEvent): SeriesState;
} = {
  initialState: { status: 'absent' },
  evolve(state, { sequence, number }) {
    const expected = state.status === 'absent' ? 1n : state.sequence + 1n;
    if (sequence !== expected) throw new CorruptStream(`number ${sequence} stands where ${expected} belongs`);
    return { status: 'numbering', sequence, number };
  },
};
