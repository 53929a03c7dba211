import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { JobStatus, Jobs } from '../../../application/ports/jobs.js';
import { httpTokens } from '../http-tokens.js';
import { listOf, timestamp } from '../shared/fields.js';
import { listAnswer } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

const params = z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/) });

const jobSchema = z
  .object({
    id: z.string(),
    object: z.literal('job'),
    due_at: timestamp,
    running: z.boolean(),
    last_started_at: timestamp.nullable(),
    last_finished_at: timestamp.nullable(),
    report: z.record(z.string(), z.int()).nullable(),
    last_error: z.string().nullable(),
  })
  .meta({ id: 'Job' });

/** What the workers do now and then. */
@injectable()
export class JobsController implements Controller {
  constructor(@inject(httpTokens.jobs) private readonly jobs: Jobs) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/jobs',
      tag: 'Operations',
      summary: 'Every job, when it is due and what its last run did',
      scope: 'operations:read',
      answers: { 200: { description: 'Every job.', schema: listOf(jobSchema) } },
      handle: async () => listAnswer('/v1/jobs', { rows: await this.jobs.list(), hasMore: false }, jobObject),
    }),
    route({
      method: 'post',
      path: '/v1/jobs/:name/run',
      tag: 'Operations',
      summary: 'Make a job due now; a worker takes it up within seconds',
      scope: 'operations:write',
      params,
      answers: { 202: { description: 'The job, due now.', schema: jobSchema } },
      handle: async ({ params: { name } }) => {
        const known = await this.jobs.request(name);
        const job = known ? (await this.jobs.list()).find((each) => each.name === name) : undefined;
        if (job === undefined) throw refused('resource_missing', { detail: 'There is no such job.' });
        return { status: 202, body: jobObject(job) };
      },
    }),
  ];
}

function jobObject({ name, ...job }: JobStatus) {
  return { id: name, object: 'job', ...job };
}
