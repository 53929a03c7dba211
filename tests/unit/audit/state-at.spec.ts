import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditedCategories } from '../../../src/application/audit/audited-categories.js';
import { createStateAt } from '../../../src/application/audit/state-at.js';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { RecordedEventStore } from '../../integration/projections/recorded-event-store.js';
import { recordedPayment } from '../../integration/projections/support.js';
import { paymentCommands, play } from '../../support/payment-arbitraries.js';
import {
  authorized,
  captured,
  confirmRequested,
  created,
  at as decidedAt,
  details,
  paymentId,
  required,
} from '../../support/payment-examples.js';

const minute = (n: number) => required(parseInstant(`2026-11-01T10:${String(n).padStart(2, '0')}:00.000Z`));

/** One event a minute. */
function stateAtOf(events: readonly PaymentEvent[]) {
  const log: RecordedEvent[] = recordedPayment(paymentId, events).map((event, index) => ({
    ...event,
    recordedAt: minute(index),
  }));
  return createStateAt({ eventStore: new RecordedEventStore(log), categories: auditedCategories });
}

const stream = `payment-${paymentId}` as const;
const stateAt = stateAtOf([
  { ...created, metadata: { cartId: 'c-1' } },
  confirmRequested(),
  authorized(),
  captured(3000),
]);

describe('The state of a stream', () => {
  it('is told at a revision, with the event that made it so', async () => {
    expect(await stateAt(stream, { revision: 2n })).toMatchObject({
      outcome: 'found',
      revision: 2n,
      position: 3n,
      recordedAt: minute(2),
      causedBy: { type: 'PaymentAuthorized', metadata: { actor: { kind: 'api_key' } } },
      state: { status: 'authorized', authorized: { amount: 5000n, currency: 'USD' }, charge_id: 'ch_1' },
    });
  });

  it('is told as it was recorded by an instant, that instant included', async () => {
    expect(await stateAt(stream, { instant: minute(1) })).toMatchObject({
      revision: 1n,
      state: { status: 'confirming' },
    });
    expect(await stateAt(stream, { instant: decidedAt })).toMatchObject({
      outcome: 'found',
      revision: null,
      causedBy: null,
      state: { status: 'absent' },
    });
  });

  it('is told at the head, with names in the manner of the API and the client’s own left alone', async () => {
    const head = await stateAt(stream, null);
    expect(head).toMatchObject({
      revision: 3n,
      state: {
        status: 'captured',
        captured: { amount: 3000n, currency: 'USD' },
        details: { payment_id: details.paymentId, metadata: { cartId: 'c-1' } },
      },
    });
    expect(await stateAt(stream, { revision: 99n })).toEqual(head);
  });

  it('is an error value for a stream that does not exist or that nobody can fold', async () => {
    expect(await stateAt('payment-pay_0', null)).toEqual({ outcome: 'unknown_stream' });
    for (const other of ['spaceship-1', 'toString-1', '-1'] as const) {
      expect(await stateAt(other, null)).toMatchObject({ outcome: 'unknown_category' });
    }
  });

  it('at every revision of any history equals the state that was decided on then', async () => {
    await fc.assert(
      fc.asyncProperty(paymentCommands, async (commands) => {
        const { states, events } = play(commands);
        const told = stateAtOf(events.map((event) => paymentCodec.decode(paymentCodec.encode(event))));
        for (const [index, event] of events.entries()) {
          const found = await told(stream, { revision: BigInt(index) });
          expect(found).toMatchObject({
            causedBy: { type: event.type },
            state: { status: states[index + 1]?.status },
          });
        }
      }),
      { numRuns: 50 },
    );
  });
});
