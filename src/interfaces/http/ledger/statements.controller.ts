import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { StatementQueries } from '../../../application/ports/statement-queries.js';
import type { CustomerId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { zoneOfCustomer } from '../shared/customer-zone.js';
import { lagHeader } from '../shared/lists.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import { statementParams, statementQuery, statementSchema } from './statements.schemas.js';

/** What stands between a customer and us, line by line. */
@injectable()
export class StatementsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.customerZones) private readonly zones: CustomerZones,
    @inject(httpTokens.statementQueries) private readonly statements: StatementQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/customers/:id/statement',
      tag: 'Ledger',
      summary: "A customer's account with us from the ledger, oldest line first, with a running balance",
      scope: 'ledger:read',
      params: statementParams,
      query: statementQuery,
      answers: { 200: { description: 'The statement.', schema: statementSchema } },
      handle: ({ params, query }) => this.statement(params.id, query),
    }),
  ];

  private async statement(customer: CustomerId, query: z.output<typeof statementQuery>): Promise<Answer> {
    await zoneOfCustomer(this.zones, customer);
    const asOf = query.as_of ?? this.clock.now();
    const { after_position: after = 0n, limit } = query;
    const found = await this.statements.statementOf(customer, { asOf, after, limit });
    return {
      status: 200,
      body: {
        object: 'customer_statement',
        customer,
        as_of: asOf,
        position: found.position,
        balances: found.balances,
        data: found.lines.map(({ event_id: id, ...line }) => ({ event: `evt_${id}`, ...line })),
        has_more: found.hasMore,
        next_position: found.lines.at(-1)?.position ?? null,
        livemode: this.settings.livemode,
      },
      headers: lagHeader(this.projections.lagMs()),
    };
  }
}
