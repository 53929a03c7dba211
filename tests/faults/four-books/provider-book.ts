/** Book 4: what the provider's own journal says it did, added up here from its lines. */

export type MoneyLine = {
  readonly kind: string;
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
  readonly metadata: Readonly<Record<string, string>>;
};

type ProviderRefund = {
  readonly id: string;
  /** Our id, as it travelled in the metadata. */
  readonly refund: string | null;
  readonly amount: bigint;
  readonly currency: string;
  returned: boolean;
};

export type ProviderPayment = {
  readonly id: string;
  readonly currency: string;
  readonly intents: Set<string>;
  authorizations: number;
  captures: number;
  captured: bigint;
  declines: number;
  readonly refunds: Map<string, ProviderRefund>;
};

/** What disputes moved stands apart from what charges and refunds did; `net` is of all. */
type Cash = { gross: bigint; fees: bigint; net: bigint; disputed: bigint; disputeFees: bigint };

export const noCash: Readonly<Cash> = { gross: 0n, fees: 0n, net: 0n, disputed: 0n, disputeFees: 0n };

export type ProviderBook = {
  /** By our payment id in the metadata; charges without one stand under `unknown`. */
  readonly payments: ReadonlyMap<string, ProviderPayment>;
  /** By currency, in capitals. */
  readonly cash: ReadonlyMap<string, Cash>;
};

export function addUp(lines: readonly MoneyLine[]): ProviderBook {
  const payments = new Map<string, ProviderPayment>();
  const cash = new Map<string, Cash>();
  for (const line of lines) {
    const currency = line.currency.toUpperCase();
    if (line.kind === 'balance_transaction') {
      const sum = cash.get(currency) ?? { ...noCash };
      if (line.type === 'adjustment') {
        sum.disputed -= BigInt(line.gross);
        sum.disputeFees += BigInt(line.fee);
      } else {
        sum.gross += BigInt(line.gross);
        sum.fees += BigInt(line.fee);
      }
      sum.net += BigInt(line.net);
      cash.set(currency, sum);
      continue;
    }
    const id = line.metadata['counterfoil_payment'] ?? 'unknown';
    const payment = payments.get(id) ?? {
      id,
      currency,
      intents: new Set<string>(),
      authorizations: 0,
      captures: 0,
      captured: 0n,
      declines: 0,
      refunds: new Map<string, ProviderRefund>(),
    };
    payments.set(id, payment);
    if (line.payment_intent !== null) payment.intents.add(line.payment_intent);
    note(payment, line);
  }
  return { payments, cash };
}

function note(payment: ProviderPayment, line: MoneyLine): void {
  const refund = line.refund === null ? undefined : payment.refunds.get(line.refund);
  switch (line.kind) {
    case 'charge_authorized':
      payment.authorizations += 1;
      break;
    case 'charge_failed':
      payment.declines += 1;
      break;
    case 'charge_captured':
      payment.captures += 1;
      payment.captured += BigInt(line.amount);
      break;
    case 'refund_created':
      payment.refunds.set(line.refund ?? line.id, {
        id: line.refund ?? line.id,
        refund: line.metadata['counterfoil_refund'] ?? null,
        amount: BigInt(line.amount),
        currency: line.currency.toUpperCase(),
        returned: false,
      });
      break;
    case 'refund_failed':
    case 'refund_canceled':
      if (refund !== undefined) refund.returned = true;
      break;
  }
}

/** Reads the journal of a running simulator, a page at a time. */
export async function readProviderBook(simulatorUrl: string): Promise<ProviderBook> {
  const answer = await fetch(new URL('/sim/journal', simulatorUrl));
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`);
  const { lines } = (await answer.json()) as { lines: readonly MoneyLine[] };
  return addUp(lines);
}
