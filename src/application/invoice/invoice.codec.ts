import { z } from 'zod';
import type { InvoiceContent, TaxRate } from '../../domain/invoice/content.js';
import type { InvoiceEvent } from '../../domain/invoice/events.js';
import { invoicePurposes, reversalCauses } from '../../domain/invoice/events.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import { parseCivilDate } from '../../domain/shared/civil-date.js';
import type { Currency } from '../../domain/shared/currency.js';
import { parseCurrency } from '../../domain/shared/currency.js';
import type { Decimal } from '../../domain/shared/decimal.js';
import { formatDecimal, parseDecimal } from '../../domain/shared/decimal.js';
import {
  parseCollectionId,
  parseCreditNoteId,
  parseCustomerId,
  parseHoldId,
  parseInvoiceId,
  parseInvoiceRefundId,
  parseInvoiceTemplateId,
  parseManualPaymentId,
  parseOrderId,
  parsePaymentId,
} from '../../domain/shared/ids.js';
import { refundReasons } from '../../domain/shared/refund-reason.js';
import type { EventCodec } from '../shared/event-codec.js';
import {
  createEventCodec,
  storedId,
  storedInstant,
  storedMoney,
  storedRevision,
} from '../shared/event-codec.js';

const at = storedInstant;
const place = z.int().positive();
const collectionId = storedId(parseCollectionId);
const creditNoteId = storedId(parseCreditNoteId);
const invoiceRefundId = storedId(parseInvoiceRefundId);

const date = z.custom<CivilDate>((value) => typeof value === 'string' && parseCivilDate(value) !== undefined);
const currency = z.custom<Currency>((value) => typeof value === 'string' && parseCurrency(value) === value);

/** Stored as text, such as `0.000125`: JSON readers round numbers. */
const decimal = z.codec(z.string(), z.custom<Decimal>(), {
  decode: (text, context): Decimal => {
    const value = parseDecimal(text, 12);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: `${text} is no decimal`, input: text });
    return z.NEVER;
  },
  encode: formatDecimal,
});

const details = {
  invoiceId: storedId(parseInvoiceId),
  customerId: storedId(parseCustomerId),
  orderId: storedId(parseOrderId).nullable(),
  currency,
  purpose: z.enum(invoicePurposes),
};

const metadata = z.record(z.string(), z.string());
const rate: z.ZodType<TaxRate> = z.strictObject({
  name: z.string(),
  percentage: decimal,
  jurisdiction: z.string().nullable(),
  inclusive: z.boolean(),
});
const discount = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('amount'), amount: storedMoney }),
    z.strictObject({ kind: z.literal('percentage'), percentage: decimal }),
  ])
  .nullable();
const priced = { quantity: decimal, unitPrice: decimal };

const content: z.ZodType<InvoiceContent> = z.strictObject({
  lines: z.array(
    z.strictObject({
      description: z.string(),
      charge: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('unit'), ...priced }),
        z.strictObject({
          kind: z.literal('tiered'),
          tiers: z.array(z.strictObject({ description: z.string(), ...priced })),
        }),
      ]),
      discount,
      taxes: z.array(rate),
      period: z.strictObject({ from: date, to: date }).nullable(),
      metadata,
    }),
  ),
  discount,
  due: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('on'), date }),
    z.strictObject({ kind: z.literal('after'), days: z.int().nonnegative() }),
  ]),
  taxPoint: z.literal('payment').exactOptional(),
  memo: z.string().nullable(),
  metadata,
});

