import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { IntegrityCheckRow, IntegrityChecks } from '../../../../application/ports/integrity-checks.js';
import { streamField } from '../../audit/audit.schemas.js';
import { checkParams, statusOfCheck } from '../../audit/integrity-check-object.js';
import { httpTokens } from '../../http-tokens.js';
import { refused } from '../../shared/problem.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { Cell, Table } from './cells.js';
import { count, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';
import { thingAnswer } from './record-page.js';

const path = '/admin/audit/integrity';
const whatIsChecked =
  'The log is read from its first event to its last: no position and no revision may be missing, every event must be readable, ' +
  'and the entries of each must come to zero. Then every read model is built anew and compared. A worker does it; it takes as ' +
  'long as the log is.';

/** Whether the log, the ledger and the read models are whole and agree: every check, and what it found. */
@injectable()
export class IntegrityPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.integrityChecks) private readonly checks: IntegrityChecks,
    @inject(httpTokens.askApi) ask: AskApi,
  ) {
    this.pages = [
      ...this.list(area),
      ...formPages(area, {
        path: `${path}/new`,
        title: 'Check everything',
        access: 'audit:write',
        fields: () => [],
        body: {},
        note: whatIsChecked,
        button: 'Check it',
        send: async (_nothing, by) => {
          const { body } = await ask('POST /v1/audit/integrity_checks', {}, by);
          const { id } = body as { readonly id: string };
          return { to: `${path}/${id}`, done: 'The check waits for a worker. Look again in a moment.' };
        },
      }),
      page(area, {
        method: 'get',
        path: `${path}/:id`,
        access: 'audit:read',
        params: checkParams,
        handle: ({ params }) => this.show(params.id),
      }),
    ];
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path,
      title: 'Integrity checks',
      scope: 'audit:read',
      cursor: checkParams.shape.id,
      action: { label: 'Check everything', href: `${path}/new`, scope: 'audit:write' },
      fields: {},
      filters: [],
      columns: [
        { title: 'Check' },
        { title: 'Status' },
        { title: 'Findings', amounts: true },
        { title: 'Events', amounts: true },
        { title: 'Entries', amounts: true },
        { title: 'Up to position', amounts: true },
        { title: 'By' },
        { title: 'Why' },
        { title: 'Asked for' },
      ],
      load: (_filters, request) => this.checks.list(request),
      cells: (row) => [
        idCell(row.id),
        status(statusOfCheck(row)),
        ...countsOf(row),
        idCell(row.requested_by),
        text(row.reason),
        time(row.created_at),
      ],
    });
  }

  private async show(id: string): Promise<PageAnswer> {
    const row = await this.checks.find(id);
    if (row === undefined) throw refused('resource_missing', { detail: 'There is no such check.' });
    const [findings, events, entries, position] = countsOf(row);
    const found = statusOfCheck(row);
    return thingAnswer({
      title: 'Integrity check',
      id,
      status: found,
      trouble: found === 'findings' ? 'Something is not as it should be.' : null,
      advice: 'Change nothing by hand before it is understood.',
      figures: [
        { title: 'Findings', cell: findings },
        { title: 'Events looked at', cell: events },
        { title: 'Ledger entries', cell: entries },
      ],
      facts: [
        { title: 'Up to position', cell: position },
        { title: 'Asked for', cell: time(row.created_at) },
        { title: 'Ended', cell: time(row.finished_at) },
        { title: 'By', cell: idCell(row.requested_by) },
        { title: 'Why', cell: text(row.reason) },
      ],
      tables: row.result === null ? [] : [tableOf(row.result)],
      actions: [],
    });
  }
}

function countsOf({ result }: IntegrityCheckRow) {
  const some =
    result === null ? null : [result.finding_count, result.events, result.entries, result.position];
  const [findings, events, entries, position] = some?.map(count) ?? [];
  const unknown = text(null);
  return [findings ?? unknown, events ?? unknown, entries ?? unknown, position ?? unknown] as const;
}

function tableOf({ finding_count: all, findings }: NonNullable<IntegrityCheckRow['result']>): Table {
  return {
    caption: all > findings.length ? `The first ${findings.length} of ${all} findings` : 'Findings',
    columns: [
      { title: 'What' },
      { title: 'Of' },
      { title: 'Position', amounts: true },
      { title: 'In short' },
    ],
    rows: findings.map(({ kind, subject, position, detail }) => [
      words(kind),
      subjectOf(subject),
      position === null ? text(null) : count(position),
      text(detail),
    ]),
  };
}

/** An event and a stream lead to where they are shown; a currency and a read model have no page of their own. */
function subjectOf(subject: string): Cell {
  if (z.uuid().safeParse(subject).success) return idCell(`evt_${subject}`);
  if (streamField.safeParse(subject).success) return link(subject, `/admin/audit?stream=${subject}`);
  return text(subject);
}
