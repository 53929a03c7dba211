import type { Pool } from 'pg';
import { invoiceTemplateCodec } from '../../application/invoice-template/invoice-template.codec.js';
import type {
  InvoiceTemplateQueries,
  InvoiceTemplateRow,
} from '../../application/ports/invoice-template-queries.js';
import type { Page, PageRequest } from '../../application/ports/read-models.js';
import type { InvoiceTemplateContent } from '../../domain/invoice-template/content.js';
import type { InvoiceTemplateEvent } from '../../domain/invoice-template/invoice-template.js';
import type { Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/** The latest version of each template. */
const ddl = `
  create table invoice_templates (
    id         text        primary key,
    version    integer     not null,
    content    text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  );
  create index invoice_templates_by_time on invoice_templates (created_at, id);
`;

const handlers = onEvents<InvoiceTemplateEvent>(invoiceTemplateCodec, {
  InvoiceTemplateDefined: (event, { revision }) => {
    const { at, templateId: id, version, name, paper, columns, blocks, texts, labels } = event;
    const content = JSON.stringify({ name, paper, columns, blocks, texts, labels });
    const latest = { version, content, revision, updated_at: at };
    return [
      version === 1
        ? insert('invoice_templates', { id, ...latest, created_at: at })
        : update('invoice_templates', { id }, latest),
    ];
  },
});

export const invoiceTemplatesProjection: Projection = {
  name: 'invoice_templates',
  version: 1,
  ddl,
  tables: { invoice_templates: ['id'] },
  changesOf: routeByCategory({ invoiceTemplate: handlers }),
};

type StoredRow = Omit<InvoiceTemplateRow, keyof InvoiceTemplateContent> & { readonly content: string };

export class PostgresInvoiceTemplateQueries implements InvoiceTemplateQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(page: PageRequest): Promise<Page<InvoiceTemplateRow>> {
    const found = await keysetPage<StoredRow>(this.#pool, {
      select: `select id, version, content, revision, created_at, updated_at
               from read_invoice_templates.invoice_templates`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_invoice_templates.invoice_templates where id = $)',
      conditions: new Conditions(),
      page,
    });
    const rows = found.rows.map(({ content, ...row }): InvoiceTemplateRow => {
      return { ...row, ...(JSON.parse(content) as InvoiceTemplateContent) };
    });
    return { ...found, rows };
  }
}
