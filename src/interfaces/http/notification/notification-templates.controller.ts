import { inject, injectable } from 'inversify';
import type { RenderMail } from '../../../application/notification/compose-notice.js';
import { exampleFacts, exampleLinks } from '../../../application/notification/example-facts.js';
import type { UnfitWords } from '../../../application/notification/fill-words.js';
import { unfitness } from '../../../application/notification/fill-words.js';
import type { NoticeKind } from '../../../application/notification/notice-kinds.js';
import { noticeKinds, variablesOf } from '../../../application/notification/notice-kinds.js';
import { englishWords, ownLanguages, ownWords } from '../../../application/notification/words-of-notices.js';
import { plainText, writeNotice } from '../../../application/notification/write-notice.js';
import type {
  ChangedTemplate,
  NoticeTemplates,
  NoticeWords,
} from '../../../application/ports/notice-templates.js';
import { knownZone } from '../../../application/shared/zones.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { listAnswer } from '../shared/lists.js';
import type { RejectionKinds } from '../shared/problem.js';
import { problemOfRejection, Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import {
  changeTemplateBody,
  previewSchema,
  previewTemplateBody,
  templateListSchema,
  templateParams,
  templateSchema,
} from './notifications.schemas.js';

const shown = { description: 'The words that count now.', schema: templateSchema };
const facts = { tag: 'Notifications', params: templateParams } as const;

const unfit: RejectionKinds<UnfitWords> = {
  template_variable_unknown: { status: 422, title: 'The words name a variable that there is none of' },
  template_malformed: { status: 422, title: 'The words hold braces that make no variable' },
};

/** The words of mails, which are data: every version stays, and nothing in them can be run. */
@injectable()
export class NotificationTemplatesController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.noticeTemplates) private readonly templates: NoticeTemplates,
    @inject(httpTokens.renderMail) private readonly renderMail: RenderMail,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/notification_templates',
      tag: 'Notifications',
      summary: 'The words of every kind of mail, in every language that there are any in',
      scope: 'notifications:read',
      answers: { 200: { description: 'All of them.', schema: templateListSchema } },
      handle: () => this.list(),
    }),
    route({
      ...facts,
      method: 'get',
      path: '/v1/notification_templates/:kind/:language',
      summary: 'The words of one kind of mail in one language',
      scope: 'notifications:read',
      answers: { 200: shown },
      handle: ({ params }) => this.show(params.kind, params.language),
    }),
    route({
      ...facts,
      method: 'put',
      path: '/v1/notification_templates/:kind/:language',
      summary: 'Write the words of one kind of mail in one language; also in a language that had none',
      scope: 'notifications:write',
      body: changeTemplateBody,
      answers: { 200: shown },
      handle: async ({ params: { kind, language }, body, context }) => {
        mustFit(kind, body);
        await this.change(kind, language, body, context);
        return this.show(kind, language);
      },
    }),
    route({
      ...facts,
      method: 'delete',
      path: '/v1/notification_templates/:kind/:language',
      summary: "Let the program's own words count again",
      scope: 'notifications:write',
      answers: { 200: shown },
      handle: async ({ params: { kind, language }, context }) => {
        await this.show(kind, language);
        await this.change(kind, language, null, context);
        const words = ownWords(kind, language) ?? englishWords(kind);
        return { status: 200, body: own(kind, language, words) };
      },
    }),
    route({
      ...facts,
      method: 'post',
      path: '/v1/notification_templates/:kind/:language/preview',
      summary: 'How a mail would look, with example values; nothing is sent or kept',
      scope: 'notifications:read',
      body: previewTemplateBody,
      answers: { 200: { description: 'The mail.', schema: previewSchema } },
      handle: ({ params, body }) => this.preview(params.kind, params.language, body),
    }),
  ];

  private async list(): Promise<Answer> {
    const changed = await this.templates.list();
    const isChanged = (kind: string, language: string) =>
      changed.some((each) => each.kind === kind && each.language === language);
    const owned = noticeKinds.flatMap((kind) =>
      ownLanguages
        .filter((language) => !isChanged(kind, language))
        .map((language) => own(kind, language, ownWords(kind, language) ?? englishWords(kind))),
    );
    const all = [...owned, ...changed.map(written)].sort((a, b) => (a.id < b.id ? -1 : 1));
    return listAnswer('/v1/notification_templates', { rows: all, hasMore: false }, (row) => row);
  }

  private async show(kind: NoticeKind, language: string): Promise<Answer> {
    const changed = await this.templates.find(kind, language);
    if (changed !== undefined) return { status: 200, body: written(changed) };
    const words = ownWords(kind, language);
    if (words === undefined) {
      throw refused('resource_missing', { detail: 'There are no words of this kind in this language.' });
    }
    return { status: 200, body: own(kind, language, words) };
  }

  private change(kind: NoticeKind, language: string, words: NoticeWords | null, context: RequestContext) {
    const { actor, reason } = context.metadata;
    const changedBy = `${actor.kind}:${actor.id}`;
    return this.templates.change({ kind, language, words, changedBy, reason });
  }

  private async preview(
    kind: NoticeKind,
    language: string,
    tried: { readonly subject?: string | undefined; readonly body?: string | undefined },
  ): Promise<Answer> {
    const now = (await this.templates.find(kind, language)) ?? ownWords(kind, language) ?? englishWords(kind);
    const words = { subject: tried.subject ?? now.subject, body: tried.body ?? now.body };
    mustFit(kind, words);
    const { businessName } = this.settings;
    const mail = writeNotice(kind, words, {
      facts: exampleFacts,
      links: exampleLinks,
      reader: { name: 'Ada Lovelace', locale: language, language, zone: knownZone('UTC') },
      businessName,
    });
    const html = this.renderMail(mail, businessName);
    const { subject } = mail;
    return {
      status: 200,
      body: { object: 'notification_preview', language, subject, text: plainText(mail), html },
    };
  }
}

/** @throws Refused for words that cannot be used */
function mustFit(kind: NoticeKind, words: NoticeWords): void {
  const known = variablesOf(kind);
  const found = unfitness(words, known);
  if (found === undefined) return;
  const may = `They may name ${known.map((name) => `{{${name}}}`).join(', ')}.`;
  const detail =
    found.code === 'template_variable_unknown' ? `There is no ${found.names.join(', ')} here. ${may}` : may;
  throw new Refused(problemOfRejection(unfit, found, { detail, param: 'body' }));
}

function own(kind: NoticeKind, language: string, { subject, body }: NoticeWords) {
  const of = { id: `${kind}/${language}`, object: 'notification_template' as const, kind, language };
  return {
    ...of,
    subject,
    body,
    variables: variablesOf(kind),
    version: 0,
    changed_by: null,
    changed_at: null,
  };
}

function written({ kind, language, subject, body, version, changed_by, changed_at }: ChangedTemplate) {
  return { ...own(kind, language, { subject, body }), version, changed_by, changed_at };
}
