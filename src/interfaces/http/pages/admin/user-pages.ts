import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import { scopesOfRole } from '../../../../application/user/role-scopes.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import type { Users } from '../../../../application/user/users.js';
import type { UserId } from '../../../../domain/shared/ids.js';
import { parseUserId } from '../../../../domain/shared/ids.js';
import { roles } from '../../../../domain/user/roles.js';
import { httpTokens } from '../../http-tokens.js';
import { idField, textField } from '../../shared/fields.js';
import { refused } from '../../shared/problem.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { emailField, reasonField } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';

const userId = idField(parseUserId, 'usr');
const params = z.strictObject({ id: userId });
const role = z.enum(roles);
const reasonForm = z.strictObject({ reason: reasonField });

/** Who may use the console: inviting, roles, and an end to it. */
@injectable()
export class UserPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.users) private readonly users: Users,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const action = (name: string, done: string) =>
      page(area, {
        method: 'post',
        path: `/admin/users/:id/${name}`,
        access: 'users:write',
        params,
        form: reasonForm,
        back: ({ params: { id } }) => `/admin/users/${id}`,
        handle: async ({ visitor, params: { id }, form, context }) => {
          const by = { caller: visitor, context, reason: form.reason };
          await this.ask(`POST /v1/users/:id/${name}`, { params: { id } }, by);
          return { kind: 'redirect', to: `/admin/users/${id}`, told: { kind: 'good', text: done } };
        },
      });
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/users',
        access: 'users:read',
        query: z.strictObject({ after: userId.optional() }),
        handle: ({ query }) => this.list(query.after ?? null),
      }),
      page(area, {
        method: 'post',
        path: '/admin/users',
        access: 'users:write',
        form: z.strictObject({ email: emailField, name: textField(100), role, reason: reasonField }),
        back: () => '/admin/users',
        handle: ({ visitor, form: { reason, ...body }, context }) =>
          this.withLink('POST /v1/users', { body }, { visitor, context, reason }),
      }),
      page(area, {
        method: 'get',
        path: '/admin/users/:id',
        access: 'users:read',
        params,
        handle: ({ params: { id } }) => this.show(id),
      }),
      page(area, {
        method: 'post',
        path: '/admin/users/:id/role',
        access: 'users:write',
        params,
        form: z.strictObject({ role, reason: reasonField }),
        back: ({ params: { id } }) => `/admin/users/${id}`,
        handle: async ({ visitor, params: { id }, form, context }) => {
          const by = { caller: visitor, context, reason: form.reason };
          await this.ask('POST /v1/users/:id/role', { params: { id }, body: { role: form.role } }, by);
          const text = 'The role holds from the next request on.';
          return { kind: 'redirect', to: `/admin/users/${id}`, told: { kind: 'good', text } };
        },
      }),
      page(area, {
        method: 'post',
        path: '/admin/users/:id/link',
        access: 'users:write',
        params,
        form: reasonForm,
        back: ({ params: { id } }) => `/admin/users/${id}`,
        handle: ({ visitor, params: { id }, form, context }) =>
          this.withLink('POST /v1/users/:id/link', { params: { id } }, { visitor, context, ...form }),
      }),
      action('disable', 'The user is signed out everywhere, and cannot sign in.'),
      action('enable', 'The user may sign in again.'),
      action('remove_second_step', 'The password alone is enough for this user again.'),
    ];
  }

  private async list(after: UserId | null): Promise<PageAnswer> {
    const { rows, hasMore } = await this.users.list({ limit: 50, startingAfter: after, endingBefore: null });
    const last = rows.at(-1);
    const next = hasMore && last !== undefined ? `/admin/users?after=${last.id}` : null;
    return { kind: 'page', template: '/admin/users', title: 'Users', data: { rows, roles, next } };
  }

  private async show(id: UserId): Promise<PageAnswer> {
    const row = await this.users.find(id);
    if (row === undefined) throw refused('resource_missing', { detail: 'There is no such user.' });
    const events = await this.eventStore.readStream(`user-${id}`);
    const history = events.map((event) => ({ ...event, sentence: this.describe(event) })).reverse();
    const data = { row, roles, scopes: scopesOfRole[row.role], history };
    return { kind: 'page', template: '/admin/user', title: row.name, data };
  }

  /** The link is shown this once, for the operator to hand over. */
  private async withLink(
    name: string,
    asked: Parameters<AskApi>[1],
    by: { readonly visitor: Operator; readonly context: PageContext; readonly reason: string },
  ): Promise<PageAnswer> {
    const { visitor, context, reason } = by;
    const answer = await this.ask(name, asked, { caller: visitor, context, reason });
    const secret = `${context.origin}${String(answer.toldOnce?.['link'])}`;
    const data = {
      secret,
      what: 'The link at which the user chooses a password. It works once, within 24 hours.',
      back: '/admin/users',
    };
    return { kind: 'page', template: '/admin/told-once', title: 'Hand this link over', data };
  }
}
