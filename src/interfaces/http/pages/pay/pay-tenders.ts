import type { AskedTender } from '../../../../application/collection/start-collection.js';
import { spendable } from '../../../../application/collection/start-collection.js';
import type { CreditHandler } from '../../../../application/credit/credit-agenda.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { PaymentGateway } from '../../../../application/ports/payment-gateway.js';
import type { IssuedInvoice } from '../../../../domain/invoice/state.js';
import type { Money } from '../../../../domain/shared/money.js';
import { isZero, smaller, subtract, zero } from '../../../../domain/shared/money.js';

type Chosen = {
  readonly use_credit?: 'yes' | undefined;
  /** The provider's name for a card. */
  readonly payment_method?: string | undefined;
};

/** What an amount of an invoice is paid with, as its payer chose. */
export function createPayTenders(parts: {
  readonly credits: Pick<CreditHandler, 'load'>;
  readonly gateway: Pick<PaymentGateway, 'refuseAmount'>;
  readonly clock: Clock;
}) {
  const { credits, gateway, clock } = parts;

  /** What the customer's credit would pay of an amount now. */
  async function creditFor({ details }: IssuedInvoice, amount: Money): Promise<Money> {
    const { state } = await credits.load(details.customerId);
    const available = spendable(state, amount, clock.now());
    return smaller(available, amount);
  }

  /** Credit first, where it is wanted, and a card for the rest; a text says why there is nothing to pay with. */
  async function tendersOf(
    invoice: IssuedInvoice,
    amount: Money,
    { use_credit: useCredit, payment_method: paymentMethod }: Chosen,
  ): Promise<readonly AskedTender[] | string> {
    const credit = useCredit === 'yes' ? await creditFor(invoice, amount) : zero(amount.currency);
    const rest = subtract(amount, credit);
    const byCredit: AskedTender[] = isZero(credit) ? [] : [{ kind: 'credit', amount: credit.minor }];
    if (isZero(rest)) return byCredit;
    const refusal = gateway.refuseAmount(rest, 'charge');
    if (refusal !== null) return `A card cannot pay the rest: ${refusal.message}`;
    if (paymentMethod === undefined) return 'Choose a card to pay with.';
    return [...byCredit, { kind: 'card', paymentMethod, offSession: false, amount: null }];
  }

  return { creditFor, tendersOf };
}
