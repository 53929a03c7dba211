import type { RecordedEvent } from '../../src/application/ports/event-store.js';
import { completeAction } from '../../src/infrastructure/stripe-simulator/authentication.js';
import { settleProcessing } from '../../src/infrastructure/stripe-simulator/bank-settlement.js';
import {
  answerDispute,
  closeDispute,
  escalateDispute,
  openDispute,
} from '../../src/infrastructure/stripe-simulator/disputes.js';
import { holdRefund, undoRefund } from '../../src/infrastructure/stripe-simulator/refunds.js';
import { details, refundId, required, usd } from '../support/payment-examples.js';
import type { Command, Deployment, Stripe } from './deployment.js';

/** What happens to a payment, and how much of it we know when Stripe's webhooks begin to come. */
export type Flow = {
  readonly name: string;
  play(deployment: Deployment, stripe: Stripe): Promise<void>;
  /** The history that is known: up to the last fact of this type, which Stripe's answer does not follow. */
  readonly knownUpTo:
    | 'PaymentConfirmRequested'
    | 'PaymentActionRequired'
    | 'RefundRequested'
    | 'RefundSucceeded'
    | 'RefundCancelRequested'
    | 'PaymentCaptured';
  /** The status in which the payment ends. */
  readonly ends: string;
};

const create = (confirmWith: string, captureMethod: 'automatic' | 'manual' = 'automatic'): Command => ({
  type: 'CreatePayment',
  details: { ...details, captureMethod },
  confirmWith,
});
const refund = (n: number, minor: number): Command => ({
  type: 'RequestRefund',
  secondPerson: null,
  refundId: refundId(n),
  amount: usd(minor),
  refundReason: null,
});

function intentOf({ core }: Stripe) {
  return required([...core.world.store.values('payment_intent')][0]);
}

function authenticate(stripe: Stripe, outcome: 'succeed' | 'fail'): void {
  completeAction(stripe.core.world, intentOf(stripe), outcome);
  stripe.core.commitAndSend();
}

async function refundOutside({ pipeline, core }: Stripe, amount: number): Promise<void> {
  const intent = required([...core.world.store.values('payment_intent')][0]);
  const outcome = await pipeline.handle({
    ...{
      method: 'POST',
      path: '/v1/refunds',
      query: '',
      body: `payment_intent=${intent.id}&amount=${amount}`,
    },
    headers: { authorization: 'Bearer sk_test_confluence', 'idempotency-key': `dashboard ${amount}` },
  });
  if (typeof outcome === 'string' || outcome.status !== 200) throw new TypeError('the refund was not made');
}

/** The bank sends the latest refund of this amount back. */
function failRefund({ core }: Stripe, amount: number): void {
  const made = [...core.world.store.values('refund')].find((candidate) => candidate.amount === amount);
  undoRefund(core.world, null, required(made), 'failed');
  core.commitAndSend();
}

/** The provider waits for the customer's bank details. */
function holdLatest({ core }: Stripe): void {
  holdRefund(core.world, required([...core.world.store.values('refund')].at(-1)));
  core.commitAndSend();
}

/** The customer's bank asks, takes the charge back, is told why not and gives in. */
function disputeAndWin({ core }: Stripe): void {
  const { world } = core;
  const charge = required([...world.store.values('charge')][0]);
  const inquiry = { amount: charge.amount_captured, reason: 'fraudulent', inquiry: true };
  for (let dispute = openDispute(world, charge, inquiry); ; ) {
    core.commitAndSend();
    if (dispute.status === 'won') return;
    if (dispute.status === 'warning_needs_response') dispute = escalateDispute(world, dispute);
    else if (dispute.status === 'needs_response') dispute = answerDispute(world, dispute);
    else dispute = closeDispute(world, dispute, 'won');
  }
}

export const flows: readonly Flow[] = [
  {
    name: 'card payment',
    play: (us) => us.run(create('pm_card_visa')),
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: 'authorization, captured whole',
    async play(us) {
      await us.run(create('pm_card_visa', 'manual'));
      await us.run({ type: 'CapturePayment', amount: null });
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: 'authorization, captured in part',
    async play(us) {
      await us.run(create('pm_card_visa', 'manual'));
      await us.run({ type: 'CapturePayment', amount: usd(3000) });
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: 'authorization, canceled',
    async play(us) {
      await us.run(create('pm_card_visa', 'manual'));
      await us.run({ type: 'CancelPayment' });
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'canceled',
  },
  {
    name: 'decline, then another card',
    async play(us) {
      await us.run(create('pm_card_chargeCustomerFail'));
      await us.run({ type: 'ConfirmPayment', paymentMethod: 'pm_card_visa' });
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: '3-D Secure, passed',
    async play(us, stripe) {
      await us.run(create('pm_card_threeDSecure2Required'));
      authenticate(stripe, 'succeed');
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: '3-D Secure, failed',
    async play(us, stripe) {
      await us.run(create('pm_card_threeDSecure2Required'));
      authenticate(stripe, 'fail');
    },
    knownUpTo: 'PaymentActionRequired',
    ends: 'requires_payment_method',
  },
  {
    name: 'bank debit, settled days later',
    async play(us, stripe) {
      await us.run(create('pm_usBankAccount_success'));
      settleProcessing(stripe.core.world, intentOf(stripe), 'succeed');
      stripe.core.commitAndSend();
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: 'two partial refunds',
    async play(us) {
      await us.run(create('pm_card_visa'));
      await us.run(refund(1, 1000), refund(2, 1500));
    },
    knownUpTo: 'RefundRequested',
    ends: 'captured',
  },
  {
    name: 'refund that fails later',
    async play(us, stripe) {
      await us.run(create('pm_card_visa'));
      await us.run(refund(1, 1000));
      failRefund(stripe, 1000);
    },
    knownUpTo: 'RefundRequested',
    ends: 'captured',
  },
  {
    name: 'refund from the dashboard, payment known',
    async play(us, stripe) {
      await us.run(create('pm_card_visa'));
      await refundOutside(stripe, 700);
    },
    knownUpTo: 'PaymentCaptured',
    ends: 'captured',
  },
  {
    name: 'refund from the dashboard, payment in doubt',
    async play(us, stripe) {
      await us.run(create('pm_card_visa'));
      await refundOutside(stripe, 700);
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
  {
    name: 'refund that fails, and a larger one from the dashboard',
    async play(us, stripe) {
      await us.run(create('pm_card_visa'));
      await us.run(refund(1, 3000));
      failRefund(stripe, 3000);
      await refundOutside(stripe, 4000);
    },
    knownUpTo: 'RefundSucceeded',
    ends: 'captured',
  },
  {
    name: 'refund that is canceled here, and the answer is lost',
    async play(us, stripe) {
      await us.run(create('pm_card_pendingRefund'));
      await us.run(refund(1, 1000));
      holdLatest(stripe);
      await us.run({ type: 'CancelRefund', refundId: refundId(1), by: { actor: 'key_1', holder: null } });
    },
    knownUpTo: 'RefundCancelRequested',
    ends: 'captured',
  },
  {
    name: 'inquiry that becomes a dispute, and is won',
    async play(us, stripe) {
      await us.run(create('pm_card_visa'));
      disputeAndWin(stripe);
    },
    knownUpTo: 'PaymentConfirmRequested',
    ends: 'captured',
  },
];

export function knownOf(flow: Flow, log: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const last = log.findLastIndex(({ type }) => type === flow.knownUpTo);
  return log.slice(0, last + 1);
}
