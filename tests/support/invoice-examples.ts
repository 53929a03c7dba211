import type { InvoiceCommand, InvoiceCommandOf } from '../../src/domain/invoice/commands.js';
import type { InvoiceContent, InvoiceLine, TaxRate } from '../../src/domain/invoice/content.js';
import type { CreditScope } from '../../src/domain/invoice/credit-note.js';
import type { CreditReason, InvoiceDetails, InvoiceEvent } from '../../src/domain/invoice/events.js';
import { invoice } from '../../src/domain/invoice/invoice.js';
import type { PricedInvoice } from '../../src/domain/invoice/price-invoice.js';
import { priceInvoice } from '../../src/domain/invoice/price-invoice.js';
import type { InvoiceState } from '../../src/domain/invoice/state.js';
import { parseCivilDate } from '../../src/domain/shared/civil-date.js';
import type { Currency } from '../../src/domain/shared/currency.js';
import type { Decimal } from '../../src/domain/shared/decimal.js';
import { parseDecimal } from '../../src/domain/shared/decimal.js';
import {
  parseCollectionId,
  parseCreditNoteId,
  parseCustomerId,
  parseHoldId,
  parseInvoiceId,
  parseInvoiceRefundId,
  parseManualPaymentId,
  parsePaymentId,
} from '../../src/domain/shared/ids.js';
import { parseInstant } from '../../src/domain/shared/instant.js';
import type { IssuedLook } from '../../src/domain/shared/issued-look.js';
import { money } from '../../src/domain/shared/money.js';
import type { Tender } from '../../src/domain/shared/tender.js';

export function dec(text: string): Decimal {
  const value = parseDecimal(text, 12);
  if (value === undefined) throw new TypeError(`${text} is no decimal`);
  return value;
}

export const vat = (percentage: string, inclusive = false): TaxRate => ({
  name: 'VAT',
  percentage: dec(percentage),
  jurisdiction: 'FR',
  inclusive,
});

export function line(unitPrice: string, more: Partial<InvoiceLine> = {}): InvoiceLine {
  return {
    description: 'Something',
    charge: { kind: 'unit', quantity: dec('1'), unitPrice: dec(unitPrice) },
    discount: null,
    taxes: [],
    period: null,
    metadata: {},
    ...more,
  };
}

export function content(lines: readonly InvoiceLine[], more: Partial<InvoiceContent> = {}): InvoiceContent {
  return { lines, discount: null, due: { kind: 'after', days: 30 }, memo: null, metadata: {}, ...more };
}

export function price(of: InvoiceContent, currency: Currency = 'EUR'): PricedInvoice {
  const result = priceInvoice(currency, of);
  if ('tooLarge' in result) throw new Error('the discount is too large');
  return result.priced;
}

/** The case that Lago published: four lines at 20 %, 334.99 altogether, where four separate credit notes made 335.00. */
export const lagoContent = content(
  ['68.33', '68.33', '57.50', '85.00'].map((unitPrice) => line(unitPrice, { taxes: [vat('20')] })),
);

const uuid = (n: number) => `0193f1a0-0000-7000-8000-${n.toString().padStart(12, '0')}`;

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('an example is malformed');
  return value;
}

export const at = known(parseInstant('2026-11-01T09:30:00.000Z'));
export const issuedOn = known(parseCivilDate('2026-11-01'));
export const invoiceId = known(parseInvoiceId(`inv_${uuid(1)}`));
const customerId = known(parseCustomerId(`cus_${uuid(1)}`));
export const creditNoteId = (n: number) => known(parseCreditNoteId(`cn_${uuid(n)}`));
export const collectionId = (n: number) => known(parseCollectionId(`col_${uuid(n)}`));
export const card = (n: number): Tender => ({
  kind: 'card',
  paymentId: known(parsePaymentId(`pay_${uuid(n)}`)),
});
export const hold = (n: number): Tender => ({
  kind: 'credit',
  holdId: known(parseHoldId(`hold_${uuid(n)}`)),
});
export const cheque = (n: number): Tender => ({
  kind: 'manual',
  manualPaymentId: known(parseManualPaymentId(`mp_${uuid(n)}`)),
});
export const eur = (minor: number | bigint) => money(BigInt(minor), 'EUR');

export const details: InvoiceDetails = {
  invoiceId,
  customerId,
  orderId: null,
  currency: 'EUR',
  purpose: 'sale',
};

