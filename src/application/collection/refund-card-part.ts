import type { RefundPart } from '../../domain/invoice/state.js';
import type { SecondPersonRule } from '../../domain/payment/commands.js';
import type { ExistingPayment, PaymentState, Refund } from '../../domain/payment/state.js';
import type { PaymentId } from '../../domain/shared/ids.js';
import { parseRefundId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { zero } from '../../domain/shared/money.js';
import type { RefundReason } from '../../domain/shared/refund-reason.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { RunPayment } from './card-driver.js';

/** A part of a recorded refund of an invoice that goes back to a card. */
type CardPart = {
  readonly invoiceId: string;
  readonly paymentId: PaymentId;
  readonly refundReason: RefundReason | null;
  /** Who asked, where another person has to approve it; null where nobody has. */
  readonly requestedBy: string | null;
  readonly part: Pick<RefundPart, 'reversalId' | 'amount' | 'refusedAs'>;
};

type RefundedCard = {
  readonly payment: ExistingPayment;
  /** Null where the payment had no more to give. */
  readonly refund: Refund | null;
  /** Why there is no refund; null where there is one. */
  readonly refusedAs: string | null;
};

/**
 * Refunds the payment by one part, once, however often it is asked and by whom. What the payment has no more to give for,
 * because something else has taken it meanwhile, is recorded as refused on the invoice.
 */
export type RefundCardPart = (
  part: CardPart,
  metadataOf: (step: string) => EventMetadata,
) => Promise<RefundedCard>;

export function createRefundCardPart(parts: {
  readonly invoices: Pick<InvoiceOperations, 'run'>;
  readonly payments: RunPayment;
  readonly clock: Clock;
}): RefundCardPart {
  const { invoices, payments, clock } = parts;

  return async ({ invoiceId, paymentId, refundReason, requestedBy, part }, metadataOf) => {
    const { reversalId, amount, refusedAs } = part;
    const refundId = parseRefundId(reversalId);
    if (refundId === undefined) throw new TypeError(`${reversalId} does not name a refund`);
    if (refusedAs !== null) {
      // It is not asked for again, though there may be money for it by now.
      return found((await payments.load(paymentId)).state, refundId, refusedAs);
    }
    const asked = { refundId, amount, refundReason, secondPerson: ruleFor(requestedBy, amount) };
    const command = { type: 'RequestRefund', at: clock.now(), ...asked } as const;
    const handled = await payments.run(paymentId, command, metadataOf('refund'));
    const code = handled.outcome === 'rejected' ? handled.rejection.code : handled.outcome;
    const refunded = found(handled.state, refundId, code);
    if (refunded.refund === null) {
      const refused = { type: 'RecordRefundPartRefused', at: clock.now(), reversalId, code } as const;
      await invoices.run(invoiceId, refused, metadataOf('refused'));
    }
    return refunded;
  };
}

/** Whether it takes two people was decided for the whole refund, so a part of it waits however small it is. */
function ruleFor(requestedBy: string | null, { currency }: Money): SecondPersonRule | null {
  if (requestedBy === null) return null;
  return { by: { actor: requestedBy, holder: requestedBy }, from: zero(currency), saysWhy: true };
}

function found(payment: PaymentState, refundId: string, code: string): RefundedCard {
  if (payment.status === 'absent') throw new Error('a payment that paid an invoice is not there');
  const refunds = payment.status === 'captured' ? payment.refunds : [];
  const refund = refunds.find((one) => one.refundId === refundId);
  return refund === undefined
    ? { payment, refund: null, refusedAs: code }
    : { payment, refund, refusedAs: null };
}
