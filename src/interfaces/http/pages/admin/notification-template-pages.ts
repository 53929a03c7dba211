import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { NoticeKind } from '../../../../application/notification/notice-kinds.js';
import { noticeKinds } from '../../../../application/notification/notice-kinds.js';
import type { ChangedTemplate, NoticeWords } from '../../../../application/ports/notice-templates.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { httpTokens } from '../../http-tokens.js';
import {
  changeTemplateBody,
  previewTemplateBody,
  templateParams,
} from '../../notification/notifications.schemas.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import { count, link, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';
import type { Action, ActionField } from './record-page.js';
import { thingAnswer } from './record-page.js';

type Template = Omit<ChangedTemplate, 'changed_at' | 'changed_by'> & {
  readonly id: string;
  readonly variables: readonly string[];
  readonly changed_at: string | null;
  readonly changed_by: string | null;
};
type Preview = { readonly subject: string; readonly text: string };
/** Words that are not kept, to be seen in a mail. */
type Tried = { readonly [K in keyof NoticeWords]?: NoticeWords[K] | undefined };
type Named = { readonly kind: NoticeKind; readonly language: string };

const root = '/admin/notification-templates';
const writePath = `${root}/write`;
const pathOf = ({ kind, language }: Named): string => `${root}/${kind}/${language}`;

/** The words of mails: what they are, how a mail would read, and other ones. */
@injectable()
export class NotificationTemplatePages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const act = actionPage(area, ask);
    this.pages = [
      ...this.list(area),
      ...this.anotherLanguage(area),
      page(area, {
        method: 'get',
        path: `${root}/:kind/:language`,
        access: 'notifications:read',
        params: templateParams,
        handle: ({ visitor, params, context }) => this.show(params, {}, visitor, context),
      }),
      page(area, {
        method: 'post',
        path: `${root}/:kind/:language/preview`,
        access: 'notifications:read',
        params: templateParams,
        form: previewTemplateBody.extend({ reason: z.string().optional() }),
        back: ({ params }) => pathOf(params),
        handle: ({ visitor, params, form: { reason: _unsaid, ...tried }, context }) =>
          this.show(params, tried, visitor, context),
      }),
      act({
        path: `${root}/:kind/:language/change`,
        route: 'PUT /v1/notification_templates/:kind/:language',
        access: 'notifications:write',
        params: templateParams,
        body: changeTemplateBody.shape,
        done: 'Mails read like this from now on.',
      }),
      act({
        path: `${root}/:kind/:language/reset`,
        route: 'DELETE /v1/notification_templates/:kind/:language',
        access: 'notifications:write',
        params: templateParams,
        to: root,
        done: "The program's own words count again.",
      }),
    ];
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: root,
      title: 'Words of mails',
      scope: 'notifications:read',
      cursor: z.string().max(40),
      fields: {},
      filters: [],
      action: { label: 'Another language', href: writePath, scope: 'notifications:write' },
      columns: [
        { title: 'Kind' },
        { title: 'Language' },
        { title: 'Subject' },
        { title: 'Version', amounts: true },
        { title: 'Changed by' },
        { title: 'Changed' },
      ],
      load: async (_filters, _page, by) => {
        const { body } = await this.ask('GET /v1/notification_templates', {}, by);
        return { rows: (body as { readonly data: readonly Template[] }).data, hasMore: false };
      },
      cells: (row) => [
        link(row.kind.replaceAll('_', ' '), pathOf(row)),
        text(row.language),
        text(row.subject),
        count(row.version),
        text(row.changed_by),
        time(row.changed_at),
      ],
    });
  }

  private anotherLanguage(area: ConsoleArea): readonly Page[] {
    return formPages(area, {
      path: writePath,
      title: 'Words in another language',
      access: 'notifications:write',
      fields: () => writeFields,
      body: writeBody,
      button: 'Write them',
      send: async ({ kind, language, ...body }, by) => {
        const params = { kind, language };
        await this.ask('PUT /v1/notification_templates/:kind/:language', { params, body }, by);
        return { to: pathOf(params), done: 'They are written.' };
      },
    });
  }

  private async show(
    params: { readonly kind: string; readonly language: string },
    tried: Tried,
    operator: Operator,
    context: PageContext,
  ): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const one = await this.ask('GET /v1/notification_templates/:kind/:language', { params }, by);
    const asked = { params, body: tried };
    const seen = await this.ask('POST /v1/notification_templates/:kind/:language/preview', asked, by);
    const template = one.body as Template;
    const preview = seen.body as Preview;
    const isTrial = tried.subject !== undefined || tried.body !== undefined;
    const mayWrite = operator.scopes.includes('notifications:write');
    return thingAnswer({
      title: `${template.kind.replaceAll('_', ' ')}, ${template.language}`,
      id: null,
      status: null,
      figures: [],
      facts: [
        {
          title: 'Version',
          cell: text(template.version === 0 ? "the program's own" : `${template.version}`),
        },
        { title: 'Changed by', cell: text(template.changed_by) },
        { title: 'Changed', cell: time(template.changed_at) },
        { title: 'May name', cell: text(template.variables.map((name) => `{{${name}}}`).join(' ')) },
      ],
      tables: [],
      texts: [
        { title: 'Words', text: `${template.subject}\n\n${template.body}` },
        {
          title: isTrial ? 'How a mail would read with yours, which are not kept' : 'How a mail reads',
          text: `${preview.subject}\n\n${preview.text}`,
        },
      ],
      actions: mayWrite ? actionsOf(template, tried, isTrial) : [],
    });
  }
}

const wordFields = (words: Tried): readonly ActionField[] => [
  { name: 'subject', label: 'Subject', ...(words.subject === undefined ? {} : { value: words.subject }) },
  {
    ...{ name: 'body', label: 'Words', type: 'lines', hint: 'An empty line parts paragraphs.' },
    ...(words.body === undefined ? {} : { value: words.body }),
  },
];
const writeFields: readonly ActionField[] = [
  { name: 'kind', label: 'Kind', options: noticeKinds },
  { name: 'language', label: 'Language', hint: 'Its ISO 639 code, such as fr' },
  ...wordFields({}),
];
const writeBody = {
  ...changeTemplateBody.shape,
  kind: z.enum(noticeKinds),
  language: templateParams.shape.language,
};

function actionsOf(template: Template, tried: Tried, isTrial: boolean): readonly Action[] {
  const at = pathOf(template);
  const other: Action = {
    title: 'Write other words',
    path: `${at}/change`,
    button: 'Keep them',
    fields: wordFields({ subject: tried.subject ?? template.subject, body: tried.body ?? template.body }),
    trial: { path: `${at}/preview`, button: 'See a mail first' },
    open: isTrial,
  };
  const own: Action = {
    ...{ title: "Back to the program's own words", path: `${at}/reset`, button: 'Take these away' },
    danger: true,
  };
  return template.version === 0 ? [other] : [other, own];
}
