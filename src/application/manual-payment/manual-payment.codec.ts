import { z } from 'zod';
import type { ManualPaymentEvent } from '../../domain/manual-payment/messages.js';
import { methods, reversalCauses } from '../../domain/manual-payment/messages.js';
import {
  parseCreditId,
  parseCustomerId,
  parseInvoiceId,
  parseManualPaymentId,
} from '../../domain/shared/ids.js';
import { createEventCodec, storedDate, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';

const at = storedInstant;
const applicationId = z.string();
const invoiceId = storedId(parseInvoiceId);

/** What a manual payment's facts look like in the store; tests/golden-events holds an example of every version. */
export const manualPaymentCodec = createEventCodec<ManualPaymentEvent>({
  ManualPaymentRecorded: z
    .strictObject({
      at,
      manualPaymentId: storedId(parseManualPaymentId),
      customerId: storedId(parseCustomerId),
      invoiceId: invoiceId.nullable(),
      method: z.enum(methods),
      amount: storedMoney,
      reference: z.string(),
      receivedOn: storedDate,
      recordedOn: storedDate,
      valueOn: storedDate,
      evidenceSha256: z.string().nullable(),
      recordedBy: z.string(),
      needsSecondPerson: z.boolean(),
    })
    .describe('Somebody says that a cheque, a wire, cash or barter came in. No money is booked yet.'),
  ManualPaymentVerified: z
    .strictObject({ at, amount: storedMoney, verifiedBy: z.string() })
    .describe('The money is there, and ours.'),
  ManualPaymentRejected: z
    .strictObject({ at, rejectedBy: z.string() })
    .describe('The money was not there; nothing is booked.'),
  ManualPaymentReversed: z
    .strictObject({
      at,
      amount: storedMoney,
      cause: z.enum(reversalCauses),
      fee: storedMoney.nullable(),
      reversedBy: z.string(),
      applications: z.array(z.strictObject({ applicationId, invoiceId, amount: storedMoney })),
    })
    .describe(
      'The money was there and is gone again, with what the bank took for it; these invoices are open again.',
    ),
  ManualPaymentApplied: z
    .strictObject({ at, applicationId, invoiceId, amount: storedMoney })
    .describe('This much of it was set against an invoice.'),
  ManualPaymentUnapplied: z
    .strictObject({ at, applicationId, reversalId: z.string(), amount: storedMoney })
    .describe('This much of that application was taken back.'),
  ManualPaymentKeptAsCredit: z
    .strictObject({ at, creditId: storedId(parseCreditId), amount: storedMoney })
    .describe('No invoice takes this much of it: it becomes credit of the customer, whose grant follows.'),
});
