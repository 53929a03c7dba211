import { parse, stringify } from 'lossless-json';
import { canonicalJson } from '../../../application/shared/canonical-json.js';

/** A number that is not written as a plain integer, such as `1.0`, `1e2` or `-0`: no field of money takes one. */
export class OtherNumber {
  constructor(readonly literal: string) {}
}

/** Text that this API does not take as JSON; `message` says why, in words for the client. */
export class InvalidJson extends Error {
  override readonly name = 'InvalidJson';
}

const depthMax = 32;
/** Names that reach an object's prototype in careless code. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
/** Beyond any amount there is, and short enough that reading one costs nothing. */
const plainInteger = /^(0|-?[1-9]\d{0,29})$/;

/**
 * Reads JSON more strictly than JSON.parse, which keeps the last of two equal keys, rounds large integers and takes any
 * depth. A plain integer becomes a bigint, every other number an `OtherNumber`.
 * @throws InvalidJson
 */
export function parseJson(text: string): unknown {
  checkStructure(text);
  let value: unknown;
  try {
    value = parse(text, null, readNumber);
  } catch (error) {
    throw new InvalidJson(error instanceof SyntaxError ? error.message : 'the body is not JSON');
  }
  if (text.includes('\\u')) checkText(value);
  return value;
}

function readNumber(literal: string): bigint | OtherNumber {
  return plainInteger.test(literal) ? BigInt(literal) : new OtherNumber(literal);
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/**
 * Refuses what the parser would let pass: depth that could exhaust the stack, a key that stands twice in one object,
 * even with the same value, and the prototype's names. Looks at each character once; grammar is the parser's business.
 */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[':
        open.push(text[at] === '{' ? new Set() : undefined);
        if (open.length > depthMax) throw new InvalidJson(`more than ${depthMax} levels deep`);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        const keys = open.at(-1);
        if (keys !== undefined && isFollowedByColon(text, end)) checkKey(keys, text.slice(at, end));
        at = end - 1;
        break;
      }
    }
  }
}

/** The index after the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at += 1;
  }
  return text.length;
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === colon;
}

function checkKey(keys: Set<string>, quoted: string): void {
  const key = unquoted(quoted);
  if (forbiddenKeys.has(key)) throw new InvalidJson(`the key ${key} is not allowed`);
  if (keys.has(key)) throw new InvalidJson(`the key ${JSON.stringify(key)} stands twice in one object`);
  keys.add(key);
}

function unquoted(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new InvalidJson('a key has a malformed escape');
  }
}

/** U+0000 cannot be stored as text, and half of a surrogate pair is no character; only escapes can smuggle them in. */
const unstorable = /\0|\p{Surrogate}/u;

function checkText(value: unknown): void {
  if (typeof value === 'string') {
    if (unstorable.test(value)) throw new InvalidJson('a text holds U+0000 or half of a surrogate pair');
  } else if (Array.isArray(value)) {
    value.forEach(checkText);
  } else if (isObject(value)) {
    for (const [key, part] of Object.entries(value)) {
      checkText(key);
      checkText(part);
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Writes JSON with every bigint as an integer literal, exact at any size. */
export function stringifyJson(value: unknown): string {
  let exact = true;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'bigint') return part;
    if (part > BigInt(Number.MAX_SAFE_INTEGER) || part < BigInt(Number.MIN_SAFE_INTEGER)) exact = false;
    return Number(part);
  });
  // Beyond 2^53 a number would be rounded, and the slower writer keeps every digit.
  return exact ? text : (stringify(value) ?? text);
}

/** The canonical text of what `parseJson` reads. */
export function canonicalBody(body: unknown): string {
  return canonicalJson(body, (value) => {
    if (value instanceof OtherNumber) return value.literal;
    return typeof value === 'bigint' ? value.toString() : undefined;
  });
}
