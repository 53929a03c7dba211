import type { InvoiceTemplateId } from '../shared/ids.js';

/** How the documents of this business look, and who sends them. */
export type BrandingContent = {
  readonly seller: Seller;
  readonly logo: Logo | null;
  /** Of headings, rules and the amount due; it is read on white paper. */
  readonly accent: Colour;
  /** At the foot of each page, such as the bank account and the court of registration. */
  readonly footer: readonly string[];
  /** BCP 47; for customers who have none of their own. */
  readonly locale: string;
  /** What new invoices are laid out by; null for the built-in template. */
  readonly invoiceTemplate: InvoiceTemplateId | null;
};

type Seller = {
  readonly name: string | null;
  readonly address: readonly string[];
  readonly taxIds: readonly string[];
  /** Such as an e-mail address, a telephone number, a web page. */
  readonly contact: readonly string[];
};

/** A picture that is kept apart from the facts, by the digest of its bytes. */
export type Logo = {
  readonly sha256: string;
  readonly mediaType: 'image/png' | 'image/jpeg';
  readonly width: number;
  readonly height: number;
};

/** `#` and six hexadecimal digits in lower case, as in CSS. */
export type Colour = `#${string}`;

/** What documents look like until somebody says otherwise. */
export const plainBranding: BrandingContent = {
  seller: { name: null, address: [], taxIds: [], contact: [] },
  logo: null,
  accent: '#1f3a5f',
  footer: [],
  locale: 'en',
  invoiceTemplate: null,
};
