import type { Bidi } from 'bidi-js';
import bidiFactory from 'bidi-js';
import type { Weight } from './font-faces.js';
import { faceOf, facesFor } from './font-faces.js';
import { withoutInvisible } from './printable.js';

// Its types speak of another form of the module than the one that Node loads.
const bidi = (bidiFactory as unknown as () => Bidi)();

export type Direction = 'ltr' | 'rtl';

/** A stretch of text that one font draws in one direction. */
export type Item = {
  readonly start: number;
  readonly end: number;
  /** Odd from the right to the left. */
  readonly level: number;
  /** The name of a face; null for what no face has. */
  readonly face: string | null;
};

/** Scripts whose letters change with their neighbours, so that letters of others must not stand in their run. */
const shaped = [
  /^\p{Script=Arabic}$/u,
  /^\p{Script=Hebrew}$/u,
  /^\p{Script=Devanagari}$/u,
  /^\p{Script=Thai}$/u,
];
const neutral = /^[\p{Script=Common}\p{Script=Inherited}]$/u;
const figure = /^\p{Nd}$/u;

/** The direction in which a text reads: that of its first letter. Without one it is a figure, such as a telephone number. */
export function directionOf(text: string): Direction {
  if (simple.test(text)) return 'ltr';
  for (const character of text) {
    const type = bidi.getBidiCharTypeName(character);
    if (type === 'L') return 'ltr';
    if (type === 'R' || type === 'AL') return 'rtl';
  }
  return 'ltr';
}

/** Letters of Western Europe, which the first face has all of, and which read from the left. */
const simple = /^[\u0020-\u007e\u00a0-\u017f]*$/;

/** Cuts a text into items, in the order in which it is read. */
export function itemize(text: string, base: Direction, locale: string, weight: Weight): readonly Item[] {
  const faces = facesFor(locale, weight);
  if (base === 'ltr' && simple.test(text)) {
    return text === '' ? [] : [{ start: 0, end: text.length, level: 0, face: faces[0] ?? null }];
  }
  const { levels } = bidi.getEmbeddingLevels(text, base);
  const items: (Item & { readonly script: number })[] = [];
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    const level = levels[start] ?? 0;
    const last = items.at(-1);
    const face = faceFor(character, faces, last?.face ?? null);
    const own = shaped.findIndex((pattern) => pattern.test(character));
    const script = neutral.test(character) ? (last?.script ?? -1) : own;
    if (last !== undefined && last.level === level && last.face === face && last.script === script) {
      items[items.length - 1] = { ...last, end };
    } else {
      items.push({ start, end, level, face, script });
    }
    start = end;
  }
  return items;
}

/** Signs between letters stay in the font of the letter before them; figures look the same everywhere. */
function faceFor(character: string, faces: readonly string[], before: string | null): string | null {
  if (withoutInvisible(character) === '') return before ?? faces[0] ?? null;
  const codePoint = character.codePointAt(0) ?? 0;
  const holds = (face: string) => faceOf(face).font.hasGlyphForCodePoint(codePoint);
  if (before !== null && neutral.test(character) && !figure.test(character) && holds(before)) return before;
  return faces.find(holds) ?? null;
}

/** The items of a line in the order in which they stand on it from the left: rule L2 of Unicode's bidirectional algorithm. */
export function inVisualOrder<T extends Pick<Item, 'level'>>(items: readonly T[]): readonly T[] {
  let ordered = [...items];
  const highest = Math.max(0, ...items.map(({ level }) => level));
  for (let level = highest; level >= 1; level -= 1) ordered = flipped(ordered, level);
  return ordered;
}

/** Turns each stretch around whose items are at a level or above it. */
function flipped<T extends Pick<Item, 'level'>>(items: readonly T[], level: number): T[] {
  const result: T[] = [];
  let stretch: T[] = [];
  for (const item of items) {
    if (item.level >= level) stretch.unshift(item);
    else {
      result.push(...stretch, item);
      stretch = [];
    }
  }
  return [...result, ...stretch];
}

/** Brackets that open to the left open to the right in a text that is read from the right. */
export function mirrored(text: string): string {
  return Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character).join('');
}
