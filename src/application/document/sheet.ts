import type { Colour, Logo } from '../../domain/branding/content.js';
import type { Paper } from '../../domain/invoice-template/content.js';
import type { Instant } from '../../domain/shared/instant.js';

/**
 * What stands on a printed document, in the words and figures of its reader. Every text may hold anything that a person
 * typed; whoever draws it draws letters and nothing else. It is plain data.
 */
export type Sheet = {
  /** BCP 47; it decides which letters of Chinese characters are drawn. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  readonly paper: Paper;
  readonly accent: Colour;
  readonly logo: Picture | null;
  /** What the file says of its making: of the document, never of the moment it is drawn. */
  readonly madeAt: Instant;
  readonly heading: string;
  /** Null for a draft, and for what is not numbered. */
  readonly number: string | null;
  /** Across the page, for what is no valid demand: a draft, a void invoice. */
  readonly mark: string | null;
  readonly seller: Party;
  readonly buyer: Party;
  readonly facts: readonly Fact[];
  readonly headline: { readonly amount: string; readonly note: string } | null;
  readonly intro: string | null;
  readonly lines: Table;
  readonly totals: readonly Total[];
  readonly sections: readonly Section[];
  readonly closing: readonly string[];
  readonly footer: readonly string[];
  readonly pageLabel: PageLabel;
};

/** A label with `{page}` and `{pages}` in it, and the figures from 0 to 9 that the reader counts with. */
export type PageLabel = { readonly text: string; readonly figures: readonly string[] };

export type Picture = Logo & { readonly bytes: Uint8Array };

export type Party = {
  readonly label: string;
  readonly name: string | null;
  readonly lines: readonly string[];
};

export type Fact = { readonly label: string; readonly value: string };

export type Column = {
  readonly label: string;
  /** Figures stand at the end of their column, words at the start. */
  readonly align: 'start' | 'end';
  /** Takes what the others leave; one column of a table does. */
  readonly grows: boolean;
};

export type Row = {
  /** One for each column. */
  readonly cells: readonly string[];
  /** Smaller rows that belong to this one, such as the tiers of a price. */
  readonly details: readonly (readonly string[])[];
};

export type Table = { readonly columns: readonly Column[]; readonly rows: readonly Row[] };

export type Total = {
  readonly label: string;
  readonly value: string;
  readonly weight: 'plain' | 'strong' | 'grand';
};

export type Section = { readonly title: string; readonly table: Table };