/** Commands with the parts that most tests do not care about filled in. */
export const draftInvoice = (of: InvoiceContent = lagoContent): InvoiceCommand => ({
  type: 'DraftInvoice',
  at,
  details,
  content: of,
});
export const finalizeInvoice: InvoiceCommand = {
  type: 'FinalizeInvoice',
  at,
  issuedOn,
  place: { series: 'INV-2026', seen: 4n },
};
export const recordFinalized = (
  number = 'INV-2026-000006',
  look: IssuedLook | null = null,
): InvoiceCommand => ({
  type: 'RecordFinalized',
  at,
  number,
  billingIdentitySha256: null,
  look,
});
export const applyPayment = (
  n: number,
  minor: number,
  more: Partial<InvoiceCommandOf<'ApplyPayment'>> = {},
): InvoiceCommand => ({
  type: 'ApplyPayment',
  at,
  applicationId: `app_${n}`,
  collectionId: null,
  tender: card(n),
  amount: eur(minor),
  ...more,
});
export const reversePayment = (n: number, minor: number | null, reversal = n): InvoiceCommand => ({
  type: 'ReversePayment',
  at,
  applicationId: `app_${n}`,
  reversalId: `rev_${reversal}`,
  amount: minor === null ? null : eur(minor),
  cause: 'refunded',
});
export const invoiceRefundId = (n: number) => known(parseInvoiceRefundId(`irf_${uuid(n)}`));
/** Asks for an amount to go back to the applications `app_1` and so on, as far as their tenders allow it. */
export const requestRefund = (
  n: number,
  minor: number | null,
  more: Partial<InvoiceCommandOf<'RequestInvoiceRefund'>> & {
    readonly atMost?: readonly (number | null)[];
  } = {},
): InvoiceCommand => {
  const { atMost = [null, null, null], ...rest } = more;
  return {
    type: 'RequestInvoiceRefund',
    at,
    invoiceRefundId: invoiceRefundId(n),
    amount: minor === null ? null : eur(minor),
    refundReason: null,
    requestedBy: null,
    order: 'last_payment_first',
    sources: atMost.map((most, index) => ({
      applicationId: `app_${index + 1}`,
      reversalId: `part ${index + 1} of ${n}`,
      atMost: most === null ? null : eur(most),
      step: 1n,
    })),
    ...rest,
  };
};
/** The part of `app_<application>` in refund n. */
export const partRefused = (n: number, application: number): InvoiceCommand => ({
  type: 'RecordRefundPartRefused',
  at,
  reversalId: `part ${application} of ${n}`,
  code: 'charge_disputed',
});
/** As when the provider takes such a part on. */
export const partReturned = (n: number, application: number, minor: number): InvoiceCommand => ({
  type: 'ReversePayment',
  at,
  applicationId: `app_${application}`,
  reversalId: `part ${application} of ${n}`,
  amount: eur(minor),
  cause: 'refunded',
});
export const claim = (n: number, minor: number, due: number | null = null): InvoiceCommand => ({
  type: 'ClaimCollection',
  at,
  collectionId: collectionId(n),
  amount: eur(minor),
  due: due === null ? null : eur(due),
});
export const release = (n: number): InvoiceCommand => ({
  type: 'ReleaseCollection',
  at,
  collectionId: collectionId(n),
});
export const requestCreditNote = (
  n: number,
  scope: CreditScope,
  creditReason: CreditReason = 'returned',
): InvoiceCommand => ({
  type: 'RequestCreditNote',
  at,
  creditNoteId: creditNoteId(n),
  scope,
  creditReason,
  issuedOn,
  place: { series: 'CN-2026', seen: -1n },
});
export const reverseCreditNote = (n: number, of: number): InvoiceCommand => ({
  type: 'ReverseCreditNote',
  at,
  creditNoteId: creditNoteId(n),
  reverses: creditNoteId(of),
  issuedOn,
  place: { series: 'CN-2026-', seen: -1n },
});
export const recordCreditNote = (n: number, number = `CN-2026-00000${n}`): InvoiceCommand => ({
  type: 'RecordCreditNote',
  at,
  creditNoteId: creditNoteId(n),
  number,
});
export const simple = (type: 'SendInvoice' | 'VoidInvoice' | 'MarkUncollectible'): InvoiceCommand => ({
  type,
  at,
});

/** Every state and event that a sequence of commands leads through; rejected commands leave none. */
export function play(commands: readonly InvoiceCommand[]): {
  readonly states: readonly InvoiceState[];
  readonly events: readonly InvoiceEvent[];
} {
  let state = invoice.initialState;
  const states = [state];
  const events: InvoiceEvent[] = [];
  for (const command of commands) {
    const decision = invoice.decide(state, command);
    if (decision.outcome === 'rejected') continue;
    for (const event of decision.events) {
      state = invoice.evolve(state, event);
      states.push(state);
      events.push(event);
    }
  }
  return { states, events };
}

/** The facts that these commands lead to, each of which is accepted. */
export function history(...commands: readonly InvoiceCommand[]): readonly InvoiceEvent[] {
  for (const [index, command] of commands.entries()) {
    const before = play(commands.slice(0, index)).states.at(-1) ?? invoice.initialState;
    const decision = invoice.decide(before, command);
    if (decision.outcome === 'rejected') {
      throw new Error(`${command.type} was rejected: ${decision.rejection.code}`);
    }
  }
  return play(commands).events;
}

export const issue = (of: InvoiceContent = lagoContent): readonly InvoiceCommand[] => [
  draftInvoice(of),
  finalizeInvoice,
  recordFinalized(),
];
