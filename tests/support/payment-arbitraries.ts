import fc from 'fast-check';
import type { PaymentCommand } from '../../src/domain/payment/commands.js';
import type { PaymentEvent } from '../../src/domain/payment/events.js';
import type { DisputeSnapshot, IntentSnapshot, RefundSnapshot } from '../../src/domain/payment/intent.js';
import { payment } from '../../src/domain/payment/payment.js';
import type { PaymentState } from '../../src/domain/payment/state.js';
import type { Currency } from '../../src/domain/shared/currency.js';
import { fold } from '../../src/domain/shared/decider.js';
import type { Money } from '../../src/domain/shared/money.js';
import { boundaries } from './boundary-amounts.js';
import { creditId } from './credit-examples.js';
import { at, details, observe, refundId, intent as snapshot, usd } from './payment-examples.js';

/** Small amounts around the payment's 5,000, so that limits are hit often; `paidIn` turns them into those of other payments. */
const minor = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 2499n, 2500n, 2501n, 4999n, 5000n, 5001n, 2n ** 53n),
  fc.bigInt(0n, 6000n),
);
const amount = minor.map(usd);
const charge = fc.constantFrom('ch_1', 'ch_2', 'ch_3');

const decline = fc.option(
  fc.record({
    code: fc.constantFrom('card_declined', 'payment_intent_authentication_failure'),
    declineCode: fc.constantFrom('insufficient_funds', null),
    message: fc.constant('No.'),
    chargeId: fc.option(charge),
  }),
);

const intent: fc.Arbitrary<IntentSnapshot> = fc.record({
  intentId: fc.constantFrom('pi_1', 'pi_1', 'pi_1', 'pi_2'),
  status: fc.constantFrom(
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ),
  amount: fc.constantFrom(usd(5000), usd(5000), usd(5000), usd(4999)),
  received: fc.oneof(fc.constant(usd(5000)), amount),
  chargeId: fc.option(charge),
  balance: fc.option(
    fc.record({
      balanceTransactionId: fc.constantFrom('txn_1', 'txn_2'),
      gross: amount,
      fee: amount,
    }),
  ),
  decline,
});

const refund: fc.Arbitrary<RefundSnapshot> = fc.record({
  providerRefundId: fc.constantFrom('re_a', 're_b', 're_c'),
  refundId: fc.option(fc.integer({ min: 1, max: 3 }).map(refundId)),
  intentId: fc.constant('pi_1'),
  status: fc.constantFrom('pending', 'requires_action', 'succeeded', 'failed', 'canceled'),
  amount,
  failureReason: fc.constantFrom(null, 'lost_or_stolen_card'),
});

const dispute: fc.Arbitrary<DisputeSnapshot> = fc.record({
  providerDisputeId: fc.constantFrom('dp_a', 'dp_b'),
  intentId: fc.constant('pi_1'),
  status: fc.constantFrom(
    'inquiry',
    'inquiry_under_review',
    'needs_response',
    'under_review',
    'won',
    'lost',
    'inquiry_closed',
    'prevented',
  ),
  amount,
  reason: fc.constant('fraudulent'),
  evidenceDueBy: fc.constantFrom(null, at),
  movements: fc.array(
    fc.record({
      balanceTransactionId: fc.constantFrom('txn_d1', 'txn_d2', 'txn_d3'),
      gross: fc.oneof(
        amount,
        amount.map(({ minor, currency }) => ({ minor: -minor, currency })),
      ),
      fee: amount,
    }),
    { maxLength: 2 },
  ),
});

const refusal = fc.constant({ code: 'refused', message: 'No.' });
const person = fc.constantFrom(
  { actor: 'key_1', holder: 'ann' },
  { actor: 'key_2', holder: 'bob' },
  { actor: 'key_3', holder: null },
);
const attempt = fc.integer({ min: 1, max: 3 });

