import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { holdsCardNumber, refuseCardNumberIn } from '../../../src/interfaces/http/shared/card-numbers.js';
import { parseJson } from '../../../src/interfaces/http/shared/json.js';
import { Refused } from '../../../src/interfaces/http/shared/problem.js';
import { testCards } from '../../support/card-numbers.js';

const groupsOf = (number: string, separator: string): string =>
  number.length === 15
    ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)].join(separator)
    : (number.match(/.{1,4}/g) ?? []).join(separator);

/** Gives a run of digits the last digit that the Luhn check wants. */
function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const counted = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

describe('a card number is seen', () => {
  it.each(testCards)('%s, however it is written', (number) => {
    const fullWidth = [...number].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    for (const text of [
      number,
      `card:${number}.`,
      `Order for ${number}, exp 12/30`,
      `${groupsOf(number, ' ')} 12 30 123`,
      groupsOf(number, ' '),
      groupsOf(number, '-'),
      groupsOf(number, '.'),
      groupsOf(number, ' - '),
      [...number].join(' '),
      fullWidth,
      Buffer.from(number).toString('base64'),
      Buffer.from(`{"number":"${number}"}`).toString('base64url'),
    ]) {
      expect([text, holdsCardNumber(text)]).toEqual([text, true]);
    }
  });

  it('of any 13 to 19 digits with a right check digit, and not with a wrong one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-9]\d{11,17}$/), fc.integer({ min: 1, max: 9 }), (digits, off) => {
        const right = withCheckDigit(digits);
        const wrong = `${digits}${(Number(right.at(-1)) + off) % 10}`;
        expect([holdsCardNumber(right), holdsCardNumber(wrong)]).toEqual([true, false]);
      }),
    );
  });
});

/** As unlucky as an id can be: one in ten holds groups of digits like a card's, with a right check digit. */
function uuidOfDigits(): string {
  const digits = (length: number): string =>
    Array.from({ length }, () => Math.floor(2 + Math.random() * 5)).join('');
  return `${digits(8)}-${digits(4)}-7${digits(3)}-8${digits(3)}-${digits(3)}c${digits(8)}`;
}

describe('no card number is seen in', () => {
  it.each([
    ['a time in milliseconds', () => withCheckDigit('179876543210')],
    ['a time in nanoseconds', () => withCheckDigit('179876543210123456')],
    ['a UUID', () => randomUUID()],
    ['an id of ours', () => `pay_${v7()}`],
    ['two dates', () => '2026-11-01 2026-12-01'],
    ['a UUID of hardly anything but digits', () => uuidOfDigits()],
    ['an id of ours that is made of one', () => `pay_${uuidOfDigits()}`],
    ['the address of one', () => `/v1/payments/pay_${uuidOfDigits()}/capture?limit=10`],
    ['a key that a client made of one', () => `order_${uuidOfDigits()}_2`],
    ['a date and a time in an id', () => `20261125-1709-${Math.floor(1000 + Math.random() * 9000)}-4242`],
    ['a digest', () => `a${'4242424242424242'.repeat(3)}`],
    ['more digits than a card has', () => '42424242424242424242'],
    ['zeros', () => '0000000000000000'],
    ['a sentence', () => 'Order 1001 of 2026-11-01, 12 pieces of 42.50 USD'],
  ])('%s', (_name, text) => {
    for (let time = 0; time < 200; time += 1) expect(holdsCardNumber(text())).toBe(false);
  });
});

describe('a body with a card number', () => {
  const pointerOf = (json: string): string | undefined => {
    try {
      refuseCardNumberIn(parseJson(json));
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      expect(JSON.stringify(error.problem)).not.toMatch(/4242/);
      return error.problem.errors?.[0]?.pointer;
    }
  };

  it.each([
    ['{"description":"4242 4242 4242 4242"}', '/description'],
    ['{"metadata":{"a/b":"4242-4242-4242-4242"}}', '/metadata/a~1b'],
    ['{"metadata":{"4242424242424242":"x"}}', '/metadata'],
    ['{"a":[1,{"b":[4242424242424242]}]}', '/a/1/b/0'],
    ['{"amount":-4242424242424242}', '/amount'],
    ['{"amount":4242424242424242.0}', '/amount'],
    ['{"a":"\\u0034242424242424242"}', '/a'],
    ['"4242424242424242"', ''],
    ['{"amount":424242,"description":"4242"}', undefined],
  ])('is refused by its place, not its digits: %s', (json, pointer) => {
    expect(pointerOf(json)).toBe(pointer);
  });
});
