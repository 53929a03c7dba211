import { isIssued, leftOf, payableOf } from '../../domain/invoice/state.js';
import type { ManualPaymentEvent, ManualPaymentEventOf } from '../../domain/manual-payment/messages.js';
import type { ReceivedPayment } from '../../domain/manual-payment/state.js';
import { unappliedOf } from '../../domain/manual-payment/state.js';
import type { Currency } from '../../domain/shared/currency.js';
import type { InvoiceId, ManualPaymentId } from '../../domain/shared/ids.js';
import { parseManualPaymentId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, smaller } from '../../domain/shared/money.js';
import type { StartCollection } from '../collection/start-collection.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { manualPaymentCodec } from '../manual-payment/manual-payment.codec.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { grantKeptCredit, keptCreditIdOf } from './kept-credit.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'manual_payment_news';

/**
 * Money by cheque, wire or cash pays the invoice that it names once it is verified, and what that does not take becomes
 * credit. Where it is short by no more than the merchant gives up, the rest is written off. When it bounces,
 * both are undone; what was spent of the credit is owed.
 */
export function createManualPaymentNews(parts: {
  readonly manualPayments: ManualPaymentHandler;
  readonly invoices: InvoiceOperations;
  readonly credits: CreditHandler;
  readonly startCollection: StartCollection;
  /** Up to how much that is left due after such a payment is not asked for. */
  readonly shortPaymentTolerance: (currency: Currency) => Money;
  readonly clock: Clock;
}): Policy {
  const { manualPayments, invoices, credits, startCollection, shortPaymentTolerance, clock } = parts;

  async function verified(
    { verifiedBy }: ManualPaymentEventOf<'ManualPaymentVerified'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const manualPaymentId = idOfStream(recorded.stream, parseManualPaymentId);
    const before = (await manualPayments.load(manualPaymentId)).state;
    if (before.status !== 'verified' || before.details.invoiceId === null) return;
    await collect(manualPaymentId, before.details.invoiceId, unappliedOf(before), recorded);
    const { state } = await manualPayments.load(manualPaymentId);
    if (state.status === 'verified') await writeOffDifference(state, verifiedBy, recorded);
    // Gone again already: there is nothing to keep.
    if (state.status !== 'verified' || !isPositive(unappliedOf(state))) return;
    const creditId = keptCreditIdOf(`overpayment ${manualPaymentId}`);
    const kept = await manualPayments.handle(
      manualPaymentId,
      { type: 'KeepManualPaymentAsCredit', at: clock.now(), creditId, amount: null },
      becauseOf(recorded, name, 'keep'),
    );
    if (kept.outcome !== 'accepted' && kept.state.status !== 'reversed') {
      mustBeAccepted(kept, `keep the rest of ${manualPaymentId} as credit`);
    }
  }

  /** As much of the money as its invoice takes now. */
  async function collect(
    manualPaymentId: ManualPaymentId,
    invoiceId: InvoiceId,
    unapplied: Money,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { state: invoice } = await invoices.load(invoiceId);
    if (!isIssued(invoice) || invoice.status !== 'open') return;
    const due = payableOf(invoice);
    const part = smaller(unapplied, due);
    if (!isPositive(part)) return;
    const started = await startCollection(
      {
        invoiceId,
        planPart: null,
        amount: part.minor,
        mode: 'accumulate',
        tenders: [{ kind: 'manual', manualPaymentId, amount: null }],
      },
      becauseOf(recorded, name, 'collect'),
    );
    // A collection that waits for this very payment goes on by itself; any other one must let go first.
    if (started.outcome === 'invoice_already_being_collected') {
      throw new Error(`${started.collectionId} holds ${invoiceId}`);
    }
    // Something else was set against it meanwhile: it takes another part now.
    if (started.outcome === 'payment_exceeds_due') throw new Error(`${invoiceId} asks for less now`);
    if (started.outcome !== 'started') return;
    const { state } = started.loaded;
    if (state.status !== 'succeeded' && state.status !== 'failed') {
      throw new Error(`the collection of ${manualPaymentId} is not over`);
    }
  }

  /** The little that it was short by is nobody's worth to ask for. */
  async function writeOffDifference(
    { details: { invoiceId, amount }, applications }: ReceivedPayment,
    writtenOffBy: string,
    recorded: RecordedEvent,
  ): Promise<void> {
    const applied = applications.find((one) => one.invoiceId === invoiceId);
    const atMost = shortPaymentTolerance(amount.currency);
    if (applied === undefined || !isPositive(atMost)) return;
    const { applicationId } = applied;
    const written = await invoices.run(
      applied.invoiceId,
      { type: 'WriteOffDifference', at: clock.now(), applicationId, atMost, writtenOffBy },
      becauseOf(recorded, name, 'write off'),
    );
    mustBeAccepted(written, `write off what ${applicationId} was short by`);
  }

  async function kept(
    { creditId, amount }: ManualPaymentEventOf<'ManualPaymentKeptAsCredit'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const manualPaymentId = idOfStream(recorded.stream, parseManualPaymentId);
    const { state } = await manualPayments.load(manualPaymentId);
    if (state.status === 'absent') return;
    const { customerId } = state.details;
    await grantKeptCredit(
      { credits, clock },
      {
        ...{ customerId, creditId, amount, grantType: 'prepaid', source: 'overpayment' },
        metadata: { manual_payment: manualPaymentId },
      },
      becauseOf(recorded, name, 'grant'),
    );
  }

  async function reversed(
    { applications }: ManualPaymentEventOf<'ManualPaymentReversed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    for (const { applicationId, invoiceId, amount } of applications) {
      const { state } = await invoices.load(invoiceId);
      const applied = isIssued(state)
        ? state.applications.find((one) => one.applicationId === applicationId)
        : undefined;
      // A part of it may be on its way back to the customer, and is off the invoice already.
      const left = applied === undefined ? amount : smaller(amount, leftOf(applied));
      if (!isPositive(left)) continue;
      const undone = await invoices.run(
        invoiceId,
        {
          type: 'ReversePayment',
          at: clock.now(),
          applicationId,
          reversalId: `${applicationId} bounced`,
          amount: left,
          cause: 'payment_returned',
        },
        becauseOf(recorded, name, `reverse ${applicationId}`),
      );
      mustBeAccepted(undone, `reverse ${applicationId}`);
    }
    await revoke(recorded);
  }

  /** What is left of the credit goes with the money that it was made of. */
  async function revoke(recorded: RecordedEvent): Promise<void> {
    const { state } = await manualPayments.load(idOfStream(recorded.stream, parseManualPaymentId));
    if (state.status !== 'reversed') return;
    for (const { creditId } of state.keptAsCredit) {
      const revoked = await credits.handle(
        state.details.customerId,
        { type: 'RevokeCredit', at: clock.now(), creditId, paymentReturned: true },
        becauseOf(recorded, name, `revoke ${creditId}`),
      );
      mustBeAccepted(revoked, `revoke ${creditId}`);
    }
  }

  return createPolicy<ManualPaymentEvent>({
    name,
    category: 'manualPayment',
    codec: manualPaymentCodec,
    reactions: {
      ManualPaymentVerified: verified,
      ManualPaymentKeptAsCredit: kept,
      ManualPaymentReversed: reversed,
    },
  });
}
