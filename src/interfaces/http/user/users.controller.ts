import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Clock } from '../../../application/ports/clock.js';
import { scopesOfRole } from '../../../application/user/role-scopes.js';
import type { UserRow, Users } from '../../../application/user/users.js';
import type { UserId } from '../../../domain/shared/ids.js';
import { parseUserId } from '../../../domain/shared/ids.js';
import type { UserCommand } from '../../../domain/user/messages.js';
import { roles } from '../../../domain/user/roles.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import {
  idField,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
} from '../shared/fields.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { problemOfUserRejection } from './user-problems.js';

const userId = idField(parseUserId, 'usr');
const params = z.strictObject({ id: userId });
const role = z.enum(roles);
const email = z
  .string()
  .max(254)
  .regex(/^[^\s@<>"',;:\\()[\]\p{Cc}]{1,64}@[^\s@<>"',;:\\()[\]\p{Cc}]{1,189}$/u, {
    error: 'An e-mail address is expected, such as ada@example.com.',
  });

const inviteBody = z.strictObject({ email, name: textField(100), role }).meta({ id: 'InviteUser' });
const roleBody = z.strictObject({ role }).meta({ id: 'AssignRole' });
const emptyBody = z.strictObject({});
const listQuery = z.strictObject(pageParameters(userId)).refine(oneCursor, oneCursorRefusal);

const userSchema = z
  .object({
    id: z.string(),
    object: z.literal('user'),
    email: z.string(),
    name: z.string(),
    role,
    status: z.enum(['invited', 'active', 'disabled']),
    issuer: z.string().nullable().meta({
      description: 'Of the identity provider that signs the user in; null for a password.',
    }),
    second_step: z.boolean(),
    link: z.string().optional().meta({
      description: 'Told once: the path at which the user chooses a password, within 24 hours.',
    }),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'User' });

const roleSchema = z
  .object({ id: role, object: z.literal('role'), scopes: z.array(z.string()) })
  .meta({ id: 'Role' });

const shown = { description: 'The user.', schema: userSchema };

