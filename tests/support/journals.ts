import { creditCodec } from '../../src/application/credit/credit.codec.js';
import { invoiceCodec } from '../../src/application/invoice/invoice.codec.js';
import { creditJournalOf } from '../../src/application/ledger/credit-journals.js';
import { invoiceJournalOf } from '../../src/application/ledger/invoice-journals.js';
import { manualPaymentJournalOf } from '../../src/application/ledger/manual-payment-journals.js';
import { journalOf } from '../../src/application/ledger/payment-journals.js';
import { manualPaymentCodec } from '../../src/application/manual-payment/manual-payment.codec.js';
import { paymentCodec } from '../../src/application/payment/payment.codec.js';
import type { RecordedEvent } from '../../src/application/ports/event-store.js';
import type { EventCodec } from '../../src/application/shared/event-codec.js';
import type { Journal } from '../../src/domain/ledger/journal.js';

/** What any event means in the books. */
export function journalIn(recorded: RecordedEvent): Journal | undefined {
  const of = <E>(codec: EventCodec<E>, journal: (event: E) => Journal | undefined) =>
    journal(codec.decode(recorded));
  switch (recorded.stream.slice(0, recorded.stream.indexOf('-'))) {
    case 'payment':
      return of(paymentCodec, journalOf);
    case 'invoice':
      return of(invoiceCodec, invoiceJournalOf);
    case 'creditAccount':
      return of(creditCodec, creditJournalOf);
    case 'manualPayment':
      return of(manualPaymentCodec, manualPaymentJournalOf);
    default:
      return undefined;
  }
}
