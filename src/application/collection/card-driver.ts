import type { PaymentCommand } from '../../domain/payment/commands.js';
import { lostToDisputes } from '../../domain/payment/dispute.js';
import type { Payer } from '../../domain/payment/events.js';
import type { Captured, ExistingPayment, PaymentState, Refusals } from '../../domain/payment/state.js';
import { refundable, refusalsOf } from '../../domain/payment/state.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, subtract } from '../../domain/shared/money.js';
import type { CustomerHandler } from '../customer/customer-effects.js';
import type { HandledPayment } from '../payment/payment-effects.js';
import { refundIdOf } from '../payment/payment-ids.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { later } from '../webhook/retry-schedule.js';
import type { LegOf, LegProgress, TenderDriver } from './tender-driver.js';
import { stepMetadata } from './tender-driver.js';

/** Payments as the driver needs them: with the provider asked at once, or by a worker afterwards. */
export type RunPayment = {
  load(paymentId: string): Promise<Loaded<PaymentState>>;
  run(paymentId: string, command: PaymentCommand, metadata: EventMetadata): Promise<HandledPayment>;
};

const firstWaitMs = 15_000;
const waitFactor = 4;
const longestWaitMs = 24 * 3_600_000;

const waiting: LegProgress = { outcome: 'waiting' };
const released: LegProgress = { outcome: 'released' };

/** A leg by card is a payment of its own, which is authorized, captured, canceled or refunded as any other. */
export function createCardDriver(parts: {
  readonly payments: RunPayment;
  readonly customers: Pick<CustomerHandler, 'load'>;
  readonly clock: Clock;
}): TenderDriver<'card'> {
  const { payments, customers, clock } = parts;

  async function reserve(part: LegOf<'card'>): Promise<LegProgress> {
    const { tender } = part.leg;
    const { state } = await payments.load(tender.paymentId);
    if (state.status !== 'absent') return standing(state, tender.capture);
    const created = await create(part, tender.paymentMethod);
    return created.status === 'absent' ? waiting : standing(created, tender.capture);
  }

  /** @param confirmWith null makes a payment that asks nobody for anything */
  async function create(part: LegOf<'card'>, confirmWith: string | null): Promise<PaymentState> {
    const { leg, details } = part;
    const { paymentId, offSession, capture } = leg.tender;
    const { customerId, collectionId } = details;
    const command: PaymentCommand = {
      type: 'CreatePayment',
      at: clock.now(),
      details: {
        paymentId,
        amount: leg.amount,
        captureMethod: capture,
        customerId,
        orderId: null,
        description: null,
        metadata: {},
        collectionId,
      },
      confirmWith,
      ...(await payerOf(customerId, offSession)),
    };
    const step = confirmWith === null ? 'payment that is not to be' : 'payment';
    return (await payments.run(paymentId, command, stepMetadata(part, step))).state;
  }

  /** The customer as the provider knows it, without whom a saved method cannot be charged. */
  async function payerOf(customerId: CustomerId, offSession: boolean): Promise<{ readonly payer?: Payer }> {
    const { state } = await customers.load(customerId);
    if (state.status === 'absent' || state.provider.status !== 'linked') return {};
    return { payer: { providerCustomerId: state.provider.providerCustomerId, offSession } };
  }

  async function take(part: LegOf<'card'>): Promise<LegProgress> {
    const { paymentId } = part.leg.tender;
    const { state } = await payments.load(paymentId);
    if (state.status !== 'authorized') return afterCapture(state);
    const captured = await payments.run(
      paymentId,
      { type: 'CapturePayment', at: clock.now(), amount: null },
      stepMetadata(part, 'capture'),
    );
    return afterCapture(captured.state);
  }

  async function release(part: LegOf<'card'>): Promise<LegProgress> {
    const { paymentId } = part.leg.tender;
    let { state, revision } = await payments.load(paymentId);
    if (state.status === 'absent') {
      // A process that was frozen may still be about to create it. It then finds one that is canceled already.
      await create(part, null);
      ({ state, revision } = await payments.load(paymentId));
    }
    // Each revision is asked about once. A refusal is a new revision too, so that what was refused waits before it is asked again.
    const metadata = stepMetadata(part, `release at ${revision ?? 'no_stream'}`);
    const at = clock.now();
    switch (state.status) {
      case 'absent':
      case 'canceled':
      case 'failed':
        return released;
      case 'confirming':
      case 'capturing':
      case 'canceling':
        return waiting;
      case 'requires_payment_method':
      case 'requires_action':
      case 'processing':
      case 'authorized': {
        if (isTooSoon(state.attempts.cancelRefusals, at)) return waiting;
        const after = await payments.run(paymentId, { type: 'CancelPayment', at }, metadata);
        return after.state.status === 'canceled' ? released : waiting;
      }
      case 'captured': {
        const left = toGiveBack(state);
        if (!isPositive(left)) return afterRefund(state);
        if (isTooSoon(refusalsOf(state, left), at)) return waiting;
        const refundId = refundIdOf(commandIdOf('refund of leg', `${paymentId} at ${revision}`));
        const asked = { amount: left, refundReason: null, secondPerson: null } as const;
        const refund = { type: 'RequestRefund', at, refundId, ...asked } as const;
        return afterRefund((await payments.run(paymentId, refund, metadata)).state);
      }
    }
  }

  return { reserve, take, release };
}