const commandOf5000: fc.Arbitrary<PaymentCommand> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('CreatePayment'),
      at: fc.constant(at),
      details: fc.constant(details),
      confirmWith: fc.constantFrom(null, 'pm_card_visa'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        type: fc.constant('ConfirmPayment'),
        at: fc.constant(at),
        paymentMethod: fc.constant('pm_card_visa'),
        payer: fc.record({ providerCustomerId: fc.constant('cus_1'), offSession: fc.boolean() }),
      },
      { requiredKeys: ['type', 'at', 'paymentMethod'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('CapturePayment'),
      at: fc.constant(at),
      amount: fc.option(amount),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('CancelPayment'), at: fc.constant(at) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('RequestRefund'),
      at: fc.constant(at),
      refundId: fc.integer({ min: 1, max: 3 }).map(refundId),
      amount: fc.option(amount),
      refundReason: fc.constantFrom(null, 'duplicate'),
      secondPerson: fc.option(fc.record({ by: person, from: amount, saysWhy: fc.constant(true) })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('ApproveRefund', 'RejectRefund', 'CancelRefund'),
      at: fc.constant(at),
      refundId: fc.integer({ min: 1, max: 3 }).map(refundId),
      by: person,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('KeepPaymentAsCredit'),
      at: fc.constant(at),
      creditId: fc.constantFrom(creditId(1), creditId(2)),
      amount,
      cause: fc.constantFrom('refund_failed', 'less_due'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('ObserveIntent'),
      at: fc.constant(at),
      intent,
      attempt: fc.option(attempt),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('ObserveRefund'),
      at: fc.constant(at),
      refund,
      adoptAs: fc.integer({ min: 7, max: 9 }).map(refundId),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('ObserveDispute'), at: fc.constant(at), dispute }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('RecordConfirmRefused'),
      at: fc.constant(at),
      attempt,
      refusal,
      final: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('RecordCaptureRefused'), at: fc.constant(at), refusal }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('RecordCancelRefused'), at: fc.constant(at), refusal }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('RecordRefundRefused', 'RecordRefundCancelRefused'),
      at: fc.constant(at),
      refundId: fc.integer({ min: 1, max: 3 }).map(refundId),
      refusal,
    }),
  },
) as fc.Arbitrary<PaymentCommand>;

/** Two decimals, none, three; and the four currencies that Stripe treats in its own way. */
const total: fc.Arbitrary<Money> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(usd(5000)) },
  {
    weight: 3,
    arbitrary: fc.record({
      minor: fc.constantFrom(5000n, ...boundaries),
      currency: fc.constantFrom('USD', 'JPY', 'KWD', 'ISK', 'HUF', 'TWD', 'UGX'),
    }),
  },
);

/** Far above every payment, and yet a few of them can be summed up in a column of 64 bits. */
const most = 2n ** 57n;

/** The same data with every amount in the payment's currency, and as large against its total as it was against 5,000. */
function paidIn<T>(payment: Money, value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if ('minor' in value && typeof value.minor === 'bigint') {
    const scaled = (value.minor * payment.minor) / 5000n;
    const capped = scaled > most ? most : scaled < -most ? -most : scaled;
    return { minor: capped, currency: payment.currency } as T;
  }
  if (Array.isArray(value)) return value.map((each) => paidIn(payment, each)) as T;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, paidIn(payment, each)])) as T;
}

/** What half of the payments begin with, so that enough of them come to hold money. */
const news: fc.Arbitrary<readonly PaymentCommand[]> = fc.constantFrom(
  [],
  [],
  [observe(snapshot('requires_capture'))],
  [observe(snapshot('succeeded'))],
);

/** Commands as they may come, after a creation so that they do not all meet nothing; and one more. */
export const paymentCommandsAndOne: fc.Arbitrary<readonly [readonly PaymentCommand[], PaymentCommand]> = fc
  .tuple(
    total,
    fc.constantFrom(null, 'pm_card_visa'),
    news,
    fc.array(commandOf5000, { maxLength: 40 }),
    commandOf5000,
  )
  .map(([payment, confirmWith, before, rest, one]) =>
    paidIn(payment, [[{ type: 'CreatePayment', at, details, confirmWith }, ...before, ...rest], one]),
  );

export const paymentCommands: fc.Arbitrary<readonly PaymentCommand[]> = paymentCommandsAndOne.map(
  ([commands]) => commands,
);

/** The currency of the payment that such commands create. */
export function currencyOf([first]: readonly PaymentCommand[]): Currency {
  if (first?.type !== 'CreatePayment') throw new TypeError('histories start with a creation');
  return first.details.amount.currency;
}

/** Every state and event that a sequence of commands leads through; rejected commands leave none. */
export function play(commands: readonly PaymentCommand[]): {
  readonly states: readonly PaymentState[];
  readonly events: readonly PaymentEvent[];
} {
  let state = payment.initialState;
  const states = [state];
  const events: PaymentEvent[] = [];
  for (const command of commands) {
    const decision = payment.decide(state, command);
    if (decision.outcome === 'rejected') continue;
    for (const event of decision.events) {
      state = payment.evolve(state, event);
      states.push(state);
      events.push(event);
    }
  }
  return { states, events };
}

export function foldPayment(events: readonly PaymentEvent[]): PaymentState {
  return fold<PaymentState, PaymentEvent>(payment, events);
}
