import type { Captured, Refund } from '../../domain/payment/state.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import { negate, subtract } from '../../domain/shared/money.js';
import type { BillingIdentity } from '../ports/billing-identities.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn } from '../shared/zones.js';
import type { Wording } from './document-look.js';
import { buyerOf, frameOf } from './document-look.js';
import { tableOf } from './invoice-lines.js';
import type { Sheet } from './sheet.js';

/** What a receipt is of: a payment that was taken, and the invoice that it paid. */
export type Receipt = {
  readonly payment: Captured;
  /** The number of the invoice; null where the payment is of none. */
  readonly invoice: string | null;
  /** Null where nobody is on record (any more). */
  readonly buyer: BillingIdentity | null;
  readonly zone: Zone;
};

/** What a customer paid by one payment, what of it went back, and what that leaves. */
export function receiptSheet(wording: Wording, { payment, invoice, buyer, zone }: Receipt): Sheet {
  const { labels, format } = wording;
  const { details, createdAt, captured } = payment;
  const on = (at: Instant): CivilDate => civilDateIn(zone, at);
  const refunds = refundsOf(payment);
  const kept = refunds.map(({ amount }) => amount).reduce(subtract, captured);
  const row = (description: string, amount: Money, details: readonly string[] = []) => ({
    cells: { description, amount: format.amount(amount) },
    details: details.map((detail) => ({ description: detail })),
  });
  const paidFor = invoice === null ? details.description : `${labels.invoice} ${invoice}`;
  return {
    ...frameOf(wording),
    madeAt: createdAt,
    heading: labels.receipt,
    number: null,
    mark: null,
    buyer: buyerOf(wording, buyer),
    facts: [
      { label: labels.date, value: format.date(on(createdAt)) },
      { label: labels.how, value: labels.how_card },
      { label: labels.currency, value: captured.currency },
    ],
    headline: { amount: format.money(captured), note: labels.paid },
    intro: null,
    lines: tableOf(
      wording,
      ['description', 'amount'],
      [
        row(paidFor ?? labels.paid, captured, [details.paymentId]),
        ...refunds.map(({ amount, requestedAt }) =>
          row(`${labels.refunded}, ${format.date(on(requestedAt))}`, negate(amount)),
        ),
      ],
    ),
    totals: [{ label: labels.total, value: format.money(kept), weight: 'grand' }],
    sections: [],
    closing: [],
  };
}

/** What is with the provider, or has arrived. */
function refundsOf({ refunds }: Captured): readonly Refund[] {
  return refunds.filter(({ status }) => status === 'pending' || status === 'succeeded');
}
