import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeCreditEvent } from '../../../src/application/audit/credit-sentences.js';
import { holds } from '../../support/corpus.js';
import { creditCommands, eventsOf, playCredit } from '../../support/credit-arbitraries.js';
import {
  creditId,
  day,
  expired,
  extended,
  granted,
  held,
  invoiceId,
  restored,
  revoked,
  spent,
} from '../../support/credit-examples.js';

it('says what happened to credit, how much and of which grants', () => {
  const events = [
    granted(1, 5000, { grantType: 'refund_to_credit', expiresAt: day(10) }),
    granted(2, 5000),
    held(1, [
      [1, 100],
      [2, 50],
    ]),
    { ...spent(1, [[1, 100]]), invoiceId: null },
    restored(1, 'a', [[1, 100]]),
    expired(1, 100),
    extended(1, 100, day(20)),
    revoked(1, 0),
  ];
  expect(events.map(describeCreditEvent)).toEqual([
    `Granted 50.00 USD of refund-to-credit credit ${creditId(1)}, to be spent before 2026-11-10T00:00:00.000Z.`,
    `Granted 50.00 USD of promotional credit ${creditId(2)}, without an expiry.`,
    `Set 1.50 USD of credit aside for invoice ${invoiceId}: 1.00 USD from ${creditId(1)}, 0.50 USD from ${creditId(2)}.`,
    `Spent 1.00 USD of credit: 1.00 USD from ${creditId(1)}.`,
    `Gave 1.00 USD of spent credit back: 1.00 USD from ${creditId(1)}.`,
    `1.00 USD of credit ${creditId(1)} expired unspent.`,
    `1.00 USD of credit ${creditId(1)} came back late and can be spent before 2026-11-20T00:00:00.000Z.`,
    `Revoked credit ${creditId(1)}, of which 0.00 USD was left.`,
  ]);
});

it('says it in one sentence for every event of any history', () => {
  holds(
    'credit-sentences',
    fc.property(creditCommands, (commands) => {
      for (const event of eventsOf(playCredit(commands))) {
        expect(describeCreditEvent(event)).toMatch(/^[A-Z0-9][^\n]*\.$/);
      }
    }),
    { numRuns: 50 },
  );
});
