import LineBreaker from 'linebreak';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const thaiWords = new Intl.Segmenter('th', { granularity: 'word' });
const thai = /\p{Script=Thai}/u;

/** Where a text may be broken into lines, in order and up to its end, as Unicode says. */
export function breakPlaces(text: string): readonly number[] {
  const places: number[] = [];
  const breaker = new LineBreaker(text);
  let start = 0;
  for (let found = breaker.nextBreak(); found !== null; found = breaker.nextBreak()) {
    const piece = text.slice(start, found.position);
    // Thai has no spaces between words, so they are known by a dictionary.
    if (thai.test(piece)) {
      for (const { index } of thaiWords.segment(piece)) if (index > 0) places.push(start + index);
    }
    places.push(found.position);
    start = found.position;
  }
  return places;
}

/** The ends of the letters between two places, each with all that belongs to it. */
export function letters(text: string, start: number, end: number): readonly number[] {
  return Array.from(
    graphemes.segment(text.slice(start, end)),
    ({ index, segment }) => start + index + segment.length,
  );
}
