import type { InvoiceTemplateId } from './ids.js';

/** Which versions of branding and template a document was issued with; versions count from 1. */
export type IssuedLook = {
  readonly brandingVersion: number;
  /** Null for the built-in template. */
  readonly template: { readonly templateId: InvoiceTemplateId; readonly version: number } | null;
};
