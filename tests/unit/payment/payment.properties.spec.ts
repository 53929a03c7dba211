import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { journalOf } from '../../../src/application/ledger/payment-journals.js';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentState } from '../../../src/domain/payment/state.js';
import { kept, refundable, refunded } from '../../../src/domain/payment/state.js';
import { add, compare, isZero, subtract, zero } from '../../../src/domain/shared/money.js';
import { holds } from '../../support/corpus.js';
import {
  currencyOf,
  foldPayment,
  paymentCommands,
  paymentCommandsAndOne,
  play,
} from '../../support/payment-arbitraries.js';
import {
  at,
  decline,
  details,
  intent,
  observe,
  refundNews,
  requestRefund,
  usd,
} from '../../support/payment-examples.js';

const runs = { numRuns: 1000 };

describe('whatever commands come, in whatever order', () => {
  it('refunded <= captured <= authorized holds after every fact, but for refunds that were made outside', () => {
    const capturedOnce = new Map<string, number>();
    let keptOnce = 0;
    holds(
      'payment-sums',
      fc.property(paymentCommands, (commands) => {
        const { states, events } = play(commands);
        const currency = currencyOf(commands);
        let adopted = zero(currency);
        for (const [index, state] of states.entries()) {
          const fact = events[index - 1];
          if (fact?.type === 'RefundAdopted') adopted = add(adopted, fact.amount);
          if (state.status !== 'captured') continue;
          capturedOnce.set(currency, (capturedOnce.get(currency) ?? 0) + 1);
          expect(compare(state.captured, state.authorized)).toBeLessThanOrEqual(0);
          expect(compare(refunded(state), add(state.captured, adopted))).toBeLessThanOrEqual(0);
          expect(add(refundable(state), adopted).minor).toBeGreaterThanOrEqual(0n);
          // What became credit cannot be refunded as well.
          if (state.keptAsCredit.length > 0) keptOnce += 1;
          expect(
            compare(add(kept(state), refunded(state)), add(state.captured, adopted)),
          ).toBeLessThanOrEqual(0);
        }
      }),
      runs,
    );
    // The property would hold of nothing if no run ever captured.
    for (const currency of ['USD', 'JPY', 'KWD']) expect(capturedOnce.get(currency)).toBeGreaterThan(0);
    expect(keptOnce).toBeGreaterThan(0);
  });

  it('what was authorized is captured, released or still held, to the unit', () => {
    holds(
      'payment-refunds',
      fc.property(paymentCommands, (commands) => {
        let open = zero(currencyOf(commands));
        for (const event of play(commands).events) {
          if (event.type === 'PaymentAuthorized') open = add(open, event.amount);
          if (event.type === 'PaymentCaptured') open = subtract(open, add(event.amount, event.released));
          if (event.type === 'PaymentCanceled') open = subtract(open, event.released);
          expect(open.minor).toBeGreaterThanOrEqual(0n);
          if (event.type === 'PaymentCaptured' || event.type === 'PaymentCanceled')
            expect(isZero(open)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'payment-twice',
      fc.property(paymentCommandsAndOne, ([commands, command]) => {
        const before = play(commands).states.at(-1) ?? payment.initialState;
        const first = payment.decide(before, command);
        if (first.outcome === 'rejected') return;
        const after = first.events.reduce(payment.evolve, before);
        const second = payment.decide(after, command);
        if (second.outcome === 'rejected') return;
        expect(second.events).toEqual([]);
      }),
      runs,
    );
  });

  it('the facts survive the store: encoded, written as JSON and decoded, they fold to the same state', () => {
    holds(
      'payment-stored',
      fc.property(paymentCommands, (commands) => {
        const { events } = play(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => paymentCodec.encode(event))));
        expect(foldPayment(stored.map(paymentCodec.decode))).toEqual(foldPayment(events));
      }),
      { numRuns: 300 },
    );
  });

  it('each fact that moves money makes one balanced journal', () => {
    holds(
      'payment-journals',
      fc.property(paymentCommands, (commands) => {
        for (const event of play(commands).events) {
          const total = journalOf(event)?.lines.reduce((sum, line) => sum + line.amount.minor, 0n);
          expect(total ?? 0n).toBe(0n);
        }
      }),
      runs,
    );
  });
});

/** All orders of the news, each given up to three times, end where the news in order ends. */
function commute(history: readonly PaymentCommand[], news: readonly PaymentCommand[]): void {
  const inOrder = last([...history, ...news]);
  const current = news.at(-1);
  fc.assert(
    fc.property(fc.shuffledSubarray([...news, ...news, ...news], { minLength: 0 }), (shuffled) => {
      // A handler looks the object up before it records, so the present state is always among the news.
      expect(last([...history, ...shuffled, ...(current === undefined ? [] : [current])])).toEqual(inOrder);
    }),
    { numRuns: 500 },
  );
}

function last(commands: readonly PaymentCommand[]): PaymentState | undefined {
  return play(commands).states.at(-1);
}

describe('news commutes', () => {
  const start = play([]).states.length === 1 ? create() : [];

  it('for a payment with 3-D Secure', () => {
    commute(start, [
      observe(intent('requires_action')),
      observe(intent('processing')),
      observe(intent('succeeded')),
    ]);
  });
  it('for a decline', () => {
    commute(start, [observe(intent('requires_payment_method', { decline: decline() }))]);
  });
  it('for an authorization that is captured in part', () => {
    commute(start, [
      observe(intent('requires_action')),
      observe(intent('requires_capture')),
      observe(intent('succeeded', { received: usd(1234) })),
    ]);
  });
  it('for an authorization that is canceled', () => {
    commute(start, [observe(intent('requires_capture')), observe(intent('canceled'))]);
  });
  it('for a refund that succeeds and fails later', () => {
    const paid = [...start, observe(intent('succeeded')), requestRefund(1, 2000)];
    commute(paid, [
      refundNews(1, 'pending', 2000),
      refundNews(1, 'succeeded', 2000),
      refundNews(1, 'failed', 2000),
    ]);
  });
});

function create(): readonly PaymentCommand[] {
  return [{ type: 'CreatePayment', at, details, confirmWith: 'pm_card_visa' }];
}
