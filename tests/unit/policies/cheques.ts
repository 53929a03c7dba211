import { randomUUID } from 'node:crypto';
import { manualPaymentIdOf } from '../../../src/application/manual-payment/record-manual-payment.js';
import type { CustomerId, InvoiceId, ManualPaymentId } from '../../../src/domain/shared/ids.js';
import { date } from '../../support/plan-examples.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted } from './money-flows.js';

const by = { actor: 'key_1', holder: 'ada' };

/** A cheque for an invoice or for none, which somebody verifies at once unless it is said otherwise. */
export async function cheque(
  flows: MoneyFlows,
  customerId: CustomerId,
  invoiceId: InvoiceId | null,
  cents: number,
  verify = true,
): Promise<ManualPaymentId> {
  const manualPaymentId = manualPaymentIdOf(randomUUID());
  const today = date('2026-03-02');
  const details = {
    ...{ manualPaymentId, customerId, invoiceId, amount: flows.amountOf(cents) },
    method: 'cheque',
    reference: 'No. 1',
    ...{ receivedOn: today, recordedOn: today, valueOn: today, evidenceSha256: null },
  } as const;
  const recorded = await flows.manualPayments.handle(
    manualPaymentId,
    {
      type: 'RecordManualPayment',
      at: flows.clock.now(),
      details,
      by,
      secondPersonFrom: flows.amountOf(1e9),
      verify,
    },
    flows.metadata(),
  );
  accepted(recorded);
  return manualPaymentId;
}

export async function bounce(flows: MoneyFlows, manualPaymentId: ManualPaymentId): Promise<void> {
  const at = flows.clock.now();
  accepted(
    await flows.manualPayments.handle(
      manualPaymentId,
      { type: 'ReverseManualPayment', at, by, cause: 'bounced', fee: null },
      flows.metadata(),
    ),
  );
}
