import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { Links } from '../../../application/ports/links.js';
import { later } from '../../../application/webhook/retry-schedule.js';
import { parseInvoiceId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { idField, timestamp, wholeField } from '../shared/fields.js';
import { findPayable } from '../shared/payable-invoice.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

const dayMs = 24 * 3_600_000;

const body = z.strictObject({ expires_in_days: wholeField(1, 90).default(30) }).meta({ id: 'CreatePayLink' });

const payLinkSchema = z
  .object({
    object: z.literal('pay_link'),
    invoice: z.string(),
    url: z.string().optional().meta({
      description: 'Told once: whoever has it may pay the invoice and see it. Absent in a repeated answer.',
    }),
    expires_at: timestamp,
    livemode: z.boolean(),
  })
  .meta({ id: 'PayLink' });

/** Links that let somebody pay one invoice, without a key and without signing in. */
@injectable()
export class PayLinksController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.links) private readonly links: Links,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/invoices/:id/pay_links',
      tag: 'Invoices',
      summary: 'Make a link to a page on which the invoice can be paid',
      scope: 'invoices:write',
      params: z.strictObject({ id: idField(parseInvoiceId, 'inv') }),
      body,
      answers: { 201: { description: 'The link.', schema: payLinkSchema } },
      handle: async ({ params: { id }, body: { expires_in_days: days } }) => {
        await findPayable(this.invoices, id);
        const expiresAt = later(this.clock.now(), days * dayMs);
        const token = await this.links.issue('pay', id, expiresAt);
        const { livemode, publicUrl } = this.settings;
        return {
          status: 201,
          body: { object: 'pay_link', invoice: id, expires_at: expiresAt, livemode },
          toldOnce: { url: `${publicUrl}/pay/${token}` },
        };
      },
    }),
  ];
}
