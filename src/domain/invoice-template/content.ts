/** How an invoice is laid out and what it says beside its figures. */
export type InvoiceTemplateContent = {
  readonly name: string;
  readonly paper: Paper;
  /** In reading order. */
  readonly columns: readonly LineColumn[];
  readonly blocks: readonly Block[];
  /** By BCP 47 tag; the nearest one counts, from `de-AT` to `de`. */
  readonly texts: Readonly<Record<string, TemplateTexts>>;
  /** Words in place of the built-in ones, by BCP 47 tag and the word's name. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

export type Paper = 'A4' | 'LETTER';

export const lineColumns = [
  'number',
  'description',
  'quantity',
  'unit_price',
  'discount',
  'tax',
  'amount',
] as const;
export type LineColumn = (typeof lineColumns)[number];

/** Parts of the page that can be left out; the figures that sum to the amount due cannot. */
export const blocks = ['periods', 'tax_table', 'payments', 'payment_plan', 'memo'] as const;
type Block = (typeof blocks)[number];

type TemplateTexts = {
  /** Above the lines. */
  readonly intro: string | null;
  /** Below everything. */
  readonly closing: string | null;
};

/** What invoices look like without a template of one's own. */
export const plainTemplate: InvoiceTemplateContent = {
  name: 'Plain',
  paper: 'A4',
  columns: ['description', 'quantity', 'unit_price', 'tax', 'amount'],
  blocks: ['periods', 'payments', 'payment_plan', 'memo'],
  texts: {},
  labels: {},
};
