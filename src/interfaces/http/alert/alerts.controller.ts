import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Alerts, WatchedRule } from '../../../application/alert/alerts.js';
import type { Measured } from '../../../application/alert/measure-rules.js';
import type { AlertQueries, AlertRow } from '../../../application/ports/alerts.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { AlertRejection } from '../../../domain/alert/alert.js';
import { settingOf } from '../../../domain/alert/alert.js';
import type { AlertRuleName } from '../../../domain/alert/alert-rules.js';
import { alertRuleNames, alertRules } from '../../../domain/alert/alert-rules.js';
import { parseAlertId } from '../../../domain/shared/ids.js';
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
  wholeField,
} from '../shared/fields.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';

const kinds: RejectionKinds<AlertRejection> = {
  alert_not_open: { status: 409, title: 'The alert is over' },
  alert_rule_inconsistent: { status: 422, title: 'The thresholds contradict each other' },
};
const details: Readonly<Record<AlertRejection['code'], string>> = {
  alert_not_open: 'The alert is over.',
  alert_rule_inconsistent: 'close_at lies beyond open_at: the alert would open again as soon as it closed.',
};
const problemOf = (rejection: AlertRejection): Problem =>
  problemOfRejection(kinds, rejection, { detail: details[rejection.code] });

const alertId = idField(parseAlertId, 'alr');
const params = z.strictObject({ id: alertId });
const ruleParams = z.strictObject({ rule: z.enum(alertRuleNames) });
const query = z
  .strictObject({
    ...pageParameters(alertId),
    status: z.enum(['open', 'closed']).optional(),
    rule: z.enum(alertRuleNames).optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const unit = "In the rule's unit.";
const settingBody = z
  .strictObject({
    enabled: z.boolean(),
    open_at: wholeField(0, 1_000_000).meta({ description: `The alert opens beyond it. ${unit}` }),
    close_at: wholeField(0, 1_000_000).meta({
      description: `The alert closes when the value is back at it. ${unit}`,
    }),
    window_minutes: wholeField(1, 7 * 24 * 60),
    minimum_sample: wholeField(0, 1_000_000),
  })
  .meta({ id: 'AlertSetting' });

const alertSchema = z
  .object({
    id: z.string(),
    object: z.literal('alert'),
    rule: z.enum(alertRuleNames),
    status: z.enum(['open', 'closed']),
    value: z.int().meta({ description: `When it opened. ${unit}` }),
    unit: z.string(),
    sample: z.int(),
    threshold: z.int(),
    acknowledged_at: timestamp.nullable(),
    closed_at: timestamp.nullable(),
    revision: integer(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Alert' });

const ruleSchema = z
  .object({
    id: z.enum(alertRuleNames),
    object: z.literal('alert_rule'),
    unit: z.string(),
    side: z.enum(['below', 'above']),
    enabled: z.boolean(),
    open_at: z.int(),
    close_at: z.int(),
    window_minutes: z.int(),
    minimum_sample: z.int(),
    open_alert: z.string().nullable(),
    measured: z
      .object({
        value: z.int(),
        sample: z.int(),
        excluded: z.int().meta({ description: 'Left out: neither good nor bad so far.' }),
      })
      .nullable()
      .meta({ description: 'What was measured just now, where it was asked for.' }),
    revision: integer().nullable(),
    livemode: z.boolean(),
  })
  .meta({ id: 'AlertRule' });

/** What the operators are alerted of, and when. */
@injectable()
export class AlertsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.alerts) private readonly alerts: Alerts,
    @inject(httpTokens.alertQueries) private readonly queries: AlertQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/alerts',
      tag: 'Alerts',
      summary: 'Alerts, the latest first',
      scope: 'alerts:read',
      query,
      answers: { 200: { description: 'A page of alerts.', schema: listOf(alertSchema) } },
      handle: ({ query: given }) => this.list(given),
    }),
    route({
      method: 'post',
      path: '/v1/alerts',
      tag: 'Alerts',
      summary: 'Judge every rule now, and not only when five minutes are over',
      scope: 'alerts:write',
      answers: { 200: { description: 'The rules, with what was measured.', schema: listOf(ruleSchema) } },
      handle: () => this.judge(),
    }),
    route({
      method: 'post',
      path: '/v1/alerts/:id/ack',
      tag: 'Alerts',
      summary: 'Say that somebody has taken notice of an open alert',
      scope: 'alerts:write',
      params,
      answers: { 200: { description: 'The alert.', schema: alertSchema } },
      handle: ({ params: { id }, context }) => this.acknowledge(id, context),
    }),
    route({
      method: 'get',
      path: '/v1/alert_rules',
      tag: 'Alerts',
      summary: 'What is watched, and the thresholds',
      scope: 'alerts:read',
      answers: { 200: { description: 'Every rule.', schema: listOf(ruleSchema) } },
      handle: async () => this.rulesAnswer('/v1/alert_rules', new Map()),
    }),
    route({
      method: 'put',
      path: '/v1/alert_rules/:rule',
      tag: 'Alerts',
      summary: 'Give a rule other thresholds, or switch it off',
      scope: 'alerts:write',
      reason: 'required',
      params: ruleParams,
      body: settingBody,
      answers: { 200: { description: 'The rule.', schema: ruleSchema } },
      handle: ({ params: { rule }, body, context }) => this.change(rule, body, context),
    }),
  ];

  private async list({ status, rule, ...page }: z.output<typeof query>): Promise<Answer> {
    const found = await this.queries.list({ ...pageOf(page), status: status ?? null, rule: rule ?? null });
    const lagMs = this.projections.lagMs();
    return listAnswer('/v1/alerts', found, (row) => this.shown(row), { lagMs });
  }

  private async judge(): Promise<Answer> {
    return this.rulesAnswer('/v1/alerts', await this.alerts.judge());
  }

  private async acknowledge(id: z.output<typeof alertId>, { metadata }: RequestContext): Promise<Answer> {
    const row = await this.queries.find(id);
    if (row === undefined) throw refused('resource_missing', { detail: 'There is no such alert.' });
    const { state, revision } = acceptedBy(await this.alerts.acknowledge(row.rule, id, metadata), problemOf);
    const acknowledged_at = state.status === 'open' ? state.acknowledgedAt : row.acknowledged_at;
    return { status: 200, body: this.shown({ ...row, acknowledged_at, revision: revision ?? row.revision }) };
  }

  private async change(
    rule: AlertRuleName,
    body: z.output<typeof settingBody>,
    context: RequestContext,
  ): Promise<Answer> {
    const setting = {
      enabled: body.enabled,
      openAt: body.open_at,
      closeAt: body.close_at,
      windowMinutes: body.window_minutes,
      minimumSample: body.minimum_sample,
    };
    const { state, revision } = acceptedBy(
      await this.alerts.change(rule, setting, context.metadata, ifRevision(context)),
      problemOf,
    );
    const shown = this.shownRule({ rule, setting: settingOf(rule, state), state, revision }, null);
    return { status: 200, body: shown, ...(revision === null ? {} : { etag: `"${revision}"` }) };
  }

  private async rulesAnswer(url: string, measured: Awaited<ReturnType<Alerts['judge']>>): Promise<Answer> {
    const rows = await this.alerts.rules();
    return listAnswer(url, { rows, hasMore: false }, (row) =>
      this.shownRule(row, measured.get(row.rule) ?? null),
    );
  }

  private shown({ opened_at, ...row }: AlertRow) {
    const { livemode } = this.settings;
    const { unit } = alertRules[row.rule];
    return { ...row, object: 'alert', unit, metadata: {}, livemode, created_at: opened_at };
  }

  private shownRule({ rule, setting, state, revision }: WatchedRule, measured: Measured | null) {
    const { unit, side } = alertRules[rule];
    return {
      ...{ id: rule, object: 'alert_rule', unit, side, enabled: setting.enabled },
      ...{ open_at: setting.openAt, close_at: setting.closeAt },
      ...{ window_minutes: setting.windowMinutes, minimum_sample: setting.minimumSample },
      open_alert: state.status === 'open' ? state.alertId : null,
      ...{ measured, revision, livemode: this.settings.livemode },
    };
  }
}
