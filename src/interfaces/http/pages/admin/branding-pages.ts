import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { InvoiceTemplateQueries } from '../../../../application/ports/invoice-template-queries.js';
import { logoBytesMax } from '../../../../application/ports/logos.js';
import { firstPage } from '../../../../application/ports/read-models.js';
import type { brandingSchema } from '../../branding/branding.schemas.js';
import { httpTokens } from '../../http-tokens.js';
import { textField } from '../../shared/fields.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { idCell, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { linesOf, typedLines } from './form-fields.js';
import { formPages } from './form-pages.js';
import { pdfPage } from './pdf-page.js';
import type { ActionField } from './record-page.js';
import { recordAnswer } from './record-page.js';

type Branding = z.output<typeof brandingSchema>;

/** More than that are not offered as a choice; the API takes any. */
const templatesOffered = firstPage(100);
/** A logo that is somewhat too large is told so like all else; what is larger still is not read. */
const uploadBytesMax = 4 * logoBytesMax;
const noTemplate = 'built_in';

/** What documents look like, and who sends them. */
@injectable()
export class BrandingPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.templateQueries) private readonly templates: InvoiceTemplateQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const preview = (name: string, document: string) =>
      pdfPage(area, ask, {
        path: `/admin/branding/${name}`,
        route: 'GET /v1/branding/preview',
        access: 'branding:read',
        query: { document },
      });
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/branding',
        access: 'branding:read',
        handle: ({ visitor, context }) => this.show({ caller: visitor, context, reason: null }),
      }),
      preview('invoice', 'invoice'),
      preview('credit-note', 'credit_note'),
      ...formPages(area, {
        path: '/admin/branding/edit',
        title: 'Branding',
        access: 'branding:write',
        fields: (_params, by) => this.fields(by),
        body: brandingBody,
        note: 'Documents that are issued keep the look that they had.',
        button: 'Make it the next version',
        uploadBytesMax,
        send: async (typed, by) => {
          await this.ask('PUT /v1/branding', { body: bodyOf(typed, await this.branding(by)) }, by);
          return { to: '/admin/branding', done: 'New documents look like this.' };
        },
      }),
    ];
  }

  private async branding(by: Asker): Promise<Branding> {
    return (await this.ask('GET /v1/branding', {}, by)).body as Branding;
  }

  private async fields(by: Asker): Promise<readonly ActionField[]> {
    const now = await this.branding(by);
    const { rows } = await this.templates.list(templatesOffered);
    const lines = (name: string, label: string, value: readonly string[]): ActionField => ({
      ...{ name, label: `${label}, line by line`, type: 'lines', optional: true, value: value.join('\n') },
    });
    return [
      { name: 'name', label: 'Name of the business', optional: true, value: now.seller.name ?? '' },
      lines('address', 'Address', now.seller.address),
      lines('tax_ids', 'Tax ids', now.seller.tax_ids),
      lines('contact', 'Contact', now.seller.contact),
      { name: 'accent', label: 'Colour', hint: 'Such as #1f3a5f; it is read on white', value: now.accent },
      lines('footer', 'Foot of the page', now.footer),
      {
        name: 'locale',
        label: 'Language',
        hint: 'Such as de-AT, where a customer has none',
        value: now.locale,
      },
      {
        ...{
          name: 'invoice_template',
          label: 'Template of new invoices',
          value: now.invoice_template ?? noTemplate,
        },
        options: [
          { value: noTemplate, label: 'The built-in one' },
          ...rows.map(({ id, name }) => ({ value: id, label: name })),
        ],
      },
      ...(now.logo === null
        ? []
        : [{ name: 'logo', label: 'Logo', options: ['keep', 'take_away'], value: 'keep' } as const]),
      {
        ...{
          name: 'picture',
          label: now.logo === null ? 'Logo' : 'Another logo',
          type: 'file',
          optional: true,
        },
        hint: `A PNG or a JPEG of at most ${logoBytesMax / 1024} KiB`,
      } as const,
    ];
  }

  private async show(by: Asker): Promise<PageAnswer> {
    const { seller, logo, ...now } = await this.branding(by);
    return recordAnswer(
      {
        title: 'Branding',
        id: null,
        status: null,
        links: [
          { label: 'An invoice', href: '/admin/branding/invoice', newTab: true },
          { label: 'A credit note', href: '/admin/branding/credit-note', newTab: true },
          ...(by.caller.scopes.includes('branding:write')
            ? [{ label: 'Edit', href: '/admin/branding/edit' }]
            : []),
        ],
        figures: [],
        facts: [
          { title: 'Version', cell: text(now.version === 0 ? 'none was defined' : String(now.version)) },
          { title: 'Colour', cell: text(now.accent) },
          { title: 'Logo', cell: text(logo === null ? 'none' : `${logo.width} by ${logo.height} pixels`) },
          { title: 'Language', cell: text(now.locale) },
          {
            title: 'Template',
            cell: now.invoice_template === null ? text('the built-in one') : idCell(now.invoice_template),
          },
          { title: 'Defined', cell: time(now.defined_at) },
        ],
        tables: [],
        texts: [
          {
            title: 'Sender',
            text: linesOf([seller.name ?? '', ...seller.address, ...seller.tax_ids, ...seller.contact]),
          },
          { title: 'Foot of each page', text: linesOf(now.footer) },
        ],
        actions: [],
        stream: 'branding-default',
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}

const brandingBody = {
  name: textField(200).optional(),
  address: typedLines,
  tax_ids: typedLines,
  contact: typedLines,
  accent: textField(7),
  footer: typedLines,
  locale: textField(35),
  invoice_template: z.string().max(100),
  logo: z.enum(['keep', 'take_away']).default('keep'),
  picture: z.string().optional(),
};

function bodyOf(typed: z.output<z.ZodObject<typeof brandingBody>>, { logo }: Branding) {
  const { name, address, tax_ids, contact, invoice_template: template, picture, ...rest } = typed;
  const kept = logo === null || typed.logo === 'take_away' ? null : { sha256: logo.sha256 };
  return {
    ...rest,
    seller: { address, tax_ids, contact, ...(name === undefined ? {} : { name }) },
    invoice_template: template === noTemplate ? null : template,
    logo: picture === undefined ? kept : { data: picture },
  };
}
