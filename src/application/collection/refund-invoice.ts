import type { Returnable } from '../../domain/invoice/last-first.js';
import { lastFirst } from '../../domain/invoice/last-first.js';
import type { Application, IssuedInvoice } from '../../domain/invoice/state.js';
import { claimOn, isIssued, leftOf, paidOf } from '../../domain/invoice/state.js';
import type { RefundReason } from '../../domain/payment/events.js';
import type { ExistingPayment, Refund } from '../../domain/payment/state.js';
import { refundable } from '../../domain/payment/state.js';
import type { CollectionId, CreditId, HoldId, InvoiceId, ManualPaymentId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, isPositive, money, sum, zero } from '../../domain/shared/money.js';
import type { Tender } from '../../domain/shared/tender.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { refundIdOf } from '../payment/payment-ids.js';
import { reversalCauseOf } from '../policies/credit-refunded.js';
import type { GiveBack } from '../policies/give-back.js';
import { keptCreditIdOf } from '../policies/kept-credit.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { PaymentGateway } from '../ports/payment-gateway.js';
import { Contention } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { RunPayment } from './card-driver.js';

type RefundRequest = {
  readonly invoiceId: InvoiceId;
  /** Minor units of the invoice's currency; null for all that was paid and has not gone back. */
  readonly amount: bigint | null;
  readonly refundReason: RefundReason | null;
};

/** What went back to one tender. Of a card, the refund tells how far it is; all else is with the customer. */
export type GivenBack = { readonly applicationId: string; readonly amount: Money } & (
  | { readonly kind: 'card'; readonly payment: ExistingPayment; readonly refund: Refund }
  | { readonly kind: 'credit'; readonly holdId: HoldId }
  | { readonly kind: 'manual'; readonly manualPaymentId: ManualPaymentId; readonly creditId: CreditId }
);

export type RefundedInvoice =
  /** The last one applied is the first. */
  | { readonly outcome: 'given_back'; readonly parts: readonly GivenBack[] }
  | { readonly outcome: 'invoice_not_found' }
  | { readonly outcome: 'invoice_not_paid' }
  | { readonly outcome: 'invoice_already_being_collected'; readonly collectionId: CollectionId }
  | { readonly outcome: 'refund_exceeds_paid'; readonly left: Money }
  /** The provider would not take a card's part; nothing was recorded. */
  | { readonly outcome: 'amount_refused'; readonly code: string; readonly message: string };

/**
 * Gives back what an invoice was paid with, the tender that was applied last first. Each part is recorded in the stream that
 * its money is in before anything is done for it. The same command id gives the same back, and what it had not come to.
 * @throws Contention when something else takes the same money meanwhile: to be repeated under the same command id
 */
export type RefundInvoice = (request: RefundRequest, metadata: EventMetadata) => Promise<RefundedInvoice>;

const byRefund = ' refunded by ';

/** Whether an application was reversed because somebody asked for the invoice to be refunded. */
export function isReversalOfRefund(reversalId: string): boolean {
  return reversalId.includes(byRefund);
}

type Source = { readonly application: Application; readonly payment: ExistingPayment | null };