const lineTaxes = z.array(z.strictObject({ rate: place, amount: storedMoney }));
const amounts = { net: storedMoney, tax: storedMoney, total: storedMoney };
const seriesPlace = { series: z.string(), seen: storedRevision };
const creditReason = z.enum([
  'returned',
  'duplicate',
  'order_change',
  'goodwill',
  'early_payment_discount',
  'other',
]);
const creditedParts = {
  lines: z.array(z.strictObject({ line: place, ...amounts, taxes: lineTaxes })),
  ...amounts,
};
const tender = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('card'), paymentId: storedId(parsePaymentId) }),
  z.strictObject({ kind: z.literal('credit'), holdId: storedId(parseHoldId) }),
  z.strictObject({ kind: z.literal('manual'), manualPaymentId: storedId(parseManualPaymentId) }),
]);
const scope = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('lines'), lines: z.array(place) }),
  z.strictObject({
    by: z.literal('line_amounts'),
    amounts: z.array(z.strictObject({ line: place, amount: storedMoney })),
  }),
  z.strictObject({ by: z.literal('total'), amount: storedMoney }),
  z.strictObject({ by: z.literal('everything') }),
]);

const codec = createEventCodec<InvoiceEvent>({
  InvoiceDrafted: z
    .strictObject({ at, ...details, content })
    .describe('Somebody is to be invoiced; everything may still be revised.'),
  InvoiceDraftRevised: z
    .strictObject({ at, currency, content })
    .describe('The draft says this now, as a whole.'),
  InvoiceFinalizationRequested: z
    .strictObject({ at, ...seriesPlace, issuedOn: date, dueOn: date })
    .describe(
      'The invoice is to be issued as it is. Its number is taken from the series after this, behind what `seen` had.',
    ),
  InvoiceFinalized: z
    .strictObject({
      at,
      ...details,
      number: z.string(),
      issuedOn: date,
      dueOn: date,
      billingIdentitySha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullable(),
      look: z
        .strictObject({
          brandingVersion: z.int().positive(),
          template: z
            .strictObject({ templateId: storedId(parseInvoiceTemplateId), version: z.int().positive() })
            .nullable(),
        })
        .exactOptional(),
      content,
      lines: z.array(
        z.strictObject({
          gross: storedMoney,
          lineDiscount: storedMoney,
          invoiceDiscount: storedMoney,
          taxes: lineTaxes,
          ...amounts,
        }),
      ),
      taxes: z.array(
        z.strictObject({ rate, taxable: storedMoney, amount: storedMoney, remainderTo: z.array(place) }),
      ),
      discountRemainderTo: z.array(place),
      gross: storedMoney,
      discount: storedMoney,
      ...amounts,
    })
    .describe(
      'The invoice is issued under its number, with every amount as it was priced, and changes no more.',
    ),
  InvoiceSent: z.strictObject({ at }).describe('The customer was given the invoice.'),
  InvoiceCollectionClaimed: z
    .strictObject({ at, collectionId, amount: storedMoney })
    .describe('One collection may ask the customer for this amount; until it is released, no other may.'),
  InvoiceCollectionReleased: z
    .strictObject({ at, collectionId })
    .describe('The collection is over, whatever came of it.'),
  InvoicePaymentApplied: z
    .strictObject({ at, applicationId: z.string(), tender, amount: storedMoney })
    .describe('Money that is ours was set against what is due.'),
  InvoicePaymentReversed: z
    .strictObject({
      at,
      applicationId: z.string(),
      reversalId: z.string(),
      tender,
      amount: storedMoney,
      cause: z.enum(reversalCauses).exactOptional(),
      invoiceRefundId: invoiceRefundId.exactOptional(),
    })
    .describe(
      'An applied payment, or a part of it, counts no more: it was refunded, it bounced, or less is asked for.',
    ),
  InvoiceRefundRequested: z
    .strictObject({
      at,
      invoiceRefundId,
      refundReason: z.enum(refundReasons).nullable(),
      amount: storedMoney,
      parts: z.array(
        z.strictObject({ applicationId: z.string(), reversalId: z.string(), tender, amount: storedMoney }),
      ),
      requestedBy: z.string().exactOptional(),
    })
    .describe(
      'This much is to go back to the tenders that had paid, shared out over them; each part is carried out after this, or ' +
        "refused. Of a card, `reversalId` is the id of its payment's refund. `requestedBy`, which may be absent, is who asked, " +
        'where another person approves what goes back to cards.',
    ),
  InvoiceRefundPartRefused: z
    .strictObject({
      at,
      invoiceRefundId,
      applicationId: z.string(),
      reversalId: z.string(),
      amount: storedMoney,
      code: z.string(),
    })
    .describe(
      'This part of a refund did not go back, and stays on the invoice; the other parts are not touched.',
    ),
  InvoiceCreditRequested: z
    .strictObject({
      at,
      creditNoteId,
      customerId: details.customerId,
      creditReason,
      issuedOn: date,
      scope,
      reverses: creditNoteId.exactOptional(),
      ...seriesPlace,
      ...creditedParts,
    })
    .describe(
      'This part of the invoice is to be taken back; it is kept for a credit note that waits for its number. One that ' +
        '`reverses` another has amounts below zero.',
    ),
  InvoiceCredited: z
    .strictObject({
      at,
      creditNoteId,
      number: z.string(),
      creditReason,
      issuedOn: date,
      customerId: details.customerId,
      purpose: details.purpose,
      reverses: creditNoteId.exactOptional(),
      taxPoint: z.literal('payment').exactOptional(),
      ...creditedParts,
    })
    .describe('A credit note was issued under its number: this part of the invoice is taken back.'),
  InvoicePaid: z
    .strictObject({ at, paid: storedMoney, credited: storedMoney })
    .describe('Nothing is due any more. Comes again only after the invoice was reopened.'),
  InvoiceReopened: z
    .strictObject({ at, due: storedMoney })
    .describe('Something is due again, since a payment went back.'),
  InvoiceVoided: z
    .strictObject({
      at,
      purpose: details.purpose,
      taxPoint: z.literal('payment').exactOptional(),
      ...amounts,
    })
    .describe(
      'The invoice counts no more and keeps its number; the amounts are what credit notes had left of it.',
    ),
  InvoiceMarkedUncollectible: z
    .strictObject({ at, amount: storedMoney, taxGivenUp: storedMoney.exactOptional() })
    .describe(
      'Nobody expects what is due to be paid; it is booked as a loss, less `taxGivenUp`: tax that would have fallen due with it.',
    ),
  InvoiceDifferenceWrittenOff: z
    .strictObject({
      at,
      applicationId: z.string(),
      amount: storedMoney,
      taxGivenUp: storedMoney.exactOptional(),
      writtenOffBy: z.string(),
      reason: z.enum(['short_payment', 'payment_returned']),
    })
    .describe(
      'A manual payment was short by at most what the merchant gives up, so the rest is not asked for; below zero where it is ' +
        'asked for again, since that payment is gone. `writtenOffBy` verified the payment; `taxGivenUp` is tax in it that ' +
        'had not fallen due.',
    ),
  InvoiceTaxFellDue: z
    .strictObject({ at, amount: storedMoney, fallenDue: storedMoney })
    .describe(
      'Of an invoice whose `taxPoint` is payment: this much of its tax is owed to the authorities from now on, for what was ' +
        'received; below zero where a payment went back or a credit note took it off. `fallenDue` is all of it by now.',
    ),
});

/** What an invoice's facts look like in the store; tests/golden-events holds an example of every version. */
export const invoiceCodec: EventCodec<InvoiceEvent> = {
  ...codec,
  decode: (stored) => withItsRefund(codec.decode(stored)),
};

/** Before reversals named the refund that they are a part of, only their own id told of it. */
function withItsRefund(event: InvoiceEvent): InvoiceEvent {
  if (event.type !== 'InvoicePaymentReversed' || event.invoiceRefundId !== undefined) return event;
  const [, commandId] = / refunded by ([0-9a-f-]{36})$/.exec(event.reversalId) ?? [];
  const refundId = commandId === undefined ? undefined : parseInvoiceRefundId(`irf_${commandId}`);
  return refundId === undefined ? event : { ...event, invoiceRefundId: refundId };
}
