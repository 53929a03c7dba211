import type { CustomerOperations } from '../../../../application/customer/customer-effects.js';
import type { AccessLog } from '../../../../application/ports/access-log.js';
import type { EventMetadata } from '../../../../application/ports/event-store.js';
import type { PortalSessions } from '../../../../application/ports/portal-sessions.js';
import { anyTime } from '../../../../application/ports/read-models.js';
import type { CustomerId } from '../../../../domain/shared/ids.js';
import { parseCustomerId } from '../../../../domain/shared/ids.js';
import { problem } from '../../shared/problem.js';
import type { PageArea, PageContext } from '../shared/page.js';
import { NothingHere } from '../shared/told-refusal.js';

/** A customer who is signed in: everything that a page shows or does is of this one. */
export type SignedIn = { readonly customerId: CustomerId };

export type PortalArea = PageArea<SignedIn>;

const ways = [
  ['/portal', 'Overview'],
  ['/portal/invoices', 'Invoices'],
  ['/portal/payments', 'Payments'],
  ['/portal/statement', 'Statement'],
  ['/portal/methods', 'Cards'],
  ['/portal/plans', 'Plans'],
  ['/portal/credits', 'Credit'],
  ['/portal/details', 'Your details'],
] as const;

/** The customers' own pages, behind a link that is mailed to them. */
export function createPortalArea(parts: {
  readonly sessions: Pick<PortalSessions, 'find'>;
  readonly customers: Pick<CustomerOperations, 'load'>;
  readonly accessLog: Pick<AccessLog, 'note'>;
  readonly businessName: string;
}): PortalArea {
  const { sessions, customers, accessLog, businessName } = parts;
  return {
    name: 'portal',
    path: '/portal',
    layout: '/layouts/customer',
    cookie: { name: 'counterfoil-portal', sameSite: 'Lax' },
    async visitorOf(token) {
      const customerId = parseCustomerId((await sessions.find(token)) ?? '');
      if (customerId === undefined) return undefined;
      const { state } = await customers.load(customerId);
      return state.status === 'absent' ? undefined : { customerId };
    },
    // Scopes are of keys and operators; a customer has none of them.
    allows: () => false,
    signInPath: '/portal/sign-in',
    // A customer's own pages hold what is known of a person, so it is noted who read them.
    onVisit({ customerId }, { method, path, status, requestId, network }) {
      const entry = { action: `${method} ${path}`, result: String(status), request_id: requestId, network };
      accessLog.note({ user_id: customerId, ...entry });
    },
    frame: (visitor, path) => ({
      layout: '/layouts/customer',
      businessName,
      links:
        visitor === undefined ? [] : ways.map(([href, text]) => ({ href, text, current: href === path })),
    }),
  };
}

/** One answer for what there is not and for what is somebody else's, so that nobody can tell the two apart. */
export function nothingHere() {
  return new NothingHere(
    problem('resource_missing', { detail: 'There is nothing of this kind with this id.' }),
  );
}

/** @throws Refused for what is not there and for what is another customer's */
export function mustBeOwn({ customerId }: SignedIn, owner: string | null | undefined): void {
  if (owner !== customerId) throw nothingHere();
}

/** Who, and because of what, for what a customer does. */
export function byCustomer({ customerId }: SignedIn, context: PageContext): EventMetadata {
  return {
    commandId: context.commandId,
    correlationId: context.requestId,
    causationId: context.requestId,
    actor: { kind: 'customer', id: customerId },
    reason: null,
  };
}

/** The newest page of a list, or the one after an id. */
export function pageAfter(after: string | undefined, limit = 20) {
  return {
    ...{ limit, startingAfter: after ?? null, endingBefore: null },
    ...anyTime,
  };
}