export function createRefundInvoice(parts: {
  readonly invoices: Pick<InvoiceOperations, 'load' | 'run'>;
  readonly payments: RunPayment;
  readonly gateway: Pick<PaymentGateway, 'refuseAmount'>;
  readonly giveBack: GiveBack;
  readonly clock: Clock;
}): RefundInvoice {
  const { invoices, payments, gateway, giveBack, clock } = parts;

  return async ({ invoiceId, amount, refundReason }, metadata) => {
    const { state: invoice } = await invoices.load(invoiceId);
    if (invoice.status === 'absent') return { outcome: 'invoice_not_found' };
    if (!isIssued(invoice)) return { outcome: 'invoice_not_paid' };
    const { currency } = invoice.details;
    const applied = await Promise.all(
      invoice.applications.map((application) => returnable(application, metadata)),
    );
    const left = sum(
      currency,
      applied.map((one) => one.given ?? one.left),
    );
    const wanted = amount === null ? left : money(amount, currency);
    // A repeat goes on with what it had begun, whatever has happened since.
    if (applied.every(({ given }) => given === null)) {
      if (!isPositive(paidOf(invoice))) return { outcome: 'invoice_not_paid' };
      const claim = claimOn(invoice);
      if (claim !== undefined) {
        return { outcome: 'invoice_already_being_collected', collectionId: claim.collectionId };
      }
      if (!isPositive(left) || compare(wanted, left) > 0) return { outcome: 'refund_exceeds_paid', left };
    }
    const shares = lastFirst(applied, wanted);
    for (const { of, amount: share } of shares) {
      const refusal = of.payment === null ? null : gateway.refuseAmount(share, 'refund');
      if (refusal !== null) return { outcome: 'amount_refused', ...refusal };
    }
    const given: GivenBack[] = [];
    for (const { of, amount: share } of shares) {
      given.push(await give(invoice, of, { amount: share, refundReason }, metadata));
    }
    return { outcome: 'given_back', parts: given };
  };

  /** How much of an application can go back: of a card, no more than nobody has asked for yet. */
  async function returnable(
    application: Application,
    { commandId }: EventMetadata,
  ): Promise<Returnable<Source>> {
    const { tender, applicationId, reversals } = application;
    const left = leftOf(application);
    if (tender.kind !== 'card') {
      const id = reversalIdOf(applicationId, commandId);
      const known = reversals.find(({ reversalId }) => reversalId === id);
      return { of: { application, payment: null }, left, given: known?.amount ?? null };
    }
    const payment = await paymentOf(tender.paymentId);
    const of = { application, payment };
    if (payment.status !== 'captured') return { of, left: zero(left.currency), given: null };
    const open = refundable(payment);
    const known = refundIn(payment, refundIdOfPart(applicationId, commandId));
    return { of, left: compare(open, left) < 0 ? open : left, given: known?.amount ?? null };
  }

  async function give(
    { details: { invoiceId, customerId } }: IssuedInvoice,
    { application: { applicationId, tender } }: Source,
    { amount, refundReason }: { readonly amount: Money; readonly refundReason: RefundReason | null },
    metadata: EventMetadata,
  ): Promise<GivenBack> {
    const metadataOf = (step: string): EventMetadata => ({
      ...metadata,
      commandId: commandIdOf(`refund of invoice, ${step} ${applicationId}`, metadata.commandId),
    });
    if (tender.kind === 'card') {
      return refundCard(applicationId, tender, { amount, refundReason }, metadataOf('refund'), metadata);
    }
    const reversalId = reversalIdOf(applicationId, metadata.commandId);
    const cause = reversalCauseOf(refundReason);
    const reversed = await invoices.run(
      invoiceId,
      { type: 'ReversePayment', at: clock.now(), applicationId, reversalId, amount, cause },
      metadataOf('reverse'),
    );
    if (reversed.outcome !== 'accepted') throw takenMeanwhile(applicationId);
    await giveBack({ customerId, applicationId, reversalId, tender, amount }, metadataOf);
    return tender.kind === 'credit'
      ? { ...tender, applicationId, amount }
      : { ...tender, applicationId, amount, creditId: keptCreditIdOf(reversalId) };
  }

  /** The payment's news take it off the invoice, as they do with every refund. */
  async function refundCard(
    applicationId: string,
    { paymentId }: Extract<Tender, { readonly kind: 'card' }>,
    asked: { readonly amount: Money; readonly refundReason: RefundReason | null },
    step: EventMetadata,
    { commandId }: EventMetadata,
  ): Promise<GivenBack> {
    const refundId = refundIdOfPart(applicationId, commandId);
    const command = { type: 'RequestRefund', at: clock.now(), refundId, ...asked } as const;
    const { outcome, state: payment } = await payments.run(paymentId, command, step);
    const refund = refundIn(payment, refundId);
    if (outcome !== 'accepted' || payment.status === 'absent' || refund === undefined) {
      throw takenMeanwhile(applicationId);
    }
    return { kind: 'card', applicationId, amount: asked.amount, payment, refund };
  }

  async function paymentOf(paymentId: string): Promise<ExistingPayment> {
    const { state } = await payments.load(paymentId);
    if (state.status === 'absent') throw new Error(`there is no payment ${paymentId}`);
    return state;
  }
}

function reversalIdOf(applicationId: string, commandId: string): string {
  return `${applicationId}${byRefund}${commandId}`;
}

function refundIdOfPart(applicationId: string, commandId: string) {
  return refundIdOf(commandIdOf(`refund of invoice, of ${applicationId}`, commandId));
}

function refundIn(
  payment: ExistingPayment | { readonly status: 'absent' },
  refundId: string,
): Refund | undefined {
  return payment.status === 'captured' ? payment.refunds.find((one) => one.refundId === refundId) : undefined;
}

function takenMeanwhile(applicationId: string): Contention {
  return new Contention(`what ${applicationId} had paid is given back by another request`);
}
