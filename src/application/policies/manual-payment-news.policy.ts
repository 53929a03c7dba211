import { isIssued, payableOf } from '../../domain/invoice/state.js';
import type { ManualPaymentEvent, ManualPaymentEventOf } from '../../domain/manual-payment/messages.js';
import { appliedOf } from '../../domain/manual-payment/state.js';
import { parseManualPaymentId } from '../../domain/shared/ids.js';
import { compare, isPositive, subtract } from '../../domain/shared/money.js';
import type { StartCollection } from '../collection/start-collection.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { manualPaymentCodec } from '../manual-payment/manual-payment.codec.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'manual_payment_news';

/** Money by cheque, wire or cash pays the invoice that it names once it is verified; when it bounces, that is undone. */
export function createManualPaymentNews(parts: {
  readonly manualPayments: Pick<ManualPaymentHandler, 'load'>;
  readonly invoices: InvoiceOperations;
  readonly startCollection: StartCollection;
  readonly clock: Clock;
}): Policy {
  const { manualPayments, invoices, startCollection, clock } = parts;

  async function verified(
    _event: ManualPaymentEventOf<'ManualPaymentVerified'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const manualPaymentId = idOfStream(recorded.stream, parseManualPaymentId);
    const { state } = await manualPayments.load(manualPaymentId);
    if (state.status !== 'verified' || state.details.invoiceId === null) return;
    const { invoiceId, amount } = state.details;
    const { state: invoice } = await invoices.load(invoiceId);
    if (!isIssued(invoice) || invoice.status !== 'open') return;
    const left = subtract(amount, appliedOf(state));
    const due = payableOf(invoice);
    const part = compare(left, due) < 0 ? left : due;
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
  }

  async function reversed(
    { applications }: ManualPaymentEventOf<'ManualPaymentReversed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    for (const { applicationId, invoiceId, amount } of applications) {
      const undone = await invoices.run(
        invoiceId,
        {
          type: 'ReversePayment',
          at: clock.now(),
          applicationId,
          reversalId: `${applicationId} bounced`,
          amount,
        },
        becauseOf(recorded, name, `reverse ${applicationId}`),
      );
      mustBeAccepted(undone, `reverse ${applicationId}`);
    }
  }

  return createPolicy<ManualPaymentEvent>({
    name,
    category: 'manualPayment',
    codec: manualPaymentCodec,
    reactions: { ManualPaymentVerified: verified, ManualPaymentReversed: reversed },
  });
}
