import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeLimitEvent } from '../../../src/application/audit/limit-sentences.js';
import { limitCodec } from '../../../src/application/limit/limit.codec.js';
import type { LimitCommand, LimitEvent, LimitKind } from '../../../src/domain/limit/limit.js';
import { limit, limitKinds, penaltySecondsOf } from '../../../src/domain/limit/limit.js';
import { fold } from '../../../src/domain/shared/decider.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { millisBetween, parseInstant } from '../../../src/domain/shared/instant.js';
import { given } from '../../support/decider-specification.js';
import { required } from '../../support/payment-examples.js';

const startedAt = Date.parse('2026-11-01T09:30:00.000Z');
const instantAt = (seconds: number): Instant =>
  required(parseInstant(new Date(startedAt + seconds * 1000).toISOString()));
const ofKey = { kind: 'requests_of_key', subject: 'key_1' } as const;

const strikeAt = (seconds: number, kind: LimitKind = 'requests_of_key'): LimitCommand => ({
  type: 'ImposePenalty',
  at: instantAt(seconds),
  kind,
  subject: 'key_1',
});
const pardonAt = (seconds: number): LimitCommand => ({ type: 'PardonPenalty', at: instantAt(seconds) });
const imposed = (seconds: number, strike: number, penaltySeconds: number): LimitEvent => ({
  type: 'PenaltyImposed',
  at: instantAt(seconds),
  ...ofKey,
  strike,
  penaltySeconds,
});

describe('a limit that somebody went too far beyond', () => {
  it('costs a minute at first', () => {
    given(limit, [])
      .when(strikeAt(0))
      .then(imposed(0, 1, 60));
  });

  it('costs nothing more while the penalty is in force', () => {
    given(limit, [imposed(0, 1, 60)])
      .when(strikeAt(59))
      .thenNothing();
    // Another process may have a clock that is behind.
    given(limit, [imposed(0, 1, 60)])
      .when(strikeAt(-5))
      .thenNothing();
  });

  it('costs twice as much with each strike, up to a day', () => {
    given(limit, [imposed(0, 1, 60)])
      .when(strikeAt(60))
      .then(imposed(60, 2, 120));
    given(limit, [imposed(0, 2, 120)])
      .when(strikeAt(121))
      .then(imposed(121, 3, 240));
    const strikes = Array.from({ length: 14 }, (_, index) => penaltySecondsOf('requests_of_key', index + 1));
    expect(strikes.slice(0, 5)).toEqual([60, 120, 240, 480, 960]);
    expect(strikes.slice(-3)).toEqual([86_400, 86_400, 86_400]);
  });

  it('costs half an hour at most where API keys were wrong', () => {
    expect([1, 5, 6, 40].map((strike) => penaltySecondsOf('bad_keys_from_address', strike))).toEqual([
      60, 960, 1800, 1800,
    ]);
  });

  it('is forgiven strike by strike with each quiet hour after the penalty', () => {
    const third = imposed(0, 3, 240);
    const overAt = 240;
    given(limit, [third])
      .when(strikeAt(overAt + 3599))
      .then(imposed(overAt + 3599, 4, 480));
    given(limit, [third])
      .when(strikeAt(overAt + 3600))
      .then(imposed(overAt + 3600, 3, 240));
    given(limit, [third])
      .when(strikeAt(overAt + 2 * 3600))
      .then(imposed(overAt + 2 * 3600, 2, 120));
    given(limit, [third])
      .when(strikeAt(overAt + 50 * 3600))
      .then(imposed(overAt + 50 * 3600, 1, 60));
  });

  it('may be pardoned: the strikes are forgotten', () => {
    const pardoned: LimitEvent = { type: 'PenaltyPardoned', at: instantAt(10) };
    given(limit, [imposed(0, 7, 3840)])
      .when(pardonAt(10))
      .then(pardoned);
    given(limit, [imposed(0, 7, 3840), pardoned])
      .when(strikeAt(11))
      .then(imposed(11, 1, 60));
    given(limit, [imposed(0, 7, 3840), pardoned])
      .when(pardonAt(12))
      .thenNothing();
    given(limit, []).when(pardonAt(0)).thenRejected({ code: 'limit_not_found' });
  });

  it('is told in words', () => {
    expect(describeLimitEvent(imposed(0, 2, 120))).toBe(
      'Too many requests of the API key key_1: refused for 120 s (strike 2).',
    );
    expect(
      describeLimitEvent({
        type: 'PenaltyImposed',
        at: instantAt(0),
        kind: 'requests_from_address',
        subject: null,
        strike: 1,
        penaltySeconds: 60,
      }),
    ).toBe('Too many requests from one address: refused for 60 s (strike 1).');
  });
});

const seconds = fc.integer({ min: 0, max: 300_000 });
const commands = fc
  .array(fc.record({ pause: seconds, pardons: fc.boolean() }), { maxLength: 30 })
  .chain((steps) =>
    fc.constantFrom(...limitKinds).map((kind) => {
      let at = 0;
      return steps.map(({ pause, pardons }): LimitCommand => {
        at += pause;
        return pardons && pause % 5 === 0 ? pardonAt(at) : strikeAt(at, kind);
      });
    }),
  );

function play(given: readonly LimitCommand[]): readonly LimitEvent[] {
  const events: LimitEvent[] = [];
  for (const command of given) {
    const decision = limit.decide(fold(limit, events), command);
    if (decision.outcome === 'accepted') events.push(...decision.events);
  }
  return events;
}

describe('whatever strikes and pardons come', () => {
  it('the same command twice leads to no new fact, and penalties of one limit never overlap', () => {
    fc.assert(
      fc.property(commands, (given) => {
        const events = play(given);
        const last = given.at(-1);
        if (last !== undefined && events.length > 0) {
          const again = limit.decide(fold(limit, events), last);
          if (again.outcome === 'accepted') expect(again.events).toEqual([]);
        }
        let inForceUntil = Number.NEGATIVE_INFINITY;
        for (const event of events) {
          const at = millisBetween(instantAt(0), event.at);
          if (event.type === 'PenaltyPardoned') inForceUntil = at;
          else {
            expect(at).toBeGreaterThanOrEqual(inForceUntil);
            expect(event.penaltySeconds).toBe(penaltySecondsOf(event.kind, event.strike));
            inForceUntil = at + event.penaltySeconds * 1000;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the facts survive the store', () => {
    fc.assert(
      fc.property(commands, (given) => {
        const events = play(given);
        const stored = JSON.parse(JSON.stringify(events.map((event) => limitCodec.encode(event))));
        expect(fold(limit, stored.map(limitCodec.decode))).toEqual(fold(limit, events));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the time between two instants', () => {
  it('is what the calendar says, over leap days and turns of centuries', () => {
    const instants = fc
      .date({
        min: new Date('1600-01-01T00:00:00.000Z'),
        max: new Date('2999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      })
      .map((date) => required(parseInstant(date.toISOString())));
    fc.assert(
      fc.property(instants, instants, (from, to) => {
        expect(millisBetween(from, to)).toBe(Date.parse(to) - Date.parse(from));
      }),
      { numRuns: 2000 },
    );
  });
});
