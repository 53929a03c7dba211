import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Clock } from '../../../application/ports/clock.js';
import type { HealthHistory } from '../../../application/ports/health-history.js';
import { runbookLink } from '../docs/runbook.js';
import type { CheckAnswer, CheckConfig, HealthChecks, HealthReport, HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { listOf, oneCursor, oneCursorRefusal, pageParameters, timestamp } from '../shared/fields.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

const checksSchema = z.record(
  z.string(),
  z.object({
    healthy: z.boolean(),
    detail: z.string().meta({ description: 'Why.' }),
    measured: z
      .record(z.string(), z.number())
      .optional()
      .meta({ description: 'Of the read models: milliseconds behind, by name.' }),
    runbook: z.url().meta({ description: 'What it means, and what to do.' }),
  }),
);
const reportSchema = z
  .object({ status: z.enum(['ok', 'unavailable']), checks: checksSchema })
  .meta({ id: 'HealthReport' });

const finding = z.enum(['ok', 'warn', 'fail']);
const configSchema = z
  .object({
    object: z.literal('config_check'),
    mode: z.enum(['demo', 'test', 'live']),
    status: finding,
    checks: z.array(
      z.object({ name: z.string(), status: finding, detail: z.string(), mend: z.string().nullable() }),
    ),
    as_of: timestamp,
    livemode: z.boolean(),
  })
  .meta({ id: 'ConfigCheck' });

const recordId = z.string().regex(/^\d{1,18}$/);
const historyQuery = z
  .strictObject({ ...pageParameters(recordId), healthy: z.enum(['true', 'false']).optional() })
  .refine(oneCursor, oneCursorRefusal);
const recordSchema = z
  .object({
    id: z.string(),
    object: z.literal('health_check'),
    status: z.enum(['ok', 'unavailable']),
    checks: checksSchema,
    created_at: timestamp,
  })
  .meta({ id: 'HealthCheck' });

const answers = {
  200: { description: 'All is well.', schema: reportSchema },
  503: { description: 'Something is not; the checks say what.', schema: reportSchema },
};

/** What load balancers, monitors and whoever sets this up ask. */
@injectable()
export class HealthController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.healthChecks) private readonly checks: HealthChecks,
    @inject(httpTokens.checkConfig) private readonly checkConfig: CheckConfig,
    @inject(httpTokens.healthHistory) private readonly history: HealthHistory,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/health/live',
      tag: 'Health',
      summary: 'Whether the process answers',
      scope: 'public',
      vital: true,
      answers: { 200: { description: 'It does.' } },
      handle: () => ({ status: 200, body: { status: 'ok' }, headers: uncached }),
    }),
    route({
      method: 'get',
      path: '/health/ready',
      tag: 'Health',
      summary: 'Whether events can be appended and read, and the read models keep up',
      scope: 'public',
      vital: true,
      answers,
      handle: async () => this.answerOf(await this.checks.ready()),
    }),
    route({
      method: 'get',
      path: '/health/payments',
      tag: 'Health',
      summary: 'Whether payments go through: the provider, open requests, webhooks',
      scope: 'public',
      vital: true,
      answers,
      handle: async () => this.answerOf(await this.checks.payments()),
    }),
    route({
      method: 'get',
      path: '/v1/health_checks',
      tag: 'Health',
      summary: 'What /health/payments said every five minutes, the latest first; kept for 90 days',
      scope: 'operations:read',
      query: historyQuery,
      answers: { 200: { description: 'A page of checks.', schema: listOf(recordSchema) } },
      handle: async ({ query: { healthy, ...page } }) =>
        listAnswer(
          '/v1/health_checks',
          await this.history.list({
            ...pageOf(page),
            healthy: healthy === undefined ? null : healthy === 'true',
          }),
          ({ id, at, healthy: wasHealthy, checks }) => ({
            ...{
              id,
              object: 'health_check',
              status: wasHealthy ? 'ok' : 'unavailable',
              checks: this.withRunbook(checks),
              created_at: at,
            },
          }),
        ),
    }),
    route({
      method: 'get',
      path: '/v1/config/check',
      alias: '/api/stripe/test-config',
      tag: 'Diagnostics',
      summary: 'How this deployment is set up, and what is missing; no secret is told',
      scope: 'config:read',
      vital: true,
      answers: {
        200: { description: 'The configuration.', schema: configSchema },
      },
      handle: () => this.config(),
    }),
  ];

  private answerOf({ healthy, checks }: HealthReport): Answer {
    return {
      status: healthy ? 200 : 503,
      body: { status: healthy ? 'ok' : 'unavailable', checks: this.withRunbook(checks) },
      headers: uncached,
    };
  }

  private withRunbook(checks: Readonly<Record<string, CheckAnswer>>) {
    const { publicUrl } = this.settings;
    return Object.fromEntries(
      Object.entries(checks).map(([name, check]) => [
        name,
        { ...check, runbook: runbookLink(publicUrl, name) },
      ]),
    );
  }

  private async config(): Promise<Answer> {
    const asOf = this.clock.now();
    const { livemode } = this.settings;
    const report = await this.checkConfig();
    return { status: 200, body: { object: 'config_check', ...report, as_of: asOf, livemode } };
  }
}

const uncached = { 'cache-control': 'no-store' };