/** Who may use the console, and as what. */
@injectable()
export class UsersController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.users) private readonly users: Users,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/users',
      tag: 'Operations',
      summary: 'Invite somebody to the console; the answer has a link at which they choose a password',
      scope: 'users:write',
      body: inviteBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.invite(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/users',
      tag: 'Operations',
      summary: 'List users of the console, newest first',
      scope: 'users:read',
      query: listQuery,
      answers: { 200: { description: 'A page of users.', schema: listOf(userSchema) } },
      handle: async ({ query }) =>
        listAnswer('/v1/users', await this.users.list(pageOf(query)), (row) => this.show(row)),
    }),
    route({
      method: 'get',
      path: '/v1/users/:id',
      tag: 'Operations',
      summary: 'A user of the console',
      scope: 'users:read',
      params,
      answers: { 200: shown },
      handle: async ({ params: { id } }) => this.answer(200, id),
    }),
    route({
      method: 'post',
      path: '/v1/users/:id/role',
      tag: 'Operations',
      summary: 'Give a user another role; it holds for their next request',
      scope: 'users:write',
      params,
      body: roleBody,
      answers: { 200: shown },
      handle: ({ params: { id }, body, context }) =>
        this.change(id, context, (at, by) => ({ type: 'AssignRole', at, by, role: body.role })),
    }),
    route({
      method: 'post',
      path: '/v1/users/:id/disable',
      tag: 'Operations',
      summary: 'Sign a user out everywhere, for good, and revoke their API keys',
      scope: 'users:write',
      params,
      body: emptyBody,
      answers: { 200: shown },
      handle: ({ params: { id }, context }) =>
        this.change(id, context, (at, by) => ({ type: 'DisableUser', at, by })),
    }),
    route({
      method: 'post',
      path: '/v1/users/:id/enable',
      tag: 'Operations',
      summary: 'Let a user sign in again',
      scope: 'users:write',
      params,
      body: emptyBody,
      answers: { 200: shown },
      handle: ({ params: { id }, context }) =>
        this.change(id, context, (at, by) => ({ type: 'EnableUser', at, by })),
    }),
    route({
      method: 'post',
      path: '/v1/users/:id/link',
      tag: 'Operations',
      summary: 'A new link at which the user chooses a password; earlier ones are void',
      scope: 'users:write',
      params,
      body: emptyBody,
      answers: { 200: shown },
      handle: ({ params: { id }, context }) => this.offerLink(id, context),
    }),
    route({
      method: 'post',
      path: '/v1/users/:id/remove_second_step',
      tag: 'Operations',
      summary: 'For a user who has lost their phone: the password alone is enough again',
      scope: 'users:write',
      reason: 'required',
      params,
      body: emptyBody,
      answers: { 200: shown },
      handle: ({ params: { id }, context }) => this.removeSecondStep(id, context),
    }),
    route({
      method: 'get',
      path: '/v1/roles',
      tag: 'Operations',
      summary: 'What each role may do',
      scope: 'users:read',
      answers: { 200: { description: 'Every role.', schema: listOf(roleSchema) } },
      handle: () => {
        const rows = roles.map((id) => ({ id, object: 'role', scopes: scopesOfRole[id] }));
        return listAnswer('/v1/roles', { rows, hasMore: false }, (row) => row);
      },
    }),
  ];

  private async invite(body: z.output<typeof inviteBody>, context: RequestContext): Promise<Answer> {
    const invited = await this.users.invite(body, context.metadata);
    if (invited === 'email_taken') {
      throw refused('email_taken', { detail: 'There is a user with this address.', param: 'email' });
    }
    acceptedBy(invited.handled, problemOfUserRejection);
    const answer = await this.answer(201, invited.id);
    return { ...answer, toldOnce: { link: await this.linkFor(invited.id) } };
  }

  private async offerLink(id: UserId, context: RequestContext): Promise<Answer> {
    const row = await this.users.find(id);
    if (row !== undefined && row.issuer !== null) {
      throw refused('user_signs_in_elsewhere', { detail: 'The user has no password to choose.' });
    }
    const answer = await this.change(id, context, (at, by) => ({ type: 'OfferPasswordLink', at, by }));
    return { ...answer, toldOnce: { link: await this.linkFor(id) } };
  }

  /** One's own is removed where a code of it is asked for. */
  private removeSecondStep(id: UserId, context: RequestContext): Promise<Answer> {
    if (callerOf(context) === id) throw new Refused(problemOfUserRejection({ code: 'user_is_yourself' }));
    return this.change(id, context, (at) => ({ type: 'RemoveSecondStep', at }));
  }

  private async linkFor(id: UserId): Promise<string> {
    return `/admin/welcome/${await this.users.makeLink(id)}`;
  }

  private async change(
    id: UserId,
    context: RequestContext,
    command: (at: UserCommand['at'], by: string) => UserCommand,
  ): Promise<Answer> {
    const { metadata } = context;
    const given = command(this.clock.now(), callerOf(context));
    acceptedBy(await this.users.change(id, given, metadata, ifRevision(context)), problemOfUserRejection);
    return this.answer(200, id);
  }

  private async answer(status: number, id: UserId): Promise<Answer> {
    const row = await this.users.find(id);
    if (row === undefined) throw refused('resource_missing', { detail: 'There is no such user.' });
    return { status, body: this.show(row), etag: `"${row.revision}"` };
  }

  private show({ revision: _revision, created_at, ...row }: UserRow) {
    return { ...row, object: 'user', metadata: {}, livemode: this.settings.livemode, created_at };
  }
}

/** Keys of a user are the user. */
function callerOf({ caller, metadata }: RequestContext): string {
  return caller?.holder ?? metadata.actor.id;
}