/**
 * What the provider refused it may refuse for ever, and each time leaves two facts: it is asked again after 15 seconds, after one
 * minute more, four, sixteen, ... and in the end once a day.
 */
function isTooSoon(refusals: Refusals | null, now: Instant): boolean {
  if (refusals === null) return false;
  const waitMs = Math.min(firstWaitMs * waitFactor ** (refusals.count - 1), longestWaitMs);
  return now < later(refusals.lastAt, waitMs);
}

/** Where a payment that was asked for stands; a decline ends the leg, whoever might pay with another card. */
function standing(state: ExistingPayment, capture: 'automatic' | 'manual'): LegProgress {
  switch (state.status) {
    case 'captured':
      return { outcome: 'settled' };
    case 'authorized':
      return capture === 'manual' ? { outcome: 'reserved' } : waiting;
    case 'confirming':
    case 'requires_action':
    case 'processing':
    case 'capturing':
    case 'canceling':
      return waiting;
    case 'requires_payment_method':
    case 'failed':
    case 'canceled':
      return refusalOf(state);
  }
}

function refusalOf(state: ExistingPayment): LegProgress {
  const refusal = state.status === 'failed' ? state.refusal : (state.attempts.lastDecline ?? notPaid);
  return { outcome: 'failed', code: refusal.code, message: refusal.message };
}

const notPaid = { code: 'payment_not_completed', message: 'The payment was not completed.' };

function afterCapture(state: PaymentState): LegProgress {
  switch (state.status) {
    case 'captured':
      return { outcome: 'settled' };
    case 'capturing':
      return waiting;
    case 'authorized':
      return {
        outcome: 'failed',
        code: 'capture_refused',
        message: 'The provider did not capture the authorization.',
      };
    case 'absent':
    case 'confirming':
    case 'requires_payment_method':
    case 'requires_action':
    case 'processing':
    case 'canceling':
    case 'canceled':
    case 'failed':
      return {
        outcome: 'failed',
        code: 'authorization_lost',
        message: 'The authorization is not there any more.',
      };
  }
}

/**
 * What was not given back in any way. While a dispute is open the provider refuses, and is asked again later; what is lost by one
 * the customer has from the bank, and is not to get twice.
 */
function toGiveBack(payment: Captured): Money {
  return subtract(refundable(payment), lostToDisputes(payment));
}

/** Whatever left is with the provider counts as given back; a refund that nobody took on does not. */
function afterRefund(state: PaymentState): LegProgress {
  if (state.status !== 'captured' || isPositive(toGiveBack(state))) return waiting;
  return state.refunds.some(({ status }) => status === 'requested') ? waiting : released;
}
