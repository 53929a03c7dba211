import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditedCategories } from '../../../src/application/audit/audited-categories.js';
import { createDescribeEvent } from '../../../src/application/audit/describe-event.js';
import { describePaymentEvent } from '../../../src/application/audit/payment-sentences.js';
import { recorded } from '../../integration/projections/support.js';
import { paymentCommands, play } from '../../support/payment-arbitraries.js';
import {
  authorized,
  canceled,
  captured,
  created,
  declined,
  refundFailed,
  refundRequested,
} from '../../support/payment-examples.js';

describe('An event’s sentence', () => {
  it('says what happened and how much', () => {
    const events = [
      created,
      authorized(),
      declined(2),
      captured(3000),
      canceled(5000),
      canceled(),
      refundRequested(1, 1000),
      refundFailed(1, 1000),
    ];
    expect(events.map(describePaymentEvent)).toEqual([
      'Created a payment of 50.00 USD.',
      'Authorized 50.00 USD.',
      'Attempt 2 was declined (card_declined, insufficient_funds): Your card has insufficient funds.',
      'Captured 30.00 USD; 20.00 USD of the authorization was released.',
      'Canceled the payment; 50.00 USD of the authorization was released.',
      'Canceled the payment; nothing was held.',
      'Asked the provider to refund 10.00 USD.',
      'The refund of 10.00 USD failed and the money came back (lost_or_stolen_card).',
    ]);
  });

  it('is one sentence for every event of any history', () => {
    fc.assert(
      fc.property(paymentCommands, (commands) => {
        for (const event of play(commands).events) {
          expect(describePaymentEvent(event)).toMatch(/^[A-Z][^\n]*\.$/);
        }
      }),
    );
  });

  it('is a plain one for what this version does not know', () => {
    const describeEvent = createDescribeEvent(auditedCategories);
    const sentence = 'SomethingHappened was recorded; this version cannot say more about it.';
    expect(describeEvent(recorded('spaceship-1', 0n, 1n))).toBe(sentence);
    expect(describeEvent(recorded('payment-pay_1', 0n, 1n))).toBe(sentence);
  });
});
