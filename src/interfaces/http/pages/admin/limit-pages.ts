import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Penalties } from '../../../../application/limit/penalties.js';
import type { HealthHistory, HealthRecord } from '../../../../application/ports/health-history.js';
import { parseLimitId } from '../../../../domain/shared/ids.js';
import { runbookLink } from '../../docs/runbook.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { idField } from '../../shared/fields.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageController } from '../shared/page.js';
import type { Cell } from './cells.js';
import { count, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';

const limitId = idField(parseLimitId, 'lim');
const healths = ['ok', 'unavailable'] as const;

/** Who is kept out for having gone too far, and how the deployment was. */
@injectable()
export class LimitPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.penalties) penalties: Penalties,
    @inject(httpTokens.healthHistory) history: HealthHistory,
    @inject(httpTokens.askApi) ask: AskApi,
    @inject(httpTokens.settings) { publicUrl }: HttpSettings,
  ) {
    this.pages = [
      ...listPages(area, {
        path: '/admin/limits',
        title: 'Limits',
        scope: 'limits:read',
        cursor: limitId,
        fields: {},
        filters: [],
        columns: [
          { title: 'Limit' },
          { title: 'Who' },
          { title: 'Strikes', amounts: true },
          { title: 'Seconds', amounts: true },
          { title: 'Kept out since' },
          { title: 'Until' },
          { title: 'Let in again' },
        ],
        load: async (_filters, request, by) => {
          const { rows, hasMore } = await penalties.list(request);
          const mayPardon = by.caller.scopes.includes('limits:write');
          return { rows: rows.map((row) => ({ ...row, mayPardon })), hasMore };
        },
        cells: (row) => [
          words(row.kind),
          row.subject === null ? text('an address, kept as a digest') : idCell(row.subject),
          count(row.strikes),
          count(row.penalty_seconds),
          time(row.penalized_at),
          time(row.penalized_until),
          row.mayPardon ? link('Pardon', `/admin/limits/${row.id}/pardon`) : text(null),
        ],
      }),
      ...formPages(area, {
        path: '/admin/limits/:id/pardon',
        title: 'End a penalty',
        access: 'limits:write',
        params: z.strictObject({ id: limitId }),
        fields: () => [],
        body: {},
        note: 'Its strikes are forgotten, too. Every process knows within seconds.',
        button: 'Let them in again',
        send: async (_typed, by, params) => {
          await ask('POST /v1/limits/:id/pardon', { params }, by);
          return { to: '/admin/limits', done: 'The penalty is over.' };
        },
      }),
      ...listPages(area, {
        path: '/admin/health',
        title: 'Health so far',
        scope: 'operations:read',
        cursor: z.string().regex(/^\d{1,18}$/),
        fields: { status: z.enum(healths).optional() },
        filters: [{ name: 'status', label: 'State', options: healths }],
        columns: [
          { title: 'When' },
          { title: 'State' },
          { title: 'What was wrong' },
          { title: 'What to do' },
        ],
        load: ({ status: wanted }, request) =>
          history.list({ ...request, healthy: wanted === undefined ? null : wanted === 'ok' }),
        cells: (row) => [
          time(row.at),
          status(row.healthy ? 'ok' : 'unavailable'),
          text(
            failedIn(row)
              .map(([name, { detail }]) => `${name.replaceAll('_', ' ')}: ${detail}`)
              .join('; '),
          ),
          runbookCell(row, publicUrl),
        ],
      }),
    ];
  }
}

function failedIn({ checks }: HealthRecord) {
  return Object.entries(checks).filter(([, { healthy }]) => !healthy);
}

/** To the section of what failed, or to all of them where that is several. */
function runbookCell(row: HealthRecord, publicUrl: string): Cell {
  const [first, ...others] = failedIn(row);
  if (first === undefined) return text(null);
  if (others.length > 0) return link('The runbook', `${publicUrl}/runbook`);
  const [name] = first;
  return link(name.replaceAll('_', ' '), runbookLink(publicUrl, name));
}
