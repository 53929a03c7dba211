import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Breakers } from '../../../../application/ports/breakers.js';
import type { InboundWebhooks } from '../../../../application/ports/inbound-webhooks.js';
import type { Jobs } from '../../../../application/ports/jobs.js';
import type { PolicyProgress } from '../../../../application/ports/policy-progress.js';
import type { Projections } from '../../../../application/ports/read-models.js';
import type { CheckConfig } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { textField } from '../../shared/fields.js';
import { refused } from '../../shared/problem.js';
import type { AskApi } from '../shared/ask-api.js';
import { formatJson } from '../shared/format.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import { actionPage } from './action-page.js';
import type { Table } from './cells.js';
import { count, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';

const webhookId = z.string().regex(/^evt_[\w-]{1,200}$/);
const statuses = ['received', 'processed', 'ignored', 'failed', 'parked'] as const;
const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);

/** What came in from Stripe, and what runs inside. */
@injectable()
export class OperationPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.inboundWebhooks) private readonly inbox: InboundWebhooks,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.policyProgress) private readonly policies: PolicyProgress,
    @inject(httpTokens.breakers) private readonly breakers: Breakers,
    @inject(httpTokens.jobs) private readonly jobs: Jobs,
    @inject(httpTokens.checkConfig) private readonly checkConfig: CheckConfig,
    @inject(httpTokens.askApi) ask: AskApi,
  ) {
    const act = actionPage(area, ask);
    this.pages = [
      ...this.webhooks(area),
      ...formPages(area, {
        path: '/admin/webhooks/replay',
        title: 'Handle parked webhooks again',
        access: 'webhooks:write',
        note: 'The oldest come first; how many, and whether there are more, is told afterwards.',
        fields: () => [
          { name: 'type', label: 'Type', hint: 'All types, if it is left empty', optional: true },
        ],
        body: { type: textField(255).optional() },
        button: 'Handle them again',
        send: async ({ type }, by) => {
          const body = { status: 'parked', ...(type === undefined ? {} : { type }) };
          const answer = await ask('POST /v1/inbound_webhooks/replay', { body }, by);
          const { replayed, has_more: more } = answer.body as { replayed: number; has_more: boolean };
          const done = `${replayed} webhooks are handled again${more ? '; there are more' : ''}.`;
          return { to: '/admin/webhooks', done };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/webhooks/:id',
        access: 'webhooks:read',
        params: z.strictObject({ id: webhookId }),
        handle: ({ visitor, params: { id } }) => this.webhook(id, visitor.scopes.includes('webhooks:write')),
      }),
      act({
        path: '/admin/webhooks/:id/replay',
        route: 'POST /v1/inbound_webhooks/:id/replay',
        access: 'webhooks:write',
        params: z.strictObject({ id: webhookId }),
        done: 'The webhook is handled again.',
      }),
      act({
        path: '/admin/webhooks/:id/ignore',
        route: 'POST /v1/inbound_webhooks/:id/ignore',
        access: 'webhooks:write',
        params: z.strictObject({ id: webhookId }),
        done: 'The webhook is dismissed.',
      }),
      page(area, {
        method: 'get',
        path: '/admin/operations',
        access: 'operations:read',
        handle: ({ visitor }) => this.show(visitor.scopes.includes('operations:write')),
      }),
      page(area, {
        method: 'post',
        path: '/admin/operations',
        access: 'operations:write',
        form: z.strictObject({
          action: z.enum(['retry', 'rebuild', 'run']),
          name,
          reason: reasonField,
        }),
        back: () => '/admin/operations',
        handle: async ({ visitor, form, context }) => {
          const routes = {
            retry: 'POST /v1/projections/:name/retry',
            rebuild: 'POST /v1/projections/:name/rebuild',
            run: 'POST /v1/jobs/:name/run',
          } as const;
          const by = { caller: visitor, context, reason: form.reason };
          await ask(routes[form.action], { params: { name: form.name } }, by);
          const done = `${form.action}: ${form.name} is done, or under way.`;
          return { kind: 'redirect', to: '/admin/operations', told: { kind: 'good', text: done } };
        },
      }),
    ];
  }

  private webhooks(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/webhooks',
      title: 'Webhooks in',
      scope: 'webhooks:read',
      cursor: webhookId,
      action: { label: 'Handle parked ones again', href: '/admin/webhooks/replay', scope: 'webhooks:write' },
      fields: { status: z.enum(statuses).optional(), type: textField(100).optional() },
      filters: [
        { name: 'status', label: 'Status', options: statuses },
        { name: 'type', label: 'Type' },
      ],
      columns: [
        { title: 'Webhook' },
        { title: 'Type' },
        { title: 'Status' },
        { title: 'About' },
        { title: 'Tries', amounts: true },
        { title: 'What came of it' },
        { title: 'Received' },
      ],
      load: ({ status: wanted = null, type = null }, request) =>
        this.inbox.list({ ...request, status: wanted, type }),
      cells: (row) => [
        link(row.id, `/admin/webhooks/${row.id}`),
        text(row.type),
        status(row.status),
        text(row.objectId),
        count(row.attempts),
        text(row.lastError ?? row.note),
        time(row.receivedAt),
      ],
    });
  }

  private async webhook(id: string, mayWrite: boolean): Promise<PageAnswer> {
    const [webhook, acts] = await Promise.all([this.inbox.find(id), this.inbox.acts(id)]);
    if (webhook === undefined) throw refused('resource_missing', { detail: 'There is no such webhook.' });
    const facts = [
      { title: 'Type', cell: text(webhook.type) },
      { title: 'About', cell: text(webhook.objectId) },
      { title: 'API version', cell: text(webhook.apiVersion) },
      { title: 'Tries', cell: count(webhook.attempts) },
      { title: 'Deliveries', cell: count(webhook.deliveries) },
      { title: 'Received', cell: time(webhook.receivedAt) },
      { title: 'Handled', cell: time(webhook.processedAt) },
      { title: 'Tried again', cell: time(webhook.nextAttemptAt) },
      { title: 'What came of it', cell: text(webhook.note) },
      ...acts.map(({ act: done, actor, reason, at }) => ({
        title: done === 'replay' ? 'Handled again by hand' : 'Dismissed by hand',
        cell: text([at, `${actor.kind.replaceAll('_', ' ')} ${actor.id}`, reason ?? 'no reason'].join(', ')),
      })),
    ];
    const may = { replay: mayWrite, dismiss: mayWrite && ['parked', 'failed'].includes(webhook.status) };
    const data = { webhook, facts, json: prettied(webhook.payload), may };
    return { kind: 'page', template: '/admin/webhook', title: 'Webhook', data };
  }

  private async show(mayWrite: boolean): Promise<PageAnswer> {
    const [projections, failures, jobs, config] = await Promise.all([
      this.projections.status(),
      this.policies.failures(50),
      this.jobs.list(),
      this.checkConfig(),
    ]);
    const parking = projections.filter((each) => each.parked_events > 0).map((each) => each.name);
    const parked = (await Promise.all(parking.map((each) => this.projections.parked(each)))).flat();
    const tables: Table[] = [
      {
        caption: 'Read models',
        columns: [
          { title: 'Name' },
          { title: 'Version', amounts: true },
          { title: 'Position', amounts: true },
          { title: 'Behind by (ms)', amounts: true },
          { title: 'Parked events', amounts: true },
        ],
        rows: projections.map((each) => [
          text(each.name),
          count(each.version),
          count(each.position),
          count(Math.round(each.lag_ms)),
          count(each.parked_events),
        ]),
      },
      {
        caption: 'Parked events',
        columns: [
          { title: 'Read model' },
          { title: 'Event' },
          { title: 'Type' },
          { title: 'Why' },
          { title: 'Since' },
        ],
        rows: parked.map((each) => [
          text(each.projection),
          idCell(`evt_${each.event_id}`),
          text(each.type),
          text(each.error),
          time(each.parked_at),
        ]),
      },
      {
        caption: 'What policies could not follow',
        columns: [
          { title: 'Stream' },
          { title: 'Type' },
          { title: 'Tries', amounts: true },
          { title: 'Why' },
        ],
        rows: failures.map((each) => [
          text(each.stream),
          text(each.type),
          count(each.attempts),
          text(each.last_error),
        ]),
      },
      {
        caption: 'Circuit breakers of this process',
        columns: [{ title: 'Dependency' }, { title: 'State' }, { title: 'Since' }],
        rows: this.breakers.status().map((each) => [words(each.name), status(each.state), time(each.since)]),
      },
      {
        caption: 'Jobs',
        columns: [
          { title: 'Job' },
          { title: 'Due' },
          { title: 'Last ended' },
          { title: 'What it did' },
          { title: 'Error' },
        ],
        rows: jobs.map((each) => [
          words(each.name),
          time(each.due_at),
          time(each.last_finished_at),
          text(
            Object.entries(each.report ?? {})
              .map(([what, n]) => `${what.replaceAll('_', ' ')} ${n}`)
              .join(', '),
          ),
          text(each.last_error),
        ]),
      },
      {
        caption: 'Configuration',
        columns: [
          { title: 'Setting' },
          { title: 'State' },
          { title: 'What was found' },
          { title: 'How to mend it' },
        ],
        rows: config.checks.map((each) => [
          words(each.name),
          status(each.status),
          text(each.detail),
          text(each.mend),
        ]),
      },
    ];
    const names = { models: projections.map((each) => each.name), jobs: jobs.map((each) => each.name) };
    return {
      kind: 'page',
      template: '/admin/operations',
      title: 'Operations',
      data: { tables, names, mayWrite },
    };
  }
}

function prettied(payload: string): string {
  try {
    return formatJson(JSON.parse(payload));
  } catch {
    return payload;
  }
}
