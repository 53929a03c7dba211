import type { BrandingEvent } from '../../domain/branding/branding.js';
import type { InvoiceTemplateEvent } from '../../domain/invoice-template/invoice-template.js';

/** What was said about the look of documents, in one sentence. */
export function describeBrandingEvent({ version, seller, logo, accent }: BrandingEvent): string {
  const by = seller.name === null ? 'nobody by name' : seller.name;
  const picture = logo === null ? 'no logo' : `a logo of ${logo.width} by ${logo.height} pixels`;
  return `Version ${version} of the branding: documents are sent by ${by}, with ${picture} and the colour ${accent}.`;
}

export function describeInvoiceTemplateEvent({ version, name, columns }: InvoiceTemplateEvent): string {
  return `Version ${version} of the invoice template ${name}, with the columns ${columns.join(', ')}.`;
}
