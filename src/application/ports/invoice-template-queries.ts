import type { InvoiceTemplateContent } from '../../domain/invoice-template/content.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Page, PageRequest } from './read-models.js';

export type InvoiceTemplateRow = InvoiceTemplateContent & {
  readonly id: string;
  /** The latest. */
  readonly version: number;
  readonly revision: bigint;
  readonly created_at: Instant;
  readonly updated_at: Instant;
};

export interface InvoiceTemplateQueries {
  list(page: PageRequest): Promise<Page<InvoiceTemplateRow>>;
}
