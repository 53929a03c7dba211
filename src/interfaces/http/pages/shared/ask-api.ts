import type { Scope } from '../../../../application/ports/api-keys.js';
import type { UserId } from '../../../../domain/shared/ids.js';
import { parseInput } from '../../shared/parse-input.js';
import { refused } from '../../shared/problem.js';
import type { Answer, RequestContext, Route } from '../../shared/route.js';
import type { PageContext } from './page.js';

export type Asker = {
  readonly caller: { readonly userId: UserId; readonly scopes: readonly Scope[] };
  readonly context: PageContext;
  /** Why: it stands in the metadata of what is recorded. */
  readonly reason: string | null;
};

type Asked = {
  readonly params?: Readonly<Record<string, unknown>>;
  /** As an address has it. */
  readonly query?: Readonly<Record<string, string>>;
  /** As JSON would be read: integers are bigints. */
  readonly body?: Readonly<Record<string, unknown>>;
};

/**
 * Asks a route of the API for a user, in this process: the same scope, schemas, checks and refusals as for a key.
 * @param name `POST /v1/refunds`
 * @throws Refused
 */
export type AskApi = (name: string, asked: Asked, by: Asker) => Promise<Answer>;

export function createAskApi(routes: readonly Route[]): AskApi {
  const byName = new Map(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route]));
  return async (name, { params = {}, query = {}, body = {} }, by) => {
    const route = byName.get(name);
    if (route === undefined) throw new TypeError(`the API has no route ${name}`);
    const { scope } = route;
    if (scope !== 'public' && !by.caller.scopes.includes(scope)) {
      throw refused('role_insufficient', { detail: `This needs a role with ${scope}.` });
    }
    const read = route.params?.safeParse(params);
    if (read?.success === false) {
      throw refused('resource_missing', { detail: 'There is nothing of this kind with this id.' });
    }
    const call = {
      params: read?.data,
      query: route.query === undefined ? undefined : parseInput(route.query, query, 'query'),
      body: route.body === undefined ? undefined : parseInput(route.body, body, 'body'),
      context: contextOf(by),
    };
    route.validate(call);
    return route.handle(call);
  };
}

/** A user is one person, however many API keys they hold. */
function contextOf({ caller: { userId, scopes }, context, reason }: Asker): RequestContext {
  const { requestId, commandId, network } = context;
  return {
    requestId,
    commandId,
    network,
    caller: { id: userId, holder: userId, scopes },
    ifRevision: undefined,
    metadata: {
      commandId,
      correlationId: requestId,
      causationId: requestId,
      actor: { kind: 'user', id: userId },
      reason,
    },
  };
}
