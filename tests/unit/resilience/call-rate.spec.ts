import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CallRate, NoTurn } from '../../../src/infrastructure/stripe/call-rate.js';
import { RateLimiter } from '../../../src/infrastructure/stripe-simulator/rate-limiter.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type Seen = { readonly at: number; readonly outcome: 'sent' | 'no_turn' };

/** Asks for a turn and notes, in milliseconds of pretended time, when it came. */
function ask(rate: CallRate, seen: Seen[], endpoint = 'POST payment_intents'): void {
  rate.turn(endpoint).then(
    () => seen.push({ at: performance.now(), outcome: 'sent' }),
    (error: unknown) => {
      if (!(error instanceof NoTurn)) throw error;
      seen.push({ at: performance.now(), outcome: 'no_turn' });
    },
  );
}

const sentIn = (seen: readonly Seen[], from: number, to: number): number =>
  seen.filter(({ at, outcome }) => outcome === 'sent' && at >= from && at < to).length;

describe('calls to Stripe', () => {
  it('use four fifths of its limit, and never more than the limit in a second', async () => {
    const rate = new CallRate({ total: 25, perEndpoint: 25 }, 60_000);
    const seen: Seen[] = [];
    const start = performance.now();
    for (let call = 0; call < 200; call += 1) ask(rate, seen);
    await jest.advanceTimersByTimeAsync(11_000);
    expect(seen.map(({ outcome }) => outcome)).toEqual(new Array(200).fill('sent'));
    for (let from = 0; from < 10_000; from += 100) {
      expect(sentIn(seen, start + from, start + from + 1_000)).toBeLessThanOrEqual(25);
    }
    expect(sentIn(seen, start + 2_000, start + 7_000)).toBeGreaterThanOrEqual(95);
    expect(rate.status().waiting).toBe(0);
  });

  it('of one endpoint do not hold up those of others', async () => {
    const rate = new CallRate({ total: 100, perEndpoint: 25 }, 60_000);
    const [many, other]: Seen[][] = [[], []];
    for (let call = 0; call < 60; call += 1) ask(rate, many ?? []);
    for (let call = 0; call < 4; call += 1) ask(rate, other ?? [], 'POST refunds');
    await jest.advanceTimersByTimeAsync(50);
    expect(other).toHaveLength(4);
    expect(many?.length).toBeLessThan(10);
    await jest.advanceTimersByTimeAsync(4_000);
    expect(many).toHaveLength(60);
  });

  it('that would wait too long are not made, and told so at once', async () => {
    const rate = new CallRate({ total: 25, perEndpoint: 25 }, 2_000);
    const seen: Seen[] = [];
    for (let call = 0; call < 100; call += 1) ask(rate, seen);
    await jest.advanceTimersByTimeAsync(20);
    const refused = seen.filter(({ outcome }) => outcome === 'no_turn').length;
    expect(refused).toBeGreaterThanOrEqual(50);
    await jest.advanceTimersByTimeAsync(2_100);
    expect(seen).toHaveLength(100);
    expect(seen.filter(({ outcome }) => outcome === 'sent').length).toBeGreaterThanOrEqual(40);
  });

  it('go out slower after a 429, wait as long as it says, and recover', async () => {
    const rate = new CallRate({ total: 100, perEndpoint: 100 }, 600_000);
    const seen: Seen[] = [];
    for (let call = 0; call < 4_000; call += 1) ask(rate, seen);
    await jest.advanceTimersByTimeAsync(1_000);
    const start = performance.now();
    rate.slowDown(500);
    rate.slowDown(null);
    expect(rate.status().perSecond).toBeCloseTo(40);
    await jest.advanceTimersByTimeAsync(1_400);
    expect(sentIn(seen, start + 20, start + 500)).toBe(0);
    expect(sentIn(seen, start + 500, start + 1_400)).toBeLessThan(60);
    await jest.advanceTimersByTimeAsync(12_000);
    expect(rate.status().perSecond).toBe(80);
    expect(sentIn(seen, start + 12_000, start + 13_000)).toBeGreaterThanOrEqual(75);
  });

  it('that somebody else on the account leaves no room for lead to few refusals', async () => {
    const stripe = new RateLimiter({ total: 25, perEndpoint: 25 }, () => performance.now());
    const rate = new CallRate({ total: 25, perEndpoint: 25 }, 600_000);
    let [calls, refusals] = [0, 0];
    const send = async (): Promise<void> => {
      for (;;) {
        await rate.turn('POST payment_intents');
        calls += 1;
        if (stripe.admits('payment_intents.create')) return;
        refusals += 1;
        rate.slowDown(null);
      }
    };
    const other = setInterval(() => stripe.admits('payment_intents.create'), 100);
    const all = Promise.all(Array.from({ length: 500 }, send));
    await jest.advanceTimersByTimeAsync(90_000);
    await all;
    clearInterval(other);
    expect(refusals / calls).toBeLessThanOrEqual(0.05);
  });
});
