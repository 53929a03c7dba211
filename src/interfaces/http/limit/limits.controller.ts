import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Penalties } from '../../../application/limit/penalties.js';
import type { LimitRow } from '../../../application/ports/limit-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import { limitKinds } from '../../../domain/limit/limit.js';
import type { LimitId } from '../../../domain/shared/ids.js';
import { parseLimitId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import {
  idField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  timestamp,
} from '../shared/fields.js';
import { acceptedBy } from '../shared/handled.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { problemOfLimitRejection } from './limit-problems.js';

const limitId = idField(parseLimitId, 'lim');
const params = z.strictObject({ id: limitId });
const query = z.strictObject(pageParameters(limitId)).refine(oneCursor, oneCursorRefusal);

const limitSchema = z
  .object({
    id: z.string(),
    object: z.literal('limit'),
    status: z.enum(['penalized', 'pardoned']),
    kind: z.enum(limitKinds),
    subject: z.string().nullable().meta({
      description: 'The API key or customer. Null for an address, which is kept as a digest only.',
    }),
    strikes: z.int(),
    penalty_seconds: z.int().nullable(),
    penalized_until: timestamp.nullable(),
    pardoned_at: timestamp.nullable(),
    revision: integer(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Limit' });

/** Who is refused for having gone too far beyond a limit, and how they are let in again: also when it is the operator. */
@injectable()
export class LimitsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.penalties) private readonly penalties: Penalties,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/limits',
      tag: 'Limits',
      summary: 'Every penalty in force, the latest first',
      scope: 'limits:read',
      vital: true,
      query,
      answers: { 200: { description: 'A page of limits.', schema: listOf(limitSchema) } },
      handle: ({ query: given }) => this.list(given),
    }),
    route({
      method: 'post',
      path: '/v1/limits/:id/pardon',
      tag: 'Limits',
      summary: 'End a penalty and forget its strikes; every process knows within seconds',
      scope: 'limits:write',
      vital: true,
      reason: 'required',
      params,
      answers: { 200: { description: 'The limit.', schema: limitSchema } },
      handle: ({ params: { id }, context }) => this.pardon(id, context),
    }),
  ];

  private async list(given: z.output<typeof query>): Promise<Answer> {
    const page = await this.penalties.list(pageOf(given));
    return listAnswer('/v1/limits', page, (row) => this.shown(row), { lagMs: this.projections.lagMs() });
  }

  private async pardon(id: LimitId, context: RequestContext): Promise<Answer> {
    const handled = await this.penalties.pardon(id, context.metadata);
    const { state, revision } = acceptedBy(handled, problemOfLimitRejection);
    if (state.status !== 'pardoned') {
      throw refused('contention', { detail: 'A new penalty came in between.', retryAfterSeconds: 1 });
    }
    const { kind, subject, pardonedAt } = state;
    const limit = {
      ...{ id, object: 'limit', status: 'pardoned', kind, subject, strikes: 0, penalty_seconds: null },
      ...{ penalized_until: null, pardoned_at: pardonedAt, revision, metadata: {} },
      ...{ livemode: this.settings.livemode, created_at: pardonedAt },
    };
    return { status: 200, body: limit, etag: `"${revision}"` };
  }

  private shown({ penalized_at, ...row }: LimitRow) {
    const { livemode } = this.settings;
    const metadata = {};
    return { ...row, object: 'limit', status: 'penalized', metadata, livemode, created_at: penalized_at };
  }
}
