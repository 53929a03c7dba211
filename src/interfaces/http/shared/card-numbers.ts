import { OtherNumber } from './json.js';
import { pointerTo } from './parse-input.js';
import type { Refused } from './problem.js';
import { refused } from './problem.js';

/**
 * Ids, digests and telephone numbers in E.164, which begin with a plus sign and have 15 digits at most: what looks like a
 * card number inside of one is chance.
 */
const otherNumbers =
  /(?<![\d+])\+[1-9]\d{6,14}(?![ .\u00a0-]{0,3}\d)|(?<![0-9a-z])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{24,})(?![0-9a-z])/gi;
const closeDigits = /\d(?:[ .\u00a0-]{0,3}\d){12}/;
const unbroken = /\d{13,}/g;
/** Groups with one and the same separator: `4242 4242 4242 4242`. */
const grouped = /(?<!\d)\d{1,6}([ .\u00a0-]{1,3})\d{1,6}(?:\1\d{1,6})+(?!\d)/g;
/** Twelve digits in base64, whatever stands before them: each three begin with one of these letters. */
const digitsInBase64 = /(?:[MNO][\w+/-]{3}){3}/;
const base64 = /[\w+/-]{18,}={0,2}/g;

/** How the numbers of some cards are printed; all others stand in groups of one size, the last of which may be shorter. */
const unevenGroups: ReadonlySet<string> = new Set(['4,6,5', '4,6,4', '4,3,3,3']);

/**
 * Whether a text holds what can be the number of a payment card: 13 to 19 digits with a right check digit, in one piece
 * or in groups, in base64 too. Times since 1970, UUIDs, digests and telephone numbers with a plus sign are none.
 */
export function holdsCardNumber(text: string): boolean {
  if (text.length < 13) return false;
  const plain = /[^\0-\x7f]/.test(text) ? text.normalize('NFKC') : text;
  if (closeDigits.test(plain) && holdsDigits(plain.replace(otherNumbers, '|'))) return true;
  if (!digitsInBase64.test(plain)) return false;
  return (plain.match(base64) ?? []).some((word) =>
    holdsDigits(Buffer.from(word, 'base64').toString('latin1')),
  );
}

/** The way to the first card number in a parsed body; what is named by one is told by the object that it is in. */
function wayToCardNumber(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return holdsCardNumber(value) ? [] : undefined;
  if (typeof value === 'bigint') return holdsCardNumber(String(value)) ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof OtherNumber) return holdsCardNumber(value.literal) ? [] : undefined;
  for (const key in value) {
    if (holdsCardNumber(key)) return [];
    const way = wayToCardNumber((value as Readonly<Record<string, unknown>>)[key]);
    if (way !== undefined) return [key, ...way];
  }
  return undefined;
}

function holdsDigits(text: string): boolean {
  for (const [digits] of text.matchAll(unbroken)) {
    if (isCardNumber(digits) && !isTime(digits)) return true;
  }
  for (const [run, separator = ' '] of text.matchAll(grouped)) {
    if (holdsGroups(run.split(separator))) return true;
  }
  return false;
}

/** Beside the number may stand its date and code. */
function holdsGroups(groups: readonly string[]): boolean {
  return groups.some((_group, start) => {
    for (let end = start + 3; end <= Math.min(groups.length, start + 19); end += 1) {
      const number = groups.slice(start, end);
      if (isPrintedLikeACard(number) && isCardNumber(number.join(''))) return true;
    }
    return false;
  });
}

function isPrintedLikeACard(groups: readonly string[]): boolean {
  const [first = '', ...rest] = groups;
  // Sums and dates in a row look alike; the numbers of cards that people carry begin with these.
  if (!/^[2-6]/.test(first)) return false;
  const last = rest.at(-1)?.length ?? 0;
  const even = rest.slice(0, -1).every(({ length }) => length === first.length) && last <= first.length;
  return even || unevenGroups.has(groups.map(({ length }) => length).join());
}

/** Milli-, micro- and nanoseconds since 1970; no card's number is like them. */
function isTime(digits: string): boolean {
  return digits.startsWith('1') && [13, 16, 19].includes(digits.length);
}

/** 13 to 19 digits that the Luhn check passes. */
function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || /^0+$/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30;
    const counted = at % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/**
 * Card numbers belong to the provider's own form. It is told where one stands, never what it is.
 * @throws Refused
 */
export function refuseCardNumberIn(body: unknown): void {
  const way = wayToCardNumber(body);
  if (way !== undefined) throw cardNumberRefused(way.join('.'), pointerTo(way, 'body'));
}

/** @throws Refused when a text beside the body, such as a header that is kept, holds a card number */
export function refuseCardNumber(name: string, text: string | null | undefined): void {
  if (typeof text === 'string' && holdsCardNumber(text)) throw cardNumberRefused(name);
}

export function cardNumberRefused(param: string, pointer: string = param): Refused {
  const message = 'What can be a card number is not taken here, and nothing of it was kept.';
  return refused('card_number_refused', {
    detail: `${message} Send the id of a payment method that the provider's own form made.`,
    ...(param === '' ? {} : { param }),
    errors: [{ pointer, code: 'card_number', message }],
  });
}
