import type { Discrepancy, FourBooks } from './discrepancy.js';
import { found } from './discrepancy.js';
import type { ProviderPayment } from './provider-book.js';
import type { FoldedPayment } from './streams-book.js';

/** Book 2 against 4: what we say that happened, and what the provider says. */
export function* streamsAgainstProvider({ streams, provider }: FourBooks): Generator<Discrepancy> {
  for (const [id, there] of provider.payments) {
    const payment = streams.payments.get(id);
    if (payment === undefined) {
      yield found('provider_differs', id, 'the provider has a payment that no stream tells of');
    } else {
      yield* paymentAgainstProvider(payment, there);
    }
  }
  for (const [id, payment] of streams.payments) {
    const quiet = payment.captured === 0n && payment.refunds.size === 0;
    if (!quiet && !provider.payments.has(id)) {
      yield found('provider_differs', id, `${payment.captured} captured that the provider knows nothing of`);
    }
  }
}

function* paymentAgainstProvider(payment: FoldedPayment, there: ProviderPayment): Generator<Discrepancy> {
  const { id } = payment;
  if (there.intents.size > 1) {
    yield found('doubled_effect', id, `the provider has ${there.intents.size} payments for it`);
  }
  if (there.captures > 1) yield found('doubled_effect', id, `captured ${there.captures} times`);
  const tries = there.authorizations + there.declines;
  if (tries > payment.attempts) {
    yield found('doubled_effect', id, `${tries} tries at the provider for ${payment.attempts} attempts`);
  }
  if (there.currency !== payment.currency) {
    yield found('provider_differs', id, `${payment.currency} here, ${there.currency} at the provider`);
  }
  if (there.captured !== payment.captured) {
    yield found('provider_differs', id, `${payment.captured} captured here, ${there.captured} taken there`);
  }
  const known = new Map([...payment.refunds.values()].map((refund) => [refund.providerRefund, refund]));
  const ours = new Set<string>();
  for (const refund of there.refunds.values()) {
    const here = known.get(refund.id);
    if (refund.refund !== null && ours.has(refund.refund)) {
      yield found('doubled_effect', id, `refund ${refund.refund} was made twice`);
    } else if (here === undefined) {
      yield found('provider_differs', id, `refund ${refund.id} of ${refund.amount} is unknown here`);
    } else if (
      here.amount !== refund.amount ||
      (here.status === 'failed' || here.status === 'canceled') !== refund.returned
    ) {
      const returned = refund.returned ? ' and returned' : '';
      yield found(
        'provider_differs',
        id,
        `refund ${here.id}: ${here.amount} ${here.status} here, ${refund.amount}${returned} there`,
      );
    }
    if (refund.refund !== null) ours.add(refund.refund);
  }
  for (const [providerRefund, refund] of known) {
    if (providerRefund !== null && !there.refunds.has(providerRefund)) {
      yield found('provider_differs', id, `refund ${refund.id} was never made`);
    }
  }
}
