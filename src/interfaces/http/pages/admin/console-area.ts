import type { AccessLog } from '../../../../application/ports/access-log.js';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { Operator, SignIn } from '../../../../application/user/sign-in.js';
import type { PageArea } from '../shared/page.js';

export type ConsoleArea = PageArea<Operator>;

type Place = { readonly title: string; readonly path: string; readonly scope: Scope | null };

/** The way around; a place is shown to whoever may see it. */
const places: readonly { readonly title: string; readonly places: readonly Place[] }[] = [
  {
    title: 'Developers',
    places: [{ title: 'API keys', path: '/admin/api-keys', scope: 'keys:read' }],
  },
  {
    title: 'Settings',
    places: [
      { title: 'Users', path: '/admin/users', scope: 'users:read' },
      { title: 'My account', path: '/admin/account', scope: null },
    ],
  },
];

/** Where operators sign in and work. */
export function createConsoleArea(parts: {
  readonly signIn: Pick<SignIn, 'whoIs'>;
  readonly accessLog: AccessLog;
}): ConsoleArea {
  return {
    name: 'Console',
    path: '/admin',
    layout: '/layouts/console',
    cookie: { name: 'counterfoil-console', sameSite: 'Strict' },
    visitorOf: (token) => parts.signIn.whoIs(token),
    allows: ({ scopes }, scope) => scopes.includes(scope),
    signInPath: '/admin/sign-in',
    frame: (operator, path) => (operator === undefined ? {} : { operator, ways: waysOf(operator, path) }),
    onVisit({ userId }, { method, path, status, requestId, network }) {
      parts.accessLog.note({
        user_id: userId,
        action: `${method} ${path}`,
        result: String(status),
        request_id: requestId,
        network,
      });
    },
  };
}

function waysOf({ scopes }: Operator, path: string) {
  return places
    .map((group) => ({
      title: group.title,
      places: group.places
        .filter(({ scope }) => scope === null || scopes.includes(scope))
        .map((place) => ({ ...place, here: isHere(place.path, path) })),
    }))
    .filter((group) => group.places.length > 0);
}

function isHere(place: string, path: string): boolean {
  return path === place || (place !== '/admin' && path.startsWith(`${place}/`));
}
