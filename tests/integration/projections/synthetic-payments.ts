import { v5 } from 'uuid';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type {
  EventMetadata,
  EventToAppend,
  RecordedEvent,
  StreamName,
} from '../../../src/application/ports/event-store.js';
import { eventIdOf } from '../../../src/application/shared/event-ids.js';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentId, RefundId } from '../../../src/domain/shared/ids.js';
import { parsePaymentId, parseRefundId } from '../../../src/domain/shared/ids.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { money } from '../../../src/domain/shared/money.js';
import { required } from '../../support/payment-examples.js';

/** One payment's whole history, ready to be appended to its stream. */
type SyntheticPayment = {
  readonly id: PaymentId;
  readonly stream: StreamName;
  readonly events: readonly PaymentEvent[];
  readonly toAppend: readonly EventToAppend[];
};

const namespace = 'c0a4c7b4-6f2c-5b1e-9a55-0d1f0c6a7b11';
const currencies = ['USD', 'EUR', 'JPY', 'KWD'] as const;
const firstInstant = Date.UTC(2026, 0, 1);

/**
 * The n-th of a fixed sequence of payments, decided by the real rules: captured ones with and without refunds, declined
 * ones and canceled ones, about six events each, and one in 160 that is disputed. The same number gives the same ids and events.
 */
function syntheticPayment(n: number): SyntheticPayment {
  const uuid = v5(`payment ${n}`, namespace);
  const id = required(parsePaymentId(`pay_${uuid}`));
  const events: PaymentEvent[] = [];
  const toAppend: EventToAppend[] = [];
  let state = payment.initialState;
  for (const [step, command] of commandsOf(n, id).entries()) {
    const decision = payment.decide(state, command);
    if (decision.outcome === 'rejected') throw new Error(`a synthetic ${command.type} was rejected`);
    state = decision.events.reduce(payment.evolve, state);
    const metadata = metadataOf(v5(`${uuid} ${step}`, namespace), n);
    decision.events.forEach((event, index) => {
      events.push(event);
      toAppend.push({ id: eventIdOf(metadata.commandId, index), ...paymentCodec.encode(event), metadata });
    });
  }
  return { id, stream: `payment-${id}`, events, toAppend };
}

/**
 * The histories of `count` payments in one global order in which neighbours overlap, as a store would hand them out.
 * Lazy, so that a million of them need no memory.
 */
export function* syntheticLog(count: number): Generator<RecordedEvent> {
  const window = 10;
  let position = 0n;
  for (let first = 0; first < count; first += window) {
    const group = Array.from({ length: Math.min(window, count - first) }, (_, n) =>
      syntheticPayment(first + n),
    );
    const longest = Math.max(...group.map(({ toAppend }) => toAppend.length));
    for (let revision = 0; revision < longest; revision += 1) {
      for (const { stream, toAppend } of group) {
        const event = toAppend[revision];
        if (event === undefined) continue;
        position += 1n;
        const recordedAt = new Date(firstInstant + Number(position)).toISOString() as Instant;
        yield { ...event, stream, revision: BigInt(revision), position, recordedAt };
      }
    }
  }
}

function commandsOf(n: number, id: PaymentId): readonly PaymentCommand[] {
  const at = new Date(firstInstant + n * 1_000).toISOString() as Instant;
  const currency = currencies[n % currencies.length] ?? 'USD';
  const amount = money(1_000n + BigInt(n % 997), currency);
  const captureMethod = n % 3 === 0 ? 'manual' : 'automatic';
  const intent = {
    intentId: `pi_${n}`,
    amount,
    received: money(0n, currency),
    chargeId: `ch_${n}`,
    balance: null,
    decline: null,
  };
  const paid = {
    ...intent,
    received: amount,
    status: 'succeeded' as const,
    balance: { balanceTransactionId: `txn_${n}`, gross: amount, fee: money(30n, currency) },
  };
  const create: PaymentCommand = {
    type: 'CreatePayment',
    at,
    details: {
      paymentId: id,
      amount,
      captureMethod,
      customerId: null,
      orderId: null,
      description: `Payment ${n}`,
      metadata: {},
    },
    confirmWith: 'pm_card_visa',
  };
  const observe = (snapshot: typeof paid | (Omit<typeof paid, 'status'> & { status: 'requires_capture' })) =>
    ({ type: 'ObserveIntent', at, intent: snapshot, attempt: null }) satisfies PaymentCommand;
  const authorized = observe({ ...intent, balance: paid.balance, status: 'requires_capture' });
  if (n % 10 === 7) {
    const refusal = { code: 'card_declined', message: 'Your card was declined.' };
    return [create, { type: 'RecordConfirmRefused', at, attempt: 1, refusal, final: n % 20 === 7 }];
  }
  if (n % 10 === 9) return [create, authorized, { type: 'CancelPayment', at }];
  const capture: readonly PaymentCommand[] =
    captureMethod === 'manual'
      ? [authorized, { type: 'CapturePayment', at, amount: null }, observe(paid)]
      : [observe(paid)];
  return [
    ...[create, ...capture],
    ...(n % 5 === 0 ? refundOf(n, at, amount) : []),
    ...(n % 160 === 151 ? disputeOf(n, at, amount) : []),
  ];
}

function refundOf(n: number, at: Instant, whole: ReturnType<typeof money>): readonly PaymentCommand[] {
  const refundId: RefundId = required(parseRefundId(`re_${v5(`refund ${n}`, namespace)}`));
  const amount = n % 10 === 0 ? whole : money(whole.minor / 3n, whole.currency);
  const status = n % 15 === 0 ? 'failed' : 'succeeded';
  const news = { providerRefundId: `re_stripe_${n}`, refundId, intentId: `pi_${n}`, amount };
  return [
    {
      ...{ type: 'RequestRefund', at, refundId, amount },
      ...{ refundReason: 'requested_by_customer', secondPerson: null },
    },
    {
      type: 'ObserveRefund',
      at,
      adoptAs: refundId,
      refund: { ...news, status, failureReason: status === 'failed' ? 'unknown' : null },
    },
  ];
}

/** Opened, answered and decided, with what it took and, where it is won, brought back. */
function disputeOf(n: number, at: Instant, amount: ReturnType<typeof money>): readonly PaymentCommand[] {
  const fee = money(15n, amount.currency);
  const taken = { balanceTransactionId: `txn_d${n}`, gross: money(-amount.minor, amount.currency), fee };
  const back = { balanceTransactionId: `txn_b${n}`, gross: amount, fee: money(0n, amount.currency) };
  const decided = n % 3 === 0 ? ('won' as const) : ('lost' as const);
  const news = (['needs_response', 'under_review', decided] as const).map((status) => ({
    ...{ providerDisputeId: `dp_${n}`, intentId: `pi_${n}`, status, amount, reason: 'fraudulent' },
    ...{ evidenceDueBy: at, movements: status === 'won' ? [taken, back] : [taken] },
  }));
  return news.map((dispute) => ({ type: 'ObserveDispute', at, dispute }));
}

function metadataOf(commandId: string, n: number): EventMetadata {
  return {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    actor: { kind: 'api_key', id: `key_${n % 7}` },
    reason: null,
  };
}
