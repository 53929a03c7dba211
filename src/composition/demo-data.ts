import type { Container } from 'inversify';
import { customerIdOf } from '../application/customer/customer-ids.js';
import { invoiceIdOf } from '../application/invoice/invoice-ids.js';
import { payLinkMs, signInMinutes } from '../application/notification/issue-links.js';
import type { EventMetadata } from '../application/ports/event-store.js';
import { commandIdOf } from '../application/shared/event-ids.js';
import { later } from '../application/webhook/retry-schedule.js';
import { blankProfile } from '../domain/customer/profile.js';
import type { InvoiceLine, TaxRate } from '../domain/invoice/content.js';
import type { InvoiceDetails } from '../domain/invoice/events.js';
import { decimal } from '../domain/shared/decimal.js';
import type { CustomerId, InvoiceId } from '../domain/shared/ids.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';

/** What a first look at the customers' side needs. */
export type DemoLinks = {
  /** Signs the demo's customer in, once, within 15 minutes. */
  readonly portal: string;
  /** Leads to an open invoice of theirs. */
  readonly pay: string;
};

/** More than anybody pays by hand. */
const invoicesMax = 200;

/**
 * One customer and one open invoice, by the same commands that the API gives, under ids that are the same at every start: what
 * is there already stays as it is, and once the invoice was paid another one is issued.
 */
export async function prepareDemo(container: Container, publicUrl: string): Promise<DemoLinks> {
  const links = container.get(httpTokens.links);
  const now = container.get(httpTokens.clock).now();
  const customerId = await demoCustomer(container);
  const invoiceId = await openInvoice(container, customerId);
  const portal = await links.issue('portal', customerId, later(now, signInMinutes * 60_000));
  const pay = await links.issue('pay', invoiceId, later(now, payLinkMs));
  return { portal: `${publicUrl}/portal/sign-in/${portal}`, pay: `${publicUrl}/pay/${pay}` };
}

async function demoCustomer(container: Container): Promise<CustomerId> {
  const customerId = customerIdOf(commandIdOf('demo', 'customer'));
  const { state } = await container.get(httpTokens.customerOperations).load(customerId);
  if (state.status !== 'absent') return customerId;
  const profile = {
    ...blankProfile,
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    timeZone: 'Europe/London',
  };
  await container.get(httpTokens.keepProfiles).register(customerId, profile, metadataOf('register customer'));
  return customerId;
}

async function openInvoice(container: Container, customerId: CustomerId): Promise<InvoiceId> {
  const invoices = container.get(httpTokens.invoiceOperations);
  for (let number = 1; number <= invoicesMax; number += 1) {
    const invoiceId = invoiceIdOf(commandIdOf('demo', `invoice ${number}`));
    const { state } = await invoices.load(invoiceId);
    if (state.status === 'open') return invoiceId;
    if (state.status !== 'absent' && state.status !== 'draft' && state.status !== 'finalizing') continue;
    const details: InvoiceDetails = {
      ...{ invoiceId, customerId, orderId: null },
      currency: 'EUR',
      purpose: 'sale',
    };
    const content = {
      lines: [line('Oak desk, one of one', '1', 48_900n), line('Desk lamp', '2', 3_950n)],
      discount: null,
      due: { kind: 'after', days: 14 },
      memo: 'Thank you for trying Counterfoil.',
      metadata: {},
    } as const;
    const at = container.get(httpTokens.clock).now();
    const draft = { type: 'DraftInvoice', at, details, content } as const;
    await invoices.run(invoiceId, draft, metadataOf(`draft ${invoiceId}`));
    await invoices.finalize(invoiceId, metadataOf(`finalize ${invoiceId}`));
    return invoiceId;
  }
  throw new Error(`the demo has ${invoicesMax} invoices already`);
}

const vat: TaxRate = { name: 'VAT', percentage: decimal(20n, 0), jurisdiction: 'AT', inclusive: true };

function line(description: string, quantity: '1' | '2', cents: bigint): InvoiceLine {
  return {
    description,
    charge: { kind: 'unit', quantity: decimal(BigInt(quantity), 0), unitPrice: decimal(cents, 2) },
    discount: null,
    taxes: [vat],
    period: null,
    metadata: {},
  };
}

function metadataOf(step: string): EventMetadata {
  const commandId = commandIdOf('demo', step);
  return {
    ...{ commandId, correlationId: commandId, causationId: commandId },
    actor: { kind: 'system', id: 'demo' },
    reason: null,
  };
}
