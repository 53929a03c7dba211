import type { InvoiceCommand } from '../../domain/invoice/commands.js';
import type { InvoiceContent, InvoiceLine, TaxRate } from '../../domain/invoice/content.js';
import { invoice } from '../../domain/invoice/invoice.js';
import type { ExistingInvoice, InvoiceState } from '../../domain/invoice/state.js';
import { parseCivilDate } from '../../domain/shared/civil-date.js';
import type { Currency } from '../../domain/shared/currency.js';
import { exponentOf } from '../../domain/shared/currency.js';
import type { Decimal } from '../../domain/shared/decimal.js';
import { parseDecimal } from '../../domain/shared/decimal.js';
import {
  parseCreditNoteId,
  parseCustomerId,
  parseInvoiceId,
  parsePaymentId,
} from '../../domain/shared/ids.js';
import { parseInstant } from '../../domain/shared/instant.js';
import { money } from '../../domain/shared/money.js';
import type { BillingIdentity } from '../ports/billing-identities.js';

/** Data that is nobody's, to look at a template with. */

export const sampleBuyer: BillingIdentity = {
  name: 'Example & Sons Ltd',
  email: 'accounts@example.com',
  address: {
    line1: '1 Sample Street',
    line2: null,
    city: 'Sampleton',
    state: null,
    postalCode: '12345',
    country: 'GB',
  },
  taxIds: [{ type: 'gb_vat', value: 'GB123456789' }],
  locale: null,
};

const uuid = '0193f1a0-0000-7000-8000-000000000001';

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a part of the sample is malformed');
  return value;
}

const at = known(parseInstant('2026-11-01T09:30:00.000Z'));
const issuedOn = known(parseCivilDate('2026-11-01'));
const decimal = (text: string): Decimal => known(parseDecimal(text, 12));
const standard: TaxRate = {
  name: 'VAT',
  percentage: decimal('20'),
  jurisdiction: null,
  inclusive: false,
};
const reduced: TaxRate = { ...standard, percentage: decimal('5.5') };
const line = (
  description: string,
  more: Pick<InvoiceLine, 'charge'> & Partial<InvoiceLine>,
): InvoiceLine => ({
  description,
  discount: null,
  taxes: [standard],
  period: null,
  metadata: {},
  ...more,
});

const content: InvoiceContent = {
  lines: [
    line('Consulting', {
      charge: { kind: 'unit', quantity: decimal('12.5'), unitPrice: decimal('95') },
      discount: { kind: 'percentage', percentage: decimal('10') },
    }),
    line('Messages', {
      charge: {
        kind: 'tiered',
        tiers: [
          { description: '1 – 10,000', quantity: decimal('10000'), unitPrice: decimal('0.0125') },
          { description: '10,001 – 48,210', quantity: decimal('38210'), unitPrice: decimal('0.0095') },
        ],
      },
      period: { from: known(parseCivilDate('2026-10-01')), to: known(parseCivilDate('2026-10-31')) },
    }),
    line('Handbook', {
      charge: { kind: 'unit', quantity: decimal('3'), unitPrice: decimal('42') },
      taxes: [reduced],
    }),
  ],
  discount: { kind: 'percentage', percentage: decimal('2.5') },
  due: { kind: 'after', days: 30 },
  memo: null,
  metadata: {},
};

/** An issued invoice with a payment and a credit note, the same each time. */
export function sampleInvoice(currency: Currency): ExistingInvoice {
  const creditNoteId = known(parseCreditNoteId(`cn_${uuid}`));
  const hundred = 100n * 10n ** BigInt(exponentOf(currency));
  const commands: readonly InvoiceCommand[] = [
    {
      type: 'DraftInvoice',
      at,
      details: {
        invoiceId: known(parseInvoiceId(`inv_${uuid}`)),
        customerId: known(parseCustomerId(`cus_${uuid}`)),
        orderId: null,
        currency,
        purpose: 'sale',
      },
      content,
    },
    { type: 'FinalizeInvoice', at, issuedOn, place: { series: 'SAMPLE', seen: -1n } },
    { type: 'RecordFinalized', at, number: 'SAMPLE-0001', billingIdentitySha256: null, look: null },
    {
      type: 'ApplyPayment',
      at,
      applicationId: 'sample',
      collectionId: null,
      tender: { kind: 'card', paymentId: known(parsePaymentId(`pay_${uuid}`)) },
      amount: money(5n * hundred, currency),
    },
    {
      type: 'RequestCreditNote',
      at,
      creditNoteId,
      scope: { by: 'lines', lines: [3] },
      creditReason: 'returned',
      issuedOn,
      place: { series: 'SAMPLE-CN', seen: -1n },
    },
    { type: 'RecordCreditNote', at, creditNoteId, number: 'SAMPLE-CN-0001' },
  ];
  const state = commands.reduce(decided, invoice.initialState);
  if (state.status === 'absent') throw new TypeError('the sample was never drafted');
  return state;
}

function decided(state: InvoiceState, command: InvoiceCommand): InvoiceState {
  const decision = invoice.decide(state, command);
  if (decision.outcome === 'rejected') {
    throw new TypeError(`the sample was refused: ${decision.rejection.code}`);
  }
  return decision.events.reduce(invoice.evolve, state);
}
