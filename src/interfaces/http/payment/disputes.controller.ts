import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { DisputeQueries, DisputeRow } from '../../../application/ports/dispute-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { DisputeId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { createdIn, lagHeader, listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import {
  disputeListSchema,
  disputeParams,
  disputeQuery,
  disputeSchema,
  listDisputesQuery,
} from './disputes.schemas.js';

/**
 * Disputes, which live in their payment's stream and are read only: they are answered at the provider. Their ids are ours,
 * derived from the payment and the provider's id (`disputeIdOf`), since their events carry the latter alone.
 */
@injectable()
export class DisputesController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.disputeQueries) private readonly queries: DisputeQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/disputes',
      tag: 'Disputes',
      summary: 'List disputes, newest first',
      scope: 'payments:read',
      query: listDisputesQuery,
      answers: { 200: { description: 'A page of disputes.', schema: disputeListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/disputes/:id',
      tag: 'Disputes',
      summary: 'A dispute, as the list has it',
      scope: 'payments:read',
      params: disputeParams,
      query: disputeQuery,
      answers: { 200: { description: 'The dispute.', schema: disputeSchema } },
      handle: ({ params }) => this.find(params.id),
    }),
  ];

  private async list(query: z.output<typeof listDisputesQuery>): Promise<Answer> {
    const { status = null, customer = null, payment = null, currency = null } = query;
    const { awaits_evidence: awaits } = query;
    const page = await this.queries.list({
      ...{ ...pageOf(query), ...createdIn(query), status, customer, payment, currency },
      awaitsEvidence: awaits === undefined ? null : awaits === 'true',
      evidenceDueGte: query['evidence_due_by[gte]'] ?? null,
      evidenceDueLt: query['evidence_due_by[lt]'] ?? null,
    });
    return listAnswer('/v1/disputes', page, (row) => this.show(row), { lagMs: this.projections.lagMs() });
  }

  private async find(id: DisputeId): Promise<Answer> {
    const row = await this.queries.find(id);
    if (row === undefined) throw refused('resource_missing', { detail: 'There is no such dispute.' });
    return { status: 200, body: this.show(row), headers: lagHeader(this.projections.lagMs()) };
  }

  private show({ provider_dispute: dispute, ...row }: DisputeRow) {
    const provider = { name: 'stripe' as const, dispute };
    return { ...row, object: 'dispute' as const, metadata: {}, provider, livemode: this.settings.livemode };
  }
}
