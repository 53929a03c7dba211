import type { InvoiceDetails } from '../../domain/invoice/events.js';
import { exponentOf } from '../../domain/shared/currency.js';
import { decimal } from '../../domain/shared/decimal.js';
import type { Money } from '../../domain/shared/money.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import { mustBeAccepted } from './policy-steps.js';

/** Drafts and finalizes an invoice of one line, due at once; may be repeated. */
export async function issueInvoice(
  invoices: InvoiceOperations,
  clock: Clock,
  wanted: {
    readonly details: InvoiceDetails;
    readonly description: string;
    readonly amount: Money;
    readonly metadataOf: (step: string) => EventMetadata;
  },
): Promise<void> {
  const { details, description, amount, metadataOf } = wanted;
  const { invoiceId } = details;
  const line = {
    description,
    charge: {
      kind: 'unit',
      quantity: decimal(1n, 0),
      unitPrice: decimal(amount.minor, exponentOf(amount.currency)),
    },
    discount: null,
    taxes: [],
    period: null,
    metadata: {},
  } as const;
  const drafted = await invoices.run(
    invoiceId,
    {
      type: 'DraftInvoice',
      at: clock.now(),
      details,
      content: { lines: [line], discount: null, due: { kind: 'after', days: 0 }, memo: null, metadata: {} },
    },
    metadataOf('draft'),
  );
  mustBeAccepted(drafted, `draft ${invoiceId}`);
  mustBeAccepted(await invoices.finalize(invoiceId, metadataOf('finalize')), `finalize ${invoiceId}`);
}
