import type PDFDocument from 'pdfkit';
import { breakPlaces, letters } from './break-places.js';
import type { Face, Weight } from './font-faces.js';
import { faceOf, facesFor } from './font-faces.js';
import type { Item } from './itemize.js';
import { directionOf, inVisualOrder, itemize, mirrored } from './itemize.js';
import { printable, withoutInvisible } from './printable.js';

export type Pen = typeof PDFDocument.prototype;

export type TextStyle = { readonly size: number; readonly weight: Weight; readonly colour: string };

/** What one font draws at once, as it is handed to it. */
type Run = { readonly text: string; readonly face: string; readonly whole: boolean; readonly width: number };

/** Runs from the left to the right, with the width of all of them in points. */
export type Line = {
  readonly runs: readonly Run[];
  readonly width: number;
  /** Its letters as they are read, where those that are drawn do not tell: for search, for copying, for reading aloud. */
  readonly read: string | null;
  /** Where it is drawn in another size than the style it is drawn with. */
  readonly size?: number;
};

export type Typesetter = {
  /** Breaks a text into lines of at most that width; none for an empty text. A word that is wider is broken where it must be. */
  lines(text: string, style: TextStyle, width: number): readonly Line[];
  /** The text in one line, however wide. */
  line(text: string, style: TextStyle): Line;
  /** Draws a line with its left end and its baseline there. */
  draw(line: Line, style: TextStyle, x: number, baseline: number): void;
};

/** Letters of these scripts are drawn in pieces, in another order, or as another letter. */
const shapedScripts = /[\p{Script=Devanagari}\p{Script=Thai}]/u;
/** The blocks of Hebrew, Arabic and the scripts beside them. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Sets text for one document, whose fonts it registers as they are needed. */
export function createTypesetter(pen: Pen, locale: string): Typesetter {
  const registered = new Set<string>();
  const widths = new Map<string, number>();

  function use({ name, font }: Face): void {
    // The types know bytes and names of files only.
    if (!registered.has(name)) pen.registerFont(name, font as never);
    registered.add(name);
    pen.font(name);
  }

  function runOf(text: string, item: Item, weight: Weight): Run {
    const face = item.face ?? facesFor(locale, weight)[0] ?? '';
    const shown = item.face === null ? '\ufffd'.repeat([...text].length) : withoutInvisible(text);
    const fromRight = item.level % 2 === 1;
    const letters = fromRight ? mirrored(shown) : shown;
    // Fonts turn all that is of these scripts around, their figures too, and nothing else.
    const turns = rightToLeft.test(letters) && faceOf(face).font.layout(letters).direction === 'rtl';
    const drawn = turns === fromRight ? letters : [...letters].reverse().join('');
    const whole = fromRight || turns;
    return { text: drawn, face, whole, width: widthOf(drawn, face, whole) };
  }

  /** In thousandths of the size. */
  function widthOf(text: string, face: string, whole: boolean): number {
    const key = `${face} ${whole} ${text}`;
    const known = widths.get(key);
    if (known !== undefined) return known;
    use(faceOf(face));
    const width = pen.fontSize(1000).widthOfString(text, optionsOf(whole));
    widths.set(key, width);
    return width;
  }

  function runsOf(text: string, items: readonly Item[], start: number, end: number, weight: Weight) {
    const runs: { readonly level: number; readonly run: Run }[] = [];
    for (let place = itemAt(items, start); place < items.length; place += 1) {
      const item = items[place];
      if (item === undefined || item.start >= end) break;
      const part = text.slice(Math.max(start, item.start), Math.min(end, item.end));
      if (part !== '') runs.push({ level: item.level, run: runOf(part, item, weight) });
    }
    return runs;
  }

  function lineOf(text: string, items: readonly Item[], start: number, end: number, style: TextStyle): Line {
    const runs = inVisualOrder(runsOf(text, items, start, end, style.weight)).map(({ run }) => run);
    const shown = text.slice(start, end);
    const read = shapedScripts.test(shown) ? withoutInvisible(shown) : null;
    return { runs, width: (sumOfWidths(runs) * style.size) / 1000, read };
  }

  function prepared(given: string, style: TextStyle) {
    const text = printable(given);
    return { text, items: itemize(text, directionOf(text), locale, style.weight) };
  }

  function lines(given: string, style: TextStyle, width: number): readonly Line[] {
    const { text, items } = prepared(given, style);
    const units = (Math.max(width, style.size) * 1000) / style.size + 0.5;
    const measured = (start: number, end: number) =>
      sumOfWidths(runsOf(text, items, start, end, style.weight).map(({ run }) => run));
    return linesWithin(text, units, measured).map(({ start, end }) => lineOf(text, items, start, end, style));
  }

  return {
    lines,
    line(given, style) {
      const { text, items } = prepared(given, style);
      return lineOf(text, items, 0, text.length, style);
    },
    draw(line, style, x, baseline) {
      if (line.read !== null) pen.markContent('Span', { actual: line.read });
      const { size = style.size } = line;
      let at = x;
      for (const { text, face, whole, width } of line.runs) {
        use(faceOf(face));
        pen.fontSize(size).fillColor(style.colour);
        // What it measured is handed over, so that the library does not measure again.
        const measured = { textWidth: (width * size) / 1000, wordCount: 1 };
        const options = {
          lineBreak: false,
          baseline: 'alphabetic' as const,
          ...optionsOf(whole),
          ...measured,
        };
        pen.text(text, at, baseline, options);
        at += measured.textWidth;
      }
      if (line.read !== null) pen.endMarkedContent();
    },
  };
}

/** The place of the item that a letter is in; items follow each other without a gap. */
function itemAt(items: readonly Item[], letter: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((items[middle]?.end ?? 0) <= letter) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Stretch = { readonly start: number; readonly end: number };

/** Fills line after line with what fits, spaces at the ends left out. A text is measured piece by piece. */
function linesWithin(
  text: string,
  width: number,
  measured: (start: number, end: number) => number,
): readonly Stretch[] {
  const lines: Stretch[] = [];
  let start = 0;
  let end = 0;
  let filled = 0;
  const close = () => {
    const shown = text.slice(start, end).trimEnd().length;
    if (shown > 0) lines.push({ start, end: start + shown });
    start = end;
    filled = 0;
  };
  const take = (next: number) => {
    if (end > start && filled + shownWidth(text, end, next, measured) > width) close();
    filled += measured(end, next);
    end = next;
  };
  for (const next of breakPlaces(text)) {
    if (end > start && filled + shownWidth(text, end, next, measured) > width) close();
    // A word that is wider than the line is broken between letters.
    const fits = shownWidth(text, end, next, measured) <= width;
    for (const letter of fits ? [next] : letters(text, end, next)) take(letter);
  }
  close();
  return lines;
}

/** Of a piece without the spaces at its end. */
function shownWidth(
  text: string,
  start: number,
  end: number,
  measured: (start: number, end: number) => number,
): number {
  // The same piece is measured with its spaces, too, and remembered.
  return measured(start, end) - measured(start + text.slice(start, end).trimEnd().length, end);
}

function sumOfWidths(runs: readonly Run[]): number {
  return runs.reduce((sum, { width }) => sum + width, 0);
}

/** A run that is drawn as a whole keeps the order of its words; otherwise each word is remembered by itself. */
function optionsOf(whole: boolean): { readonly features?: [] } {
  return whole ? { features: [] } : {};
}
