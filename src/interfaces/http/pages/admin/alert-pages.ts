import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Alerts, WatchedRule } from '../../../../application/alert/alerts.js';
import type { Measured } from '../../../../application/alert/measure-rules.js';
import { measuredText, watched } from '../../../../application/alert/measured-text.js';
import { newestStuck } from '../../../../application/payment/stuck-payments.js';
import type { AlertQueries, AlertRow } from '../../../../application/ports/alerts.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { PaymentQueries } from '../../../../application/ports/read-models.js';
import { firstPage } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import type { AlertRuleName } from '../../../../domain/alert/alert-rules.js';
import { alertRuleNames, alertRules } from '../../../../domain/alert/alert-rules.js';
import { parseAlertId } from '../../../../domain/shared/ids.js';
import { runbookLink } from '../../docs/runbook.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { idField } from '../../shared/fields.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import type { Cell, Table } from './cells.js';
import { count, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { typedWhole } from './form-fields.js';

const shownMax = 50;
const stuckShown = 5;
const alertId = idField(parseAlertId, 'alr');

/** What operators were alerted of, what is watched, and the thresholds. */
@injectable()
export class AlertPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.alerts) private readonly alerts: Alerts,
    @inject(httpTokens.alertQueries) private readonly queries: AlertQueries,
    @inject(httpTokens.paymentQueries) private readonly payments: PaymentQueries,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.askApi) ask: AskApi,
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
  ) {
    const act = actionPage(area, ask);
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/alerts',
        access: 'alerts:read',
        handle: ({ visitor }) => this.show(visitor),
      }),
      act({
        path: '/admin/alerts/:id/ack',
        route: 'POST /v1/alerts/:id/ack',
        access: 'alerts:write',
        params: z.strictObject({ id: alertId }),
        to: '/admin/alerts',
        done: 'You have taken notice of the alert.',
      }),
      act({
        path: '/admin/alerts/rules/:rule/change',
        route: 'PUT /v1/alert_rules/:rule',
        access: 'alerts:write',
        params: z.strictObject({ rule: z.enum(alertRuleNames) }),
        body: {
          enabled: z.enum(['yes', 'no']).transform((value) => value === 'yes'),
          ...{
            open_at: typedWhole,
            close_at: typedWhole,
            window_minutes: typedWhole,
            minimum_sample: typedWhole,
          },
        },
        to: '/admin/alerts',
        done: 'The rule is changed.',
      }),
    ];
  }

  private async show({ scopes }: Operator): Promise<PageAnswer> {
    const mayWrite = scopes.includes('alerts:write');
    const [rules, measured, { rows }] = await Promise.all([
      this.alerts.rules(),
      this.alerts.measure(),
      this.queries.list({
        ...firstPage(shownMax),
        ...{ status: null, rule: null },
      }),
    ]);
    const open = rows.filter((row) => row.status === 'open');
    const namesStuck = open.some(({ rule }) => rule === 'stuck_payments') && scopes.includes('payments:read');
    const stuck = namesStuck ? await this.stuck() : [];
    return {
      kind: 'page',
      template: '/admin/alerts',
      title: 'Alerts',
      data: {
        open: open.map((row) => ({
          ...row,
          sentence: sentenceOf(row),
          runbook: this.runbookOf(row.rule),
          stuck: row.rule === 'stuck_payments' ? stuck : [],
        })),
        tables: [tableOfRules(rules, measured, (rule) => this.runbookOf(rule)), tableOfAlerts(rows)],
        rules: rules.map(({ rule, setting }) => ({
          ...{ rule, title: watched[rule], unit: alertRules[rule].unit.replaceAll('_', ' ') },
          ...{ side: alertRules[rule].side, setting },
        })),
        mayWrite,
      },
    };
  }

  /** Where it stands what an alert of the rule means and what to do about it. */
  private runbookOf(rule: AlertRuleName): string {
    return runbookLink(this.settings.publicUrl, rule);
  }

  /** The first of the payments that are stuck by now. */
  private async stuck(): Promise<readonly Cell[]> {
    const rows = await newestStuck(this.payments, this.clock.now(), stuckShown);
    return rows.map(({ id }) => idCell(id));
  }
}

function sentenceOf({ rule, value, sample, threshold }: AlertRow): string {
  const of = sample === 0 ? '' : `, of a sample of ${sample}`;
  return `${watched[rule]} was ${measuredText(rule, value)}${of}; the threshold is ${measuredText(rule, threshold)}.`;
}

function tableOfRules(
  rules: readonly WatchedRule[],
  measured: ReadonlyMap<AlertRuleName, Measured>,
  runbookOf: (rule: AlertRuleName) => string,
): Table {
  return {
    caption: 'What is watched, every five minutes',
    columns: [
      { title: 'Rule' },
      { title: 'State' },
      { title: 'Measured now' },
      { title: 'Opens' },
      { title: 'Closes at' },
      { title: 'Window (min)', amounts: true },
      { title: 'Smallest sample', amounts: true },
    ],
    rows: rules.map(({ rule, setting, state }) => [
      link(rule.replaceAll('_', ' '), runbookOf(rule)),
      status(!setting.enabled ? 'disabled' : state.status === 'open' ? 'alarm' : 'ok'),
      text(nowText(rule, measured.get(rule))),
      text(`${alertRules[rule].side} ${measuredText(rule, setting.openAt)}`),
      text(measuredText(rule, setting.closeAt)),
      count(setting.windowMinutes),
      count(setting.minimumSample),
    ]),
  };
}

/** With too small a sample nothing is judged, and a share of nothing is none. */
function nowText(rule: AlertRuleName, measured: Measured | undefined): string | null {
  if (measured === undefined) return null;
  const { value, sample, excluded } = measured;
  const isShare = alertRules[rule].unit === 'basis_points';
  if (isShare && sample === 0) return `of 0, ${excluded} left out`;
  return isShare
    ? `${measuredText(rule, value)} of ${sample}, ${excluded} left out`
    : measuredText(rule, value);
}

function tableOfAlerts(rows: readonly AlertRow[]): Table {
  return {
    caption: 'The latest alerts',
    columns: [
      { title: 'Rule' },
      { title: 'Status' },
      { title: 'Measured' },
      { title: 'Opened' },
      { title: 'Noticed' },
      { title: 'Closed' },
    ],
    rows: rows.map((row) => [
      words(row.rule),
      status(row.status === 'open' ? 'alarm' : 'closed'),
      text(measuredText(row.rule, row.value)),
      time(row.opened_at),
      time(row.acknowledged_at),
      time(row.closed_at),
    ]),
  };
}
