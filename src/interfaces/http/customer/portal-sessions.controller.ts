import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { CustomerOperations } from '../../../application/customer/customer-effects.js';
import { signInMinutes } from '../../../application/notification/issue-links.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { Links } from '../../../application/ports/links.js';
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

/** Lets a program that knows its customer send them to the portal without a mail. */
@injectable()
export class PortalSessionsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.links) private readonly links: Links,
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
  ];
}
