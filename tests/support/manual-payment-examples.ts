import type { ManualPaymentDetails } from '../../src/domain/manual-payment/messages.js';
import type { ManualPaymentId } from '../../src/domain/shared/ids.js';
import { parseManualPaymentId } from '../../src/domain/shared/ids.js';
import { required, usd } from './payment-examples.js';
import { customerId, date, invoiceId } from './plan-examples.js';

export const manualPaymentId = (n: number): ManualPaymentId =>
  required(parseManualPaymentId(`mp_0193f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`));

export const manualDetails: ManualPaymentDetails = {
  manualPaymentId: manualPaymentId(1),
  customerId,
  invoiceId,
  method: 'cheque',
  amount: usd(10_000),
  reference: 'No. 000123',
  receivedOn: date('2026-11-25'),
  recordedOn: date('2026-11-26'),
  valueOn: date('2026-11-27'),
  evidenceSha256: null,
};
