import { describe, expect, it } from '@jest/globals';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import { createPaymentEffects } from '../../../src/application/payment/payment-effects.js';
import type { EventMetadata } from '../../../src/application/ports/event-store.js';
import type { PaymentGateway } from '../../../src/application/ports/payment-gateway.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { foldPayment } from '../../support/payment-arbitraries.js';
import {
  at,
  authorized,
  cancelRequested,
  captured,
  captureRequested,
  confirmRequested,
  created,
  paymentId,
  refundId,
  refundInitiated,
  refundRequested,
  required,
} from '../../support/payment-examples.js';

const later = required(parseInstant('2026-11-01T10:30:00.000Z'));
const because: EventMetadata = {
  commandId: '0193f1a0-0000-7000-8000-0000000000aa',
  correlationId: 'test',
  causationId: 'test',
  actor: { kind: 'system', id: 'test' },
  reason: null,
};
const cancelRefund = (when: Instant): PaymentEvent => ({
  type: 'RefundCancelRequested',
  at: when,
  refundId: refundId(1),
});
const refused = { code: 'refused', message: 'No.' };

/** A gateway that must not be asked. */
const unasked = new Proxy({} as PaymentGateway, {
  get: (_target, name) => () => {
    throw new Error(`the provider was asked to ${String(name)}`);
  },
});

describe('carrying out a recorded request', () => {
  it.each<[string, readonly PaymentEvent[], PaymentEvent]>([
    [
      'a capture that was refused, while another one is open',
      [
        captureRequested(5000),
        { type: 'PaymentCaptureRefused', at: later, ...refused },
        { ...captureRequested(2000), at: later },
      ],
      captureRequested(5000),
    ],
    [
      'a cancellation that was refused, while another one is open',
      [
        cancelRequested,
        { type: 'PaymentCancelRefused', at: later, ...refused },
        { ...cancelRequested, at: later },
      ],
      cancelRequested,
    ],
    [
      'a cancellation of a refund that was refused, while another one is open',
      [
        captured(),
        refundRequested(1, 1000),
        refundInitiated(1, 1000),
        cancelRefund(at),
        { type: 'RefundCancelRefused', at: later, refundId: refundId(1), ...refused },
        cancelRefund(later),
      ],
      cancelRefund(at),
    ],
  ])('does not repeat %s', async (_name, since, request) => {
    const handler = createCommandHandler({
      eventStore: new InMemoryEventStore(),
      decider: payment,
      codec: paymentCodec,
      category: 'payment',
    });
    const effects = createPaymentEffects({ handler, gateway: unasked, clock: systemClock });
    const state = foldPayment([created, confirmRequested(), authorized(), ...since]);
    const outcome = await effects.perform(paymentId, { id: 'f1', event: request }, because, {
      state,
      revision: 5n,
    });
    expect(outcome.outcome).toBe('settled');
  });
});
