/** Overrides and isolates of direction: with them, figures of a name could pass for other figures. */
const directionControls = /[\u202a-\u202e\u2066-\u2069]/g;
/** Letters of all languages carry fewer; a heap of them would reach into the lines above and below. */
const marksMax = /(\p{M}{4})\p{M}+/gu;
const replacement = '\ufffd';

/** The text as it can be drawn: composed letters, one line, and a visible sign for what is no letter. */
export function printable(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\n\r\t\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}]/gu, replacement)
    .replace(directionControls, '')
    .replace(marksMax, '$1');
}

/** Characters that say how others stand and are never drawn themselves. */
const invisible = /[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]/g;

export function withoutInvisible(text: string): string {
  return text.replace(invisible, '');
}
