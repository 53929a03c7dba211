import { inject, injectable } from 'inversify';
import { z } from 'zod';
import { signInMinutes } from '../../../../application/notification/issue-links.js';
import type { AccessLog } from '../../../../application/ports/access-log.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { Links } from '../../../../application/ports/links.js';
import type { Logger } from '../../../../application/ports/logger.js';
import type { Notifications } from '../../../../application/ports/notifications.js';
import type { PortalSessions } from '../../../../application/ports/portal-sessions.js';
import type { CustomerQueries } from '../../../../application/ports/read-models.js';
import { httpTokens } from '../../http-tokens.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea } from './portal-area.js';
import { pageAfter } from './portal-area.js';

const sessionSeconds = 12 * 3_600;
/** Of several customers with one address each gets a mail, up to so many. */
const sameAddressMax = 5;
const params = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) });

/** The door of the portal: a link by mail, and out again. */
@injectable()
export class SignInPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.logger) private readonly logger: Logger,
    @inject(httpTokens.links) private readonly links: Links,
    @inject(httpTokens.portalSessions) private readonly sessions: PortalSessions,
    @inject(httpTokens.accessLog) private readonly accessLog: AccessLog,
    @inject(httpTokens.customerQueries) private readonly customers: CustomerQueries,
    @inject(httpTokens.notifications) private readonly notifications: Notifications,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/portal/sign-in',
        access: 'anyone',
        query: z.object({ next: z.string().optional() }),
        handle: ({ visitor }) => (visitor === undefined ? door() : { kind: 'redirect', to: '/portal' }),
      }),
      page(area, {
        method: 'post',
        path: '/portal/sign-in',
        access: 'anyone',
        form: z.strictObject({ email: z.email({ error: 'Give your e-mail address.' }).max(254) }),
        back: () => '/portal/sign-in',
        handle: ({ form: { email } }) => {
          // Not waited for: how long it takes would tell whether the address is known.
          this.mailLinks(email).catch((error: unknown) =>
            this.logger.error({ err: error }, 'a link to sign in could not be mailed'),
          );
          const text = `If we know ${email}, a link is on its way there. It works once, for ${signInMinutes} minutes.`;
          return { kind: 'redirect', to: '/portal/sign-in', told: { kind: 'good', text } };
        },
      }),
      page(area, {
        method: 'get',
        path: '/portal/sign-in/:token',
        access: 'anyone',
        params,
        // Programs that read mails open their links; only the form uses one up.
        handle: ({ params: { token } }) => ({
          kind: 'page',
          template: '/portal/enter',
          title: 'Sign in',
          data: { token },
        }),
      }),
      page(area, {
        method: 'post',
        path: '/portal/sign-in/:token',
        access: 'anyone',
        params,
        handle: ({ params: { token }, context }) => this.enter(token, context),
      }),
      page(area, {
        method: 'post',
        path: '/portal/sign-out',
        access: 'anyone',
        handle: async ({ context }) => {
          if (context.sessionToken !== undefined) await this.sessions.end(context.sessionToken);
          const told = { kind: 'good', text: 'You are signed out.' } as const;
          return { kind: 'redirect', to: '/portal/sign-in', session: 'ended', told };
        },
      }),
    ];
  }

  private async mailLinks(email: string): Promise<void> {
    const { rows } = await this.customers.list({ ...pageAfter(undefined, sameAddressMax), email });
    for (const { id } of rows) {
      await this.notifications.queue({
        kind: 'sign_in',
        subject: id,
        // One mail a minute, however often somebody asks.
        state: `asked ${this.clock.now().slice(0, 16)}`,
        customer: id,
        facts: { minutes: { text: String(signInMinutes) } },
        eventId: null,
      });
    }
  }

  /** A new session each time: whatever the cookie held before is worth nothing afterwards. */
  private async enter(token: string, { requestId, network }: PageContext): Promise<PageAnswer> {
    const customer = await this.links.use('portal', token, this.clock.now());
    this.accessLog.note({
      user_id: customer ?? null,
      action: 'sign in to the portal',
      result: customer === undefined ? 'refused' : 'signed in',
      request_id: requestId,
      network,
    });
    if (customer === undefined) {
      const text =
        'This link does not work any more. It works once, for a short time. Ask for a new one here.';
      return { kind: 'redirect', to: '/portal/sign-in', told: { kind: 'bad', text } };
    }
    const session = { token: await this.sessions.begin(customer), maxAgeSeconds: sessionSeconds };
    return { kind: 'redirect', to: '/portal', session };
  }
}

function door(): PageAnswer {
  return { kind: 'page', template: '/portal/sign-in', title: 'Sign in', data: {} };
}
