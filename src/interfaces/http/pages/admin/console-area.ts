import type { AccessLog } from '../../../../application/ports/access-log.js';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { SavedFilters } from '../../../../application/ports/saved-filters.js';
import type { Operator, SignIn } from '../../../../application/user/sign-in.js';
import type { PageArea } from '../shared/page.js';

export type ConsoleArea = PageArea<Operator> & {
  /** What operators keep of its lists. */
  readonly savedFilters: SavedFilters;
};

type Place = { readonly title: string; readonly path: string; readonly scope: Scope | null };

/** The way around; a place is shown to whoever may see it. */
const places: readonly { readonly title: string; readonly places: readonly Place[] }[] = [
  {
    title: 'Now',
    places: [
      { title: 'Overview', path: '/admin', scope: 'operations:read' },
      { title: 'Promises', path: '/admin/promises', scope: 'operations:read' },
      { title: 'Alerts', path: '/admin/alerts', scope: 'alerts:read' },
    ],
  },
  {
    title: 'Money',
    places: [
      { title: 'Payments', path: '/admin/payments', scope: 'payments:read' },
      { title: 'Refunds', path: '/admin/refunds', scope: 'refunds:read' },
      { title: 'Disputes', path: '/admin/disputes', scope: 'payments:read' },
      { title: 'Manual payments', path: '/admin/manual-payments', scope: 'manual_payments:read' },
      { title: 'Invoices', path: '/admin/invoices', scope: 'invoices:read' },
      { title: 'Credit notes', path: '/admin/credit-notes', scope: 'invoices:read' },
      { title: 'Payment plans', path: '/admin/plans', scope: 'plans:read' },
      { title: 'Credits', path: '/admin/credits', scope: 'credits:read' },
      { title: 'Aging', path: '/admin/aging', scope: 'invoices:read' },
      { title: 'Orders', path: '/admin/orders', scope: 'orders:read' },
      { title: 'Customers', path: '/admin/customers', scope: 'customers:read' },
    ],
  },
  {
    title: 'Mails',
    places: [
      { title: 'Notifications', path: '/admin/notifications', scope: 'notifications:read' },
      { title: 'Words of mails', path: '/admin/notification-templates', scope: 'notifications:read' },
    ],
  },
  {
    title: 'Developers',
    places: [
      { title: 'API keys', path: '/admin/api-keys', scope: 'keys:read' },
      { title: 'Webhooks in', path: '/admin/webhooks', scope: 'webhooks:read' },
      { title: 'Operations', path: '/admin/operations', scope: 'operations:read' },
      { title: 'Health so far', path: '/admin/health', scope: 'operations:read' },
      { title: 'Limits', path: '/admin/limits', scope: 'limits:read' },
    ],
  },
  {
    title: 'Audit',
    places: [
      { title: 'Event explorer', path: '/admin/audit', scope: 'audit:read' },
      { title: 'State at a time', path: '/admin/audit/state', scope: 'audit:read' },
      { title: 'Replay', path: '/admin/audit/replay', scope: 'audit:read' },
      { title: 'Integrity checks', path: '/admin/audit/integrity', scope: 'audit:read' },
      { title: 'Trial balance', path: '/admin/audit/trial-balance', scope: 'ledger:read' },
      { title: 'Ledger entries', path: '/admin/ledger', scope: 'ledger:read' },
      { title: 'Access log', path: '/admin/audit/access', scope: 'audit:read' },
      { title: 'Signed export', path: '/admin/audit/export', scope: 'audit:read' },
    ],
  },
  {
    title: 'Settings',
    places: [
      { title: 'Branding', path: '/admin/branding', scope: 'branding:read' },
      { title: 'Invoice templates', path: '/admin/invoice-templates', scope: 'branding:read' },
      { title: 'Users', path: '/admin/users', scope: 'users:read' },
      { title: 'My account', path: '/admin/account', scope: null },
    ],
  },
];

/** Where operators sign in and work. */
export function createConsoleArea(parts: {
  readonly signIn: Pick<SignIn, 'whoIs'>;
  readonly accessLog: AccessLog;
  readonly savedFilters: SavedFilters;
}): ConsoleArea {
  return {
    savedFilters: parts.savedFilters,
    name: 'Console',
    path: '/admin',
    layout: '/layouts/console',
    cookie: { name: 'counterfoil-console', sameSite: 'Strict' },
    visitorOf: (token, { byItself }) => parts.signIn.whoIs(token, { seen: !byItself }),
    allows: ({ scopes }, scope) => scopes.includes(scope),
    signInPath: '/admin/sign-in',
    frame: (operator, path) => (operator === undefined ? {} : { operator, ways: waysOf(operator, path) }),
    onVisit({ userId }, { method, path, status, reason, requestId, network }) {
      parts.accessLog.note({
        user_id: userId,
        action: `${method} ${path}`,
        result: String(status),
        ...(reason === undefined ? {} : { reason }),
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

/** Other places are below these. */
const roots = ['/admin', '/admin/audit'];

function isHere(place: string, path: string): boolean {
  return path === place || (!roots.includes(place) && path.startsWith(`${place}/`));
}
