import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { PreviewDocuments } from '../../../application/document/preview-documents.js';
import { invoiceTemplateIdOf } from '../../../application/invoice-template/invoice-template-ids.js';
import type { InvoiceTemplateHandler } from '../../../application/invoice-template/template-handler.js';
import type { Clock } from '../../../application/ports/clock.js';
import type {
  InvoiceTemplateQueries,
  InvoiceTemplateRow,
} from '../../../application/ports/invoice-template-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { InvoiceTemplateContent } from '../../../domain/invoice-template/content.js';
import type {
  InvoiceTemplateRejection,
  InvoiceTemplateState,
  TemplateVersion,
} from '../../../domain/invoice-template/invoice-template.js';
import type { InvoiceTemplateId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { pdfAnswer, pdfDocumented } from '../shared/pdf-answer.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import {
  createTemplateBody,
  listTemplatesQuery,
  previewQuery,
  reviseTemplateBody,
  templateListSchema,
  templateParams,
  templateQuery,
  templateSchema,
} from './invoice-templates.schemas.js';

const shown = { description: 'The template.', schema: templateSchema };
/** Somebody else revised it in between: what is kept of it is read again. */
const revisionsMax = 5;

/** How invoices are laid out, and the words on them. */
@injectable()
export class InvoiceTemplatesController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.templateHandler) private readonly templates: InvoiceTemplateHandler,
    @inject(httpTokens.templateQueries) private readonly queries: InvoiceTemplateQueries,
    @inject(httpTokens.previewDocuments) private readonly previews: PreviewDocuments,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/invoice_templates',
      tag: 'Branding',
      summary: 'Create an invoice template; the branding says which one new invoices have',
      scope: 'branding:write',
      body: createTemplateBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/invoice_templates',
      tag: 'Branding',
      summary: 'List invoice templates in their latest versions, newest first',
      scope: 'branding:read',
      query: listTemplatesQuery,
      answers: { 200: { description: 'A page of templates.', schema: templateListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/invoice_templates/:id',
      tag: 'Branding',
      summary: 'An invoice template, now or in an earlier version',
      scope: 'branding:read',
      params: templateParams,
      query: templateQuery,
      answers: { 200: shown },
      handle: async ({ params, query }) =>
        this.answer(200, await this.templates.load(params.id), query.version),
    }),
    route({
      method: 'patch',
      path: '/v1/invoice_templates/:id',
      tag: 'Branding',
      summary: 'Make its next version; what is not given stays, and invoices that are issued keep theirs',
      scope: 'branding:write',
      params: templateParams,
      body: reviseTemplateBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) => this.revise(params.id, body, context),
    }),
    route({
      method: 'get',
      path: '/v1/invoice_templates/:id/preview',
      tag: 'Branding',
      summary: 'A document of sample data in this template and the current branding',
      scope: 'branding:read',
      params: templateParams,
      query: previewQuery,
      answers: { 200: pdfDocumented },
      handle: async ({ params, query }) => {
        const { content } = versionOf(await this.templates.load(params.id), query.version);
        return this.preview(query, content);
      },
    }),
    route({
      method: 'get',
      path: '/v1/branding/preview',
      tag: 'Branding',
      summary: 'A document of sample data as it would be issued now',
      scope: 'branding:read',
      query: previewQuery.omit({ version: true }),
      answers: { 200: pdfDocumented },
      handle: ({ query }) => this.preview(query, null),
    }),
  ];

  private async create(body: z.output<typeof createTemplateBody>, context: RequestContext): Promise<Answer> {
    const templateId = invoiceTemplateIdOf(context.commandId);
    const handled = await this.templates.handle(
      templateId,
      { type: 'CreateInvoiceTemplate', at: this.clock.now(), templateId, content: body },
      context.metadata,
      ifRevision(context),
    );
    return this.answer(201, acceptedBy(handled, problemOfTemplateRejection));
  }

  private async revise(
    id: InvoiceTemplateId,
    body: z.output<typeof reviseTemplateBody>,
    context: RequestContext,
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const loaded = await this.templates.load(id);
      const { content } = versionOf(loaded);
      const insisted = context.ifRevision ?? loaded.revision ?? 0n;
      const handled = await this.templates.handle(
        id,
        { type: 'ReviseInvoiceTemplate', at: this.clock.now(), content: revised(content, body) },
        context.metadata,
        { ifRevision: insisted },
      );
      const again = handled.outcome === 'stale' && context.ifRevision === undefined;
      if (!again || tries === revisionsMax) {
        return this.answer(200, acceptedBy(handled, problemOfTemplateRejection));
      }
    }
  }

  private async preview(
    query: Omit<z.output<typeof previewQuery>, 'version'>,
    template: InvoiceTemplateContent | null,
  ): Promise<Answer> {
    const { document, locale = null, currency } = query;
    return pdfAnswer(await this.previews({ document, locale, currency, template }));
  }

  private async list(query: z.output<typeof listTemplatesQuery>): Promise<Answer> {
    const page = await this.queries.list(pageOf(query));
    const show = (row: InvoiceTemplateRow) => ({
      ...row,
      object: 'invoice_template',
      livemode: this.settings.livemode,
    });
    return listAnswer('/v1/invoice_templates', page, show, { lagMs: this.projections.lagMs() });
  }

  private answer(status: number, loaded: Loaded<InvoiceTemplateState>, version?: number): Answer {
    const { state, revision } = loaded;
    const wanted = versionOf(loaded, version);
    const [first] = state.status === 'absent' ? [] : state.versions;
    const body = {
      id: state.status === 'absent' ? '' : state.templateId,
      object: 'invoice_template' as const,
      version: wanted.version,
      ...wanted.content,
      revision,
      livemode: this.settings.livemode,
      created_at: first?.definedAt ?? wanted.definedAt,
      updated_at: wanted.definedAt,
    };
    return { status, body, etag: `"${revision}"` };
  }
}

/** @throws Refused where there is none */
function versionOf({ state }: Loaded<InvoiceTemplateState>, version?: number): TemplateVersion {
  const versions = state.status === 'absent' ? [] : state.versions;
  const found = version === undefined ? versions.at(-1) : versions[version - 1];
  if (found !== undefined) return found;
  const detail = state.status === 'absent' ? 'There is no such template.' : 'There is no such version.';
  throw refused('resource_missing', { detail });
}

function revised(
  content: InvoiceTemplateContent,
  body: z.output<typeof reviseTemplateBody>,
): InvoiceTemplateContent {
  return {
    name: body.name ?? content.name,
    paper: body.paper ?? content.paper,
    columns: body.columns ?? content.columns,
    blocks: body.blocks ?? content.blocks,
    texts: body.texts ?? content.texts,
    labels: body.labels ?? content.labels,
  };
}

const kinds: RejectionKinds<InvoiceTemplateRejection> = {
  template_not_found: 'resource_missing',
  template_already_exists: { status: 409, title: 'This template exists with another content' },
  template_column_missing: { status: 422, title: 'An invoice shows what is sold and what it costs' },
  template_column_given_twice: { status: 422, title: 'A column is given twice' },
  template_block_given_twice: { status: 422, title: 'A block is given twice' },
};

function problemOfTemplateRejection(rejection: InvoiceTemplateRejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

function detailOf(rejection: InvoiceTemplateRejection): string {
  switch (rejection.code) {
    case 'template_not_found':
      return 'There is no such template.';
    case 'template_already_exists':
      return 'The same id stands for something else already.';
    case 'template_column_missing':
      return `Give the column ${rejection.column}, too.`;
    case 'template_column_given_twice':
    case 'template_block_given_twice':
      return 'Give each of them once.';
  }
}
