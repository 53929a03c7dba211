import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalBody,
  InvalidJson,
  OtherNumber,
  parseJson,
  stringifyJson,
} from '../../../src/interfaces/http/shared/json.js';

describe('reading JSON', () => {
  it('keeps plain integers as bigint, exact at any size', () => {
    expect(parseJson('{"a":9007199254740993,"b":0,"c":-5}')).toEqual({ a: 9007199254740993n, b: 0n, c: -5n });
  });

  it.each(['1.0', '1e2', '-0', '1E2', '0.5', '1'.repeat(31)])(
    'does not take %s for an integer',
    (literal) => {
      expect(parseJson(`{"a":${literal}}`)).toEqual({ a: new OtherNumber(literal) });
    },
  );

  it.each([
    ['a key twice', '{"amount":1,"amount":100}'],
    ['a key twice with one value', '{"amount":1,"amount":1}'],
    ['a key twice, once escaped', '{"amount":1,"\\u0061mount":2}'],
    ['a key twice, deeper', '{"x":[{"a":1,"b":{"c":1,"c":1}}]}'],
    ['__proto__', '{"__proto__":{"polluted":true}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":{"polluted":true}}'],
    ['constructor', '{"metadata":{"constructor":{"prototype":{"polluted":true}}}}'],
    ['prototype', '{"prototype":1}'],
    ['too deep', '['.repeat(10_000)],
    ['too deep, closed', `${'[{"a":'.repeat(20)}1${'}]'.repeat(20)}`],
    ['nothing', ' '],
    ['two values', '{} {}'],
    ['a comma too many', '{"a":1,}'],
    ['a leading zero', '{"a":01}'],
    ['NaN', '{"a":NaN}'],
    ['Infinity', '[-Infinity]'],
    ['a comment', '{"a":1}//x'],
    ['single quotes', "{'a':1}"],
    ['an open text', '{"a":"b'],
    ['an open key with escapes', `{"${'\\"'.repeat(40_000)}`],
    ['a raw line break in a text', '{"a":"b\nc"}'],
    ['a byte order mark', '\ufeff{}'],
    ['U+0000', '{"a":"\\u0000"}'],
    ['half a surrogate pair', '{"a":["\\ud800"]}'],
    ['half a surrogate pair in a key', '{"\\udc00":1}'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseJson(text)).toThrow(InvalidJson);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('agrees with JSON.parse on everything it takes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        let mine: unknown;
        try {
          mine = parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidJson);
          return;
        }
        expect(asNumbers(mine)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never throws anything but InvalidJson', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0a1e-. tfn') }), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidJson);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('writing JSON', () => {
  it('writes bigints as integer literals, beyond 2^53 too', () => {
    expect(stringifyJson({ a: 5n, b: [-3n], c: 'x', d: undefined })).toBe('{"a":5,"b":[-3],"c":"x"}');
    expect(stringifyJson({ a: 2n ** 63n, b: 1n, c: null, d: 'ü"' })).toBe(
      '{"a":9223372036854775808,"b":1,"c":null,"d":"ü\\""}',
    );
  });

  it('gives one text for one content', () => {
    const one = parseJson('{"a":1,"b":{"c":[1,2],"d":"x"}}');
    const other = parseJson('{ "b": {"d":"x", "c":[1, 2]}, "a": 1 }');
    expect(canonicalBody(one)).toBe(canonicalBody(other));
    expect(canonicalBody(parseJson('[1,2]'))).not.toBe(canonicalBody(parseJson('[2,1]')));
    expect(canonicalBody(parseJson('{"a":"1"}'))).not.toBe(canonicalBody(parseJson('{"a":1}')));
  });
});

function asNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof OtherNumber) return Number(value.literal);
  if (Array.isArray(value)) return value.map(asNumbers);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asNumbers(part)]));
  }
  return value;
}
