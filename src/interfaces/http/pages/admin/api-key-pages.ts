import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ApiKeys } from '../../../../application/ports/api-keys.js';
import { scopes } from '../../../../application/ports/api-keys.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { httpTokens } from '../../http-tokens.js';
import { textField } from '../../shared/fields.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';

const keyId = z.string().regex(/^key_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const params = z.strictObject({ id: keyId });
const scope = z.enum(scopes);
const overlaps = { none: 0n, hour: 3_600n, day: 86_400n, week: 604_800n } as const;

/** API keys: made and told once, replaced with an overlap, revoked. */
@injectable()
export class ApiKeyPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.apiKeys) private readonly keys: ApiKeys,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const back = () => '/admin/api-keys';
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/api-keys',
        access: 'keys:read',
        query: z.strictObject({ after: keyId.optional() }),
        handle: ({ visitor, query }) => this.list(visitor, query.after ?? null),
      }),
      page(area, {
        method: 'post',
        path: '/admin/api-keys',
        access: 'keys:write',
        form: z.strictObject({
          name: textField(100),
          'scopes[]': z.array(scope, { error: 'Choose what the key may do.' }),
          reason: reasonField,
        }),
        back,
        handle: ({ visitor, form, context }) =>
          this.withSecret(
            'POST /v1/api_keys',
            { body: { name: form.name, scopes: form['scopes[]'] } },
            { visitor, context, reason: form.reason },
          ),
      }),
      page(area, {
        method: 'post',
        path: '/admin/api-keys/:id/rotate',
        access: 'keys:write',
        params,
        form: z.strictObject({
          overlap: z.enum(['none', 'hour', 'day', 'week']),
          reason: reasonField,
        }),
        back,
        handle: ({ visitor, params: { id }, form: { overlap, reason }, context }) =>
          this.withSecret(
            'POST /v1/api_keys/:id/rotate',
            { params: { id }, body: { overlap_seconds: overlaps[overlap] } },
            { visitor, context, reason },
          ),
      }),
      page(area, {
        method: 'post',
        path: '/admin/api-keys/:id/revoke',
        access: 'keys:write',
        params,
        form: z.strictObject({ reason: reasonField }),
        back,
        handle: async ({ visitor, params: { id }, form, context }) => {
          const by = { caller: visitor, context, reason: form.reason };
          await this.ask('POST /v1/api_keys/:id/revoke', { params: { id } }, by);
          const told = { kind: 'good', text: 'The key is refused everywhere within a second.' } as const;
          return { kind: 'redirect', to: '/admin/api-keys', told };
        },
      }),
    ];
  }

  private async list(operator: Operator, after: string | null): Promise<PageAnswer> {
    const { rows, hasMore } = await this.keys.list({ limit: 50, startingAfter: after, endingBefore: null });
    const last = rows.at(-1);
    const next = hasMore && last !== undefined ? `/admin/api-keys?after=${last.id}` : null;
    const data = { rows, next, operator, mayWrite: operator.scopes.includes('keys:write') };
    return { kind: 'page', template: '/admin/api-keys', title: 'API keys', data };
  }

  private async withSecret(
    name: string,
    asked: Parameters<AskApi>[1],
    by: { readonly visitor: Operator; readonly context: PageContext; readonly reason: string },
  ): Promise<PageAnswer> {
    const { visitor, context, reason } = by;
    const { toldOnce } = await this.ask(name, asked, { caller: visitor, context, reason });
    const data = {
      secret: String(toldOnce?.['secret']),
      what: 'The secret of the new API key. It is kept as a digest only: nobody can show it again.',
      back: '/admin/api-keys',
    };
    return { kind: 'page', template: '/admin/told-once', title: 'Copy this key now', data };
  }
}
