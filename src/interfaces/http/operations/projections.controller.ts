import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ParkedEvent, ProjectionStatus, Projections } from '../../../application/ports/read-models.js';
import { replayReportSchema } from '../audit/audit.schemas.js';
import { replayObject } from '../audit/replay-object.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { integer, listOf, timestamp } from '../shared/fields.js';
import { listAnswer } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

const params = z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/) });

const projectionSchema = z
  .object({
    id: z.string(),
    object: z.literal('projection'),
    version: z.int(),
    position: integer(),
    lag_ms: z.number(),
    parked_streams: z.int(),
    parked_events: z.int(),
    skipped_events: integer('Events of a type that this version does not know.'),
    updated_at: timestamp.nullable(),
  })
  .meta({ id: 'Projection' });

const parkedSchema = z
  .object({
    object: z.literal('parked_event'),
    projection: z.string(),
    event: z.string(),
    stream: z.string(),
    position: integer(),
    type: z.string(),
    error: z.string(),
    retry_at: timestamp.nullable(),
    parked_at: timestamp,
  })
  .meta({ id: 'ParkedEvent' });

const retrySchema = z.object({
  object: z.literal('projection_retry'),
  projection: z.string(),
  still_parked: z.int(),
});

/** The read models as an operator sees them. */
@injectable()
export class ProjectionsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/projections',
      tag: 'Operations',
      summary: 'Every read model with its position, lag and parked events',
      scope: 'operations:read',
      answers: { 200: { description: 'Every projection.', schema: listOf(projectionSchema) } },
      handle: async () =>
        listAnswer(
          '/v1/projections',
          { rows: await this.projections.status(), hasMore: false },
          projectionObject,
        ),
    }),
    route({
      method: 'post',
      path: '/v1/projections/:name/rebuild',
      tag: 'Operations',
      summary: 'Build a read model anew and put it in the place of the live one',
      scope: 'operations:write',
      params,
      answers: { 200: { description: 'What the comparison found.', schema: replayReportSchema } },
      handle: async ({ params: { name } }) => {
        const report = await this.projections.rebuild(name, { swap: true });
        if (report === undefined) throw missing();
        return { status: 200, body: replayObject(report, this.settings.livemode) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/projections/:name/parked',
      tag: 'Operations',
      summary: 'The events that a read model could not take',
      scope: 'operations:read',
      params,
      answers: { 200: { description: 'Parked events.', schema: listOf(parkedSchema) } },
      handle: ({ params: { name } }) => this.parked(name),
    }),
    route({
      method: 'post',
      path: '/v1/projections/:name/retry',
      tag: 'Operations',
      summary: 'Try the parked events of a read model again',
      scope: 'operations:write',
      params,
      answers: { 200: { description: 'How many are parked still.', schema: retrySchema } },
      handle: async ({ params: { name } }) => {
        this.check(name);
        const still = await this.projections.retryParked(name);
        return { status: 200, body: { object: 'projection_retry', projection: name, still_parked: still } };
      },
    }),
  ];

  private async parked(name: string): Promise<Answer> {
    this.check(name);
    const rows = await this.projections.parked(name);
    return listAnswer(`/v1/projections/${name}/parked`, { rows, hasMore: false }, parkedObject);
  }

  private check(name: string): void {
    if (!this.projections.names.includes(name)) throw missing();
  }
}

function missing() {
  return refused('resource_missing', { detail: 'There is no such projection.' });
}

function projectionObject(status: ProjectionStatus) {
  const { name, ...rest } = status;
  return { id: name, object: 'projection', ...rest };
}

function parkedObject({ event_id, ...rest }: ParkedEvent) {
  return { object: 'parked_event', event: `evt_${event_id}`, ...rest };
}
