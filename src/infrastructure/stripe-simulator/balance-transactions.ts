import { amountStep, decimalsOf } from './currencies.js';
import type { JsonObject } from './json.js';
import type { MoneyLine } from './money-lines.js';
import type { BalanceTransaction, Charge, Dispute, Refund } from './resources.js';
import type { World } from './world.js';

const DAY_SECONDS = 24 * 3600;
/** Card funds become available two days after the charge, as for a US account. */
const SETTLEMENT_SECONDS = 2 * DAY_SECONDS;

/**
 * The simulator's fee: 2.9 % rounded half up, plus 30 minor units (300 in three-decimal currencies, 30 whole
 * units in zero-decimal ones), rounded up to the currency's step and never more than the amount.
 */
function processingFee(amount: bigint, currency: string): bigint {
  const step = BigInt(amountStep(currency));
  const fixed = decimalsOf(currency) === 3 ? 300n : 30n;
  const exact = (amount * 29n + 500n) / 1000n + fixed;
  const stepped = ((exact + step - 1n) / step) * step;
  return stepped < amount ? stepped : amount;
}

/** Books the proceeds of a captured charge. */
export function bookCharge(
  world: World,
  charge: Charge,
  captured: number,
  funds: 'pending' | 'available',
): BalanceTransaction {
  const fee = Number(processingFee(BigInt(captured), charge.currency));
  return book(world, {
    type: charge.payment_method_details.type === 'card' ? 'charge' : 'payment',
    amount: captured,
    fee,
    charge,
    refund: null,
    availableAfter: funds === 'available' ? 0 : SETTLEMENT_SECONDS,
    reportingCategory: 'charge',
  });
}

/** Books money going back to the customer; Stripe keeps the fee of the charge. */
export function bookRefund(world: World, charge: Charge, refund: Refund): BalanceTransaction {
  return book(world, {
    type: charge.payment_method_details.type === 'card' ? 'refund' : 'payment_refund',
    amount: -refund.amount,
    fee: 0,
    charge,
    refund,
    availableAfter: 0,
    reportingCategory: 'refund',
  });
}

/** Books the return of a refund that did not reach the customer. */
export function bookRefundFailure(world: World, charge: Charge, refund: Refund): BalanceTransaction {
  return book(world, {
    type: 'refund_failure',
    amount: refund.amount,
    fee: 0,
    charge,
    refund,
    availableAfter: 0,
    reportingCategory: 'refund_failure',
  });
}

/** Books what a dispute takes, with its fee, which the customer's bank does not give back. */
export function bookDispute(world: World, charge: Charge, dispute: Dispute): BalanceTransaction {
  return book(world, {
    type: 'adjustment',
    amount: -dispute.amount,
    fee: decimalsOf(charge.currency) === 3 ? 15_000 : 1_500,
    charge,
    refund: null,
    dispute,
    availableAfter: 0,
    reportingCategory: 'dispute',
  });
}

/** Books the return of what a dispute took that was won. */
export function bookDisputeReturn(world: World, charge: Charge, dispute: Dispute): BalanceTransaction {
  return book(world, {
    type: 'adjustment',
    amount: dispute.amount,
    fee: 0,
    charge,
    refund: null,
    dispute,
    availableAfter: 0,
    reportingCategory: 'dispute_reversal',
  });
}

type Booking = {
  readonly type: BalanceTransaction['type'];
  readonly amount: number;
  readonly fee: number;
  readonly charge: Charge;
  readonly refund: Refund | null;
  readonly dispute?: Dispute;
  readonly availableAfter: number;
  readonly reportingCategory: string;
};

function book(world: World, booking: Booking): BalanceTransaction {
  const { charge, refund, amount, fee } = booking;
  const created = world.clock.nowSeconds();
  const net = Number(BigInt(amount) - BigInt(fee));
  const transaction = world.store.put('balance_transaction', {
    id: world.ids.mint('txn_3'),
    object: 'balance_transaction',
    amount,
    available_on: created + booking.availableAfter,
    balance_type: 'payments',
    created,
    currency: charge.currency,
    description: charge.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: charge.currency,
              description: booking.dispute === undefined ? 'Stripe processing fees' : 'Dispute fee',
              type: 'stripe_fee',
            },
          ],
    net,
    reporting_category: booking.reportingCategory,
    source: refund?.id ?? booking.dispute?.id ?? charge.id,
    status: 'pending',
    type: booking.type,
  });
  note(world, 'balance_transaction', charge, refund, {
    id: transaction.id,
    amount,
    gross: amount,
    fee,
    net,
    type: booking.type,
  });
  return transaction;
}

/** Adds a line to the book of money: by default a fact without a movement of the balance. */
export function note(
  world: World,
  kind: MoneyLine['kind'],
  charge: Charge,
  refund: Refund | null,
  detail: Partial<Pick<MoneyLine, 'id' | 'amount' | 'gross' | 'fee' | 'net' | 'type'>> = {},
): void {
  world.store.recordMoney({
    at: world.clock.nowSeconds(),
    kind,
    id: refund?.id ?? charge.id,
    currency: charge.currency,
    amount: refund?.amount ?? charge.amount,
    payment_intent: charge.payment_intent,
    charge: charge.id,
    refund: refund?.id ?? null,
    gross: 0,
    fee: 0,
    net: 0,
    type: null,
    metadata: refund?.metadata ?? charge.metadata,
    ...detail,
  });
}

/** `GET /v1/balance`: available and pending sums per currency. */
export function balanceObject(world: World): JsonObject {
  const now = world.clock.nowSeconds();
  const available = new Map<string, bigint>();
  const pending = new Map<string, bigint>();
  for (const { currency, net, available_on } of world.store.values('balance_transaction')) {
    const side = available_on <= now ? available : pending;
    side.set(currency, (side.get(currency) ?? 0n) + BigInt(net));
  }
  const currencies = [...new Set(['usd', ...available.keys(), ...pending.keys()])];
  const entries = (side: ReadonlyMap<string, bigint>): JsonObject[] =>
    currencies.map((currency) => {
      const amount = Number(side.get(currency) ?? 0n);
      return { amount, currency, source_types: { card: amount } };
    });
  return {
    object: 'balance',
    available: entries(available),
    connect_reserved: currencies.map((currency) => ({ amount: 0, currency })),
    livemode: false,
    pending: entries(pending),
  };
}
