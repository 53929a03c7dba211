import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { IntegrityCheckRow, IntegrityChecks } from '../../../application/ports/integrity-checks.js';
import { findingKinds } from '../../../application/ports/integrity-checks.js';
import type { Jobs } from '../../../application/ports/jobs.js';
import { nameOf } from '../../../domain/shared/person.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { integer, listOf, oneCursor, oneCursorRefusal, pageParameters, timestamp } from '../shared/fields.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Controller, RequestContext } from '../shared/route.js';
import { personOf, route } from '../shared/route.js';
import { checkParams, statusOfCheck } from './integrity-check-object.js';

/** Named by whoever asks for one, and run by this name. */
export const integrityJob = 'integrity_checks';

const query = z.strictObject(pageParameters(checkParams.shape.id)).refine(oneCursor, oneCursorRefusal);

const checkSchema = z
  .object({
    id: z.string(),
    object: z.literal('integrity_check'),
    status: z.enum(['pending', 'clean', 'findings']),
    requested_by: z.string(),
    reason: z.string().nullable(),
    position: integer('The last event that was looked at.').nullable(),
    as_of: timestamp.nullable(),
    events: integer().nullable(),
    entries: integer('Of the ledger.').nullable(),
    finding_count: integer().nullable(),
    findings: z
      .array(
        z.object({
          kind: z.enum(findingKinds),
          subject: z.string().meta({ description: 'A stream, an event, a currency or a read model.' }),
          position: integer().nullable(),
          detail: z.string(),
        }),
      )
      .meta({ description: 'The first 100 of them.' }),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'IntegrityCheck' });

/** Whether the log, the ledger and the read models are whole and agree. */
@injectable()
export class IntegrityChecksController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.integrityChecks) private readonly checks: IntegrityChecks,
    @inject(httpTokens.jobs) private readonly jobs: Jobs,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/audit/integrity_checks',
      tag: 'Audit',
      summary: 'Have the log, the ledger and every read model checked; X-Reason says why',
      scope: 'audit:write',
      reason: 'required',
      answers: { 202: { description: 'The check, which a worker takes up.', schema: checkSchema } },
      handle: async ({ context }) => ({ status: 202, body: this.show(await this.ask(context)) }),
    }),
    route({
      method: 'get',
      path: '/v1/audit/integrity_checks',
      tag: 'Audit',
      summary: 'Checks, the latest first',
      scope: 'audit:read',
      query,
      answers: { 200: { description: 'A page of checks.', schema: listOf(checkSchema) } },
      handle: async ({ query: page }) =>
        listAnswer('/v1/audit/integrity_checks', await this.checks.list(pageOf(page)), (row) =>
          this.show(row),
        ),
    }),
    route({
      method: 'get',
      path: '/v1/audit/integrity_checks/:id',
      tag: 'Audit',
      summary: 'What a check found',
      scope: 'audit:read',
      params: checkParams,
      answers: { 200: { description: 'The check.', schema: checkSchema } },
      handle: async ({ params: { id } }) => {
        const found = await this.checks.find(id);
        if (found === undefined) throw refused('resource_missing', { detail: 'There is no such check.' });
        return { status: 200, body: this.show(found) };
      },
    }),
  ];

  private async ask(context: RequestContext): Promise<IntegrityCheckRow> {
    const { commandId, reason } = context.metadata;
    const asked = await this.checks.ask({
      id: `chk_${commandId}`,
      requested_by: nameOf(personOf(context)),
      reason,
    });
    await this.jobs.request(integrityJob);
    return asked;
  }

  private show({ id, requested_by, reason, created_at, finished_at, result }: IntegrityCheckRow) {
    return {
      id,
      object: 'integrity_check',
      status: statusOfCheck({ result }),
      requested_by,
      reason,
      position: result?.position ?? null,
      as_of: finished_at,
      events: result?.events ?? null,
      entries: result?.entries ?? null,
      finding_count: result?.finding_count ?? null,
      findings: result?.findings ?? [],
      metadata: {},
      livemode: this.settings.livemode,
      created_at,
    };
  }
}
