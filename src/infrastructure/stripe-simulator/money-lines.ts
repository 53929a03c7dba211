import type { Metadata } from './resources.js';

/**
 * One line of the simulator's own book of money. Amounts are in the currency's minor units as Stripe counts
 * them. `gross`, `fee` and `net` move the balance; lines with zeros there (authorizations, declines, releases)
 * are facts without a movement.
 */
export type MoneyLine = {
  readonly at: number;
  readonly kind:
    | 'charge_failed'
    | 'charge_pending'
    | 'charge_authorized'
    | 'charge_captured'
    | 'charge_released'
    | 'refund_created'
    | 'refund_succeeded'
    | 'refund_failed'
    | 'refund_canceled'
    | 'balance_transaction';
  readonly id: string;
  readonly currency: string;
  readonly amount: number;
  readonly payment_intent: string | null;
  readonly charge: string | null;
  readonly refund: string | null;
  readonly gross: number;
  readonly fee: number;
  readonly net: number;
  readonly type: string | null;
  readonly metadata: Metadata;
};

/** Sums of one currency: `gross` = `captured` - `refunded` + `returned` - `disputed`, and `net` = `gross` - `fee`. */
export type CurrencySums = {
  gross: bigint;
  fee: bigint;
  net: bigint;
  captured: bigint;
  refunded: bigint;
  returned: bigint;
  disputed: bigint;
};

/** Adds up the movements of the book per currency, in bigint. */
export function sumsByCurrency(lines: Iterable<MoneyLine>): Map<string, CurrencySums> {
  const sums = new Map<string, CurrencySums>();
  for (const line of lines) {
    if (line.kind !== 'balance_transaction') continue;
    const sum = sums.get(line.currency) ?? zero();
    sum.gross += BigInt(line.gross);
    sum.fee += BigInt(line.fee);
    sum.net += BigInt(line.net);
    if (line.type === 'charge' || line.type === 'payment') sum.captured += BigInt(line.gross);
    else if (line.type === 'refund_failure') sum.returned += BigInt(line.gross);
    else if (line.type === 'adjustment') sum.disputed -= BigInt(line.gross);
    else sum.refunded -= BigInt(line.gross);
    sums.set(line.currency, sum);
  }
  return sums;
}

function zero(): CurrencySums {
  return { gross: 0n, fee: 0n, net: 0n, captured: 0n, refunded: 0n, returned: 0n, disputed: 0n };
}
