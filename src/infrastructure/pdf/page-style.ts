import type { Colour } from '../../domain/branding/content.js';
import type { Paper } from '../../domain/invoice-template/content.js';
import type { TextStyle } from './typesetter.js';

/** Everything in points, of which an inch has 72. */
export const paperSizes: Readonly<Record<Paper, readonly [width: number, height: number]>> = {
  A4: [595.28, 841.89],
  LETTER: [612, 792],
};

export const margin = 48;
export const topMargin = 46;
/** From a line's top to the next one's, as a multiple of its size: letters of all scripts stay apart. */
const leading = 1.42;
/** From a line's top to its baseline. */
const rise = 1.06;

const ink = '#1d2530';
const muted = '#5d6875';
export const hairline = '#dde2e8';
export const bandHeight = 5;

export type Styles = {
  readonly heading: TextStyle;
  readonly sellerName: TextStyle;
  readonly number: TextStyle;
  readonly label: TextStyle;
  readonly name: TextStyle;
  readonly body: TextStyle;
  readonly headline: TextStyle;
  readonly note: TextStyle;
  readonly columnHead: TextStyle;
  readonly cell: TextStyle;
  readonly detail: TextStyle;
  readonly sectionTitle: TextStyle;
  readonly total: TextStyle;
  readonly totalStrong: TextStyle;
  readonly totalGrand: TextStyle;
  readonly footer: TextStyle;
  readonly running: TextStyle;
};

export function stylesOf(accent: Colour): Styles {
  const style = (size: number, weight: TextStyle['weight'], colour: string): TextStyle => ({
    size,
    weight,
    colour,
  });
  return {
    heading: style(22, 'strong', ink),
    sellerName: style(14, 'strong', accent),
    number: style(10, 'regular', muted),
    label: style(7.8, 'regular', muted),
    name: style(9.5, 'strong', ink),
    body: style(8.8, 'regular', ink),
    headline: style(17, 'strong', ink),
    note: style(9.5, 'regular', muted),
    columnHead: style(7.8, 'strong', muted),
    cell: style(8.8, 'regular', ink),
    detail: style(7.8, 'regular', muted),
    sectionTitle: style(10, 'strong', ink),
    total: style(8.8, 'regular', ink),
    totalStrong: style(9.2, 'strong', ink),
    totalGrand: style(11.5, 'strong', accent),
    footer: style(7.5, 'regular', muted),
    running: style(8, 'regular', muted),
  };
}

export function lineHeight({ size }: TextStyle): number {
  return size * leading;
}

export function baselineIn({ size }: TextStyle): number {
  return size * rise;
}

/** The colour as it looks through white paper. @param share of the colour, from 0 to 1 */
export function tint(colour: Colour, share: number): Colour {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const mixed = channels.map((channel) => Math.round(255 - (255 - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
