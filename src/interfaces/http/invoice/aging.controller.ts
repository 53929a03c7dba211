import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { Invoicing } from '../../../application/invoice/invoice-operations.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { InvoiceQueries } from '../../../application/ports/invoice-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import { civilDateIn, startOfDate } from '../../../application/shared/zones.js';
import { agingOf } from '../../../domain/invoice/aging.js';
import { addDays } from '../../../domain/shared/civil-date.js';
import { httpTokens } from '../http-tokens.js';
import { lagHeader } from '../shared/lists.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import { agingQuery, agingSchema } from './invoices.schemas.js';

/** What customers owe, by how long it has been overdue. */
@injectable()
export class AgingController implements Controller {
  constructor(
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.invoicing) private readonly invoicing: Invoicing,
    @inject(httpTokens.invoiceQueries) private readonly queries: InvoiceQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/analytics/aging',
      tag: 'Invoices',
      summary: 'What was due at the end of a day, by how long it had been overdue',
      scope: 'invoices:read',
      query: agingQuery,
      answers: { 200: { description: 'One entry for each currency.', schema: agingSchema } },
      handle: ({ query }) => this.aging(query),
    }),
  ];

  private async aging(query: z.output<typeof agingQuery>): Promise<Answer> {
    const { zone } = this.invoicing;
    const { as_of: asOf = civilDateIn(zone, this.clock.now()), customer = null } = query;
    const { position, due } = await this.queries.dueAt(startOfDate(zone, addDays(asOf, 1)), customer);
    const data = agingOf(due, asOf).map(({ currency, buckets, overdue, total }) => ({
      currency,
      ...Object.fromEntries(Object.entries(buckets).map(([bucket, { minor }]) => [bucket, minor])),
      overdue: overdue.minor,
      total: total.minor,
    }));
    return {
      status: 200,
      body: { object: 'aging', as_of: asOf, position, customer, data },
      headers: lagHeader(this.projections.lagMs()),
    };
  }
}
