import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { CustomerOperations } from '../../../application/customer/customer-effects.js';
import { signInMinutes } from '../../../application/notification/issue-links.js';
import type { AccessLog } from '../../../application/ports/access-log.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { Links } from '../../../application/ports/links.js';
import type { PortalSessions } from '../../../application/ports/portal-sessions.js';
import { later } from '../../../application/webhook/retry-schedule.js';
import { parseCustomerId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { idField, timestamp } from '../shared/fields.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import { existingCustomer } from './customer-answers.js';

const portalSessionSchema = z
  .object({
    object: z.literal('portal_session'),
    customer: z.string(),
    url: z.string().optional().meta({
      description:
        'Told once: it signs the customer in, once, within 15 minutes. Absent in a repeated answer.',
    }),
    expires_at: timestamp,
    livemode: z.boolean(),
  })
  .meta({ id: 'PortalSession' });

const endedSchema = z
  .object({
    object: z.literal('portal_sessions_ended'),
    customer: z.string(),
    sessions: z.int().meta({ description: 'So many were signed in.' }),
    links: z.int().meta({ description: 'So many links had been made and not been used.' }),
    livemode: z.boolean(),
  })
  .meta({ id: 'PortalSessionsEnded' });

/** Lets a program that knows its customer send them to the portal without a mail. */
@injectable()
export class PortalSessionsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.links) private readonly links: Links,
    @inject(httpTokens.portalSessions) private readonly sessions: PortalSessions,
    @inject(httpTokens.accessLog) private readonly accessLog: AccessLog,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/portal_sessions',
      tag: 'Customers',
      summary: 'Make a link that signs a customer in to the portal',
      scope: 'customers:write',
      body: z.strictObject({ customer: idField(parseCustomerId, 'cus') }).meta({ id: 'CreatePortalSession' }),
      answers: { 201: { description: 'The link.', schema: portalSessionSchema } },
      handle: async ({ body: { customer } }) => {
        existingCustomer(await this.customers.load(customer), 'customer');
        const expiresAt = later(this.clock.now(), signInMinutes * 60_000);
        const token = await this.links.issue('portal', customer, expiresAt);
        const { livemode, publicUrl } = this.settings;
        return {
          status: 201,
          body: { object: 'portal_session', customer, expires_at: expiresAt, livemode },
          toldOnce: { url: `${publicUrl}/portal/sign-in/${token}` },
        };
      },
    }),
    route({
      method: 'delete',
      path: '/v1/customers/:id/portal_sessions',
      tag: 'Customers',
      summary: 'Sign a customer out of the portal everywhere, and let no link that was sent sign in any more',
      scope: 'customers:write',
      params: z.strictObject({ id: idField(parseCustomerId, 'cus') }),
      answers: { 200: { description: 'What there was to end.', schema: endedSchema } },
      handle: async ({ params: { id }, context }) => {
        existingCustomer(await this.customers.load(id));
        // Links first: one that is followed meanwhile begins a session that is ended after it.
        const links = await this.links.withdraw('portal', id, this.clock.now());
        const sessions = await this.sessions.endAll(id);
        this.accessLog.note({
          user_id: context.metadata.actor.id,
          action: `DELETE /v1/customers/${id}/portal_sessions`,
          result: `${sessions} sessions, ${links} links`,
          request_id: context.requestId,
          network: 'api',
        });
        const { livemode } = this.settings;
        return {
          status: 200,
          body: { object: 'portal_sessions_ended', customer: id, sessions, links, livemode },
        };
      },
    }),
  ];
}
