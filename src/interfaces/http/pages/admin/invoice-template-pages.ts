import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import { labelNames } from '../../../../application/document/labels.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { InvoiceTemplateQueries } from '../../../../application/ports/invoice-template-queries.js';
import type { InvoiceTemplateContent } from '../../../../domain/invoice-template/content.js';
import { blocks, lineColumns, plainTemplate } from '../../../../domain/invoice-template/content.js';
import { httpTokens } from '../../http-tokens.js';
import type { templateSchema } from '../../invoice-template/invoice-templates.schemas.js';
import { createTemplateBody, templateParams } from '../../invoice-template/invoice-templates.schemas.js';
import { refused } from '../../shared/problem.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { count, link, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { linesOf, typedLines } from './form-fields.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';
import { pdfPage } from './pdf-page.js';
import type { ActionField } from './record-page.js';
import { recordAnswer } from './record-page.js';

type Template = z.output<typeof templateSchema>;
type Words = Readonly<Record<string, Readonly<Record<string, string | null>>>>;

const root = '/admin/invoice-templates';

/** How invoices are laid out, and the words on them. */
@injectable()
export class InvoiceTemplatePages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.templateQueries) private readonly templates: InvoiceTemplateQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...listPages(area, {
        path: root,
        title: 'Invoice templates',
        scope: 'branding:read',
        cursor: templateParams.shape.id,
        fields: {},
        filters: [],
        action: { label: 'New template', href: `${root}/new`, scope: 'branding:write' },
        columns: [
          { title: 'Name' },
          { title: 'Version', amounts: true },
          { title: 'Paper' },
          { title: 'Changed' },
        ],
        load: (_filters, request) => this.templates.list(request),
        cells: (row) => [
          link(row.name, `${root}/${row.id}`),
          count(row.version),
          text(row.paper),
          time(row.updated_at),
        ],
      }),
      ...this.forms(area),
      page(area, {
        method: 'get',
        path: `${root}/:id`,
        access: 'branding:read',
        params: templateParams,
        handle: ({ visitor, params, context }) =>
          this.show(params, { caller: visitor, context, reason: null }),
      }),
      pdfPage(area, ask, {
        path: `${root}/:id/preview`,
        route: 'GET /v1/invoice_templates/:id/preview',
        access: 'branding:read',
        params: templateParams,
      }),
    ];
  }

  private forms(area: ConsoleArea): readonly Page[] {
    return [
      ...formPages(area, {
        path: `${root}/new`,
        title: 'A new invoice template',
        access: 'branding:write',
        fields: () => fieldsOf(plainTemplate, ''),
        body: templateBody,
        note: 'The branding says which template new invoices have.',
        button: 'Create it',
        send: async (typed, by) => {
          const { body } = await this.ask('POST /v1/invoice_templates', { body: contentOf(typed) }, by);
          return { to: `${root}/${(body as Template).id}`, done: 'The template is there.' };
        },
      }),
      ...formPages(area, {
        path: `${root}/:id/edit`,
        title: 'Edit an invoice template',
        access: 'branding:write',
        params: templateParams,
        fields: async (params, by) => {
          const template = await this.template(params, by);
          return fieldsOf(template, template.name);
        },
        body: templateBody,
        note: 'Invoices that are issued keep the version that they had.',
        button: 'Make it the next version',
        send: async (typed, by, params) => {
          await this.ask('PATCH /v1/invoice_templates/:id', { params, body: contentOf(typed) }, by);
          return { to: `${root}/${params.id}`, done: 'The next version is there.' };
        },
      }),
    ];
  }

  private async template(params: z.output<typeof templateParams>, by: Asker): Promise<Template> {
    return (await this.ask('GET /v1/invoice_templates/:id', { params }, by)).body as Template;
  }

  private async show(params: z.output<typeof templateParams>, by: Asker): Promise<PageAnswer> {
    const template = await this.template(params, by);
    const at = `${root}/${params.id}`;
    return recordAnswer(
      {
        title: `Template: ${template.name}`,
        id: params.id,
        status: null,
        links: [
          { label: 'Preview', href: `${at}/preview`, newTab: true },
          ...(by.caller.scopes.includes('branding:write') ? [{ label: 'Edit', href: `${at}/edit` }] : []),
        ],
        figures: [],
        facts: [
          { title: 'Version', cell: count(template.version) },
          { title: 'Paper', cell: text(template.paper) },
          { title: 'Columns', cell: text(template.columns.join(', ')) },
          { title: 'Parts', cell: text(template.blocks.join(', ')) },
          { title: 'Created', cell: time(template.created_at) },
          { title: 'Changed', cell: time(template.updated_at) },
        ],
        tables: [],
        texts: [
          { title: 'Texts', text: wordsTyped(template.texts) },
          { title: 'Other words', text: wordsTyped(template.labels) },
        ].filter((each) => each.text !== ''),
        actions: [],
        stream: `invoiceTemplate-${params.id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}

function fieldsOf(
  now: Omit<InvoiceTemplateContent, 'texts' | 'labels'> & { texts: Words; labels: Words },
  name: string,
): readonly ActionField[] {
  const lines = (of: string, label: string, value: string, hint: string): ActionField => ({
    ...{ name: of, label: `${label}, one a line`, type: 'lines', optional: true, value, hint },
  });
  return [
    { name: 'name', label: 'Name', value: name },
    { name: 'paper', label: 'Paper', options: ['A4', 'LETTER'], value: now.paper },
    lines('columns', 'Columns', linesOf(now.columns), `Of ${lineColumns.join(', ')}`),
    lines('blocks', 'Parts', linesOf(now.blocks), `Of ${blocks.join(', ')}`),
    lines('texts', 'Texts', wordsTyped(now.texts), 'Such as "en closing: Thank you", or intro'),
    lines(
      'labels',
      'Other words',
      wordsTyped(now.labels),
      `Such as "en tax_id: VAT ID". Of ${labelNames.join(', ')}`,
    ),
  ];
}

const templateBody = {
  name: createTemplateBody.shape.name,
  paper: z.enum(['A4', 'LETTER']),
  columns: typedLines,
  blocks: typedLines,
  texts: typedLines,
  labels: typedLines,
};

function contentOf({ texts, labels, ...rest }: z.output<z.ZodObject<typeof templateBody>>) {
  return { ...rest, texts: wordsOf(texts), labels: wordsOf(labels) };
}

/** `en closing: Thank you`, line by line. */
function wordsTyped(words: Words): string {
  return linesOf(
    Object.entries(words).flatMap(([language, named]) =>
      Object.entries(named).flatMap(([name, said]) =>
        said === null ? [] : [`${language} ${name}: ${said}`],
      ),
    ),
  );
}

/** @throws Refused with the first line that is none */
function wordsOf(lines: readonly string[]): Words {
  const words: Record<string, Record<string, string>> = {};
  for (const line of lines) {
    const [, language, name, said] = /^([\w-]+)\s+(\w+)\s*:\s*(\S.*)$/.exec(line) ?? [];
    if (language === undefined || name === undefined || said === undefined) {
      throw refused('invalid_request', { detail: `"${line}" is not like "en closing: Thank you".` });
    }
    words[language] = { ...words[language], [name]: said };
  }
  return words;
}
