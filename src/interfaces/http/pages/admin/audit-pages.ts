import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { StateAt } from '../../../../application/audit/state-at.js';
import type { AccessLog } from '../../../../application/ports/access-log.js';
import type { EventStore, RecordedEvent, StreamName } from '../../../../application/ports/event-store.js';
import type {
  EventFilter,
  EventQueries,
  LedgerQueries,
  Projections,
} from '../../../../application/ports/read-models.js';
import { parseCustomerId, parseUserId } from '../../../../domain/shared/ids.js';
import type { Instant } from '../../../../domain/shared/instant.js';
import { parseInstant } from '../../../../domain/shared/instant.js';
import type { Moment } from '../../audit/audit.schemas.js';
import { momentField, streamField } from '../../audit/audit.schemas.js';
import { httpTokens } from '../../http-tokens.js';
import { idField, positionField, textField } from '../../shared/fields.js';
import { refused } from '../../shared/problem.js';
import { formatJson } from '../shared/format.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import type { Table } from './cells.js';
import { amount, idCell, link, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { listPages } from './list-page.js';
import { changesBetween } from './state-changes.js';

const eventsAtOnce = 50;

/** A day stands for its beginning, in UTC. */
const timeField = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\d:.]{5,12}Z)?$/, {
    error: 'A day, or a time in UTC such as 2026-11-01T09:30:00Z, is expected.',
  })
  .transform((text, context): Instant => {
    const instant = parseInstant(text.length === 10 ? `${text}T00:00:00.000Z` : text);
    if (instant !== undefined) return instant;
    context.issues.push({ code: 'custom', message: 'That is no time.', input: text });
    return z.NEVER;
  });

type Explored = {
  readonly [Name in keyof Omit<EventFilter, 'below'>]?: EventFilter[Name] | undefined;
} & { readonly stream?: StreamName | undefined; readonly below?: bigint | undefined };

/** What an auditor asks: every fact, any state at any time, the books at any position, and who looked at what. */
@injectable()
export class AuditPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.eventQueries) private readonly events: EventQueries,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.stateAt) private readonly stateAt: StateAt,
    @inject(httpTokens.ledgerQueries) private readonly ledger: LedgerQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.accessLog) accessLog: AccessLog,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/audit',
        access: 'audit:read',
        query: z.strictObject({
          stream: streamField.optional(),
          type: z
            .string()
            .regex(/^[A-Z]\w{0,79}(\.v\d+)?$/)
            .optional(),
          actor: textField(120).optional(),
          from: timeField.optional(),
          before: timeField.optional(),
          below: positionField.optional(),
        }),
        handle: ({ query, context }) => this.explore(query, context.address),
      }),
      page(area, {
        method: 'get',
        path: '/admin/audit/events/:id',
        access: 'audit:read',
        params: z.strictObject({ id: z.string().regex(/^evt_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) }),
        handle: async ({ params }) => {
          const event = await this.events.find(params.id.slice('evt_'.length));
          if (event === undefined) throw refused('resource_missing', { detail: 'There is no such event.' });
          return { kind: 'redirect', to: `/admin/audit/state?stream=${event.stream}&at=${event.revision}` };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/audit/state',
        access: 'audit:read',
        query: z.strictObject({ stream: streamField.optional(), at: momentField.optional() }),
        handle: ({ query: { stream, at = null } }) =>
          stream === undefined ? askForStream : this.state(stream, at),
      }),
      page(area, {
        method: 'get',
        path: '/admin/audit/trial-balance',
        access: 'ledger:read',
        query: z.strictObject({ position: positionField.optional() }),
        handle: ({ query }) => this.balance(query.position ?? null),
      }),
      page(area, {
        method: 'get',
        path: '/admin/audit/replay',
        access: 'audit:read',
        handle: ({ visitor }) => this.replayForm(visitor.scopes.includes('audit:write')),
      }),
      page(area, {
        method: 'post',
        path: '/admin/audit/replay',
        access: 'audit:write',
        form: z.strictObject({
          projection: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/),
          reason: reasonField,
        }),
        back: () => '/admin/audit/replay',
        handle: ({ form }) => this.replay(form.projection),
      }),
      ...accessPages(area, accessLog),
    ];
  }

  /** Newest first. */
  private async explore(query: Explored, address: string): Promise<PageAnswer> {
    const { stream, type = null, actor = null, from = null, before = null, below = null } = query;
    const filter: EventFilter = { type, actor, from, before, below };
    const found =
      stream === undefined
        ? await this.events.explore(filter, eventsAtOnce)
        : await this.ofStream(stream, filter);
    const chosen = new URLSearchParams(address.split('?')[1] ?? '');
    if (found.below !== null) chosen.set('below', String(found.below));
    const data = {
      wanted: Object.fromEntries(new URLSearchParams(address.split('?')[1] ?? '')),
      older: found.below === null ? null : `/admin/audit?${chosen}`,
      events: found.events.map((event) => ({
        ...event,
        sentence: this.describe(event),
        json: formatJson({ data: event.data, metadata: event.metadata }),
      })),
    };
    return { kind: 'page', template: '/admin/audit', title: 'Event explorer', data };
  }

  private async ofStream(stream: StreamName, filter: EventFilter) {
    const matching = (await this.eventStore.readStream(stream)).filter((event) => matches(event, filter));
    const events = matching.reverse().slice(0, eventsAtOnce);
    const last = events.at(-1);
    return { events, below: matching.length > events.length ? (last?.position ?? null) : null };
  }

  private async state(stream: StreamName, at: Moment | null): Promise<PageAnswer> {
    const events = await this.eventStore.readStream(stream);
    const found = await this.stateAt(stream, at);
    if (found.outcome !== 'found') {
      throw refused('resource_missing', { detail: 'There is no such stream.' });
    }
    const { revision, state, causedBy, recordedAt } = found;
    const before =
      revision === null || revision === 0n ? null : await this.stateAt(stream, { revision: revision - 1n });
    const last = events.at(-1)?.revision ?? 0n;
    const data = {
      stream,
      at: revision === null ? 0 : Number(revision),
      last: Number(last),
      recordedAt,
      sentence: causedBy === null ? null : this.describe(causedBy),
      causedBy,
      json: formatJson(state),
      changes: changesBetween(before?.outcome === 'found' ? before.state : null, state),
      steps: events.slice(-60).map((event) => ({
        revision: event.revision,
        recordedAt: event.recordedAt,
        sentence: this.describe(event),
      })),
    };
    return { kind: 'page', template: '/admin/audit-state', title: 'State at a time', data };
  }

  private async balance(at: bigint | null): Promise<PageAnswer> {
    const { position, rows } = await this.ledger.trialBalance(at);
    const sums = new Map<string, bigint>();
    for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0n) + row.balance);
    const table: Table = {
      caption: `Trial balance at position ${position}`,
      columns: [
        { title: 'Account' },
        { title: 'Debits', amounts: true },
        { title: 'Credits', amounts: true },
        { title: 'Balance', amounts: true },
      ],
      rows: rows.map((row) => [
        link(row.account, `/admin/ledger?account=${row.account}`),
        amount(row.debits, row.currency),
        amount(row.credits, row.currency),
        amount(row.balance, row.currency),
      ]),
    };
    const balanced = [...sums].map(([currency, sum]) => ({ currency, sum, good: sum === 0n }));
    const data = { table, position, asked: at, balanced };
    return { kind: 'page', template: '/admin/audit-balance', title: 'Trial balance', data };
  }

  private replayForm(mayReplay: boolean): PageAnswer {
    const data = { names: this.projections.names, report: null, differences: [], mayReplay };
    return { kind: 'page', template: '/admin/audit-replay', title: 'Replay and compare', data };
  }

  /** Builds the read model anew beside the live one, and leaves the live one as it is. */
  private async replay(name: string): Promise<PageAnswer> {
    const report = await this.projections.rebuild(name, { swap: false });
    if (report === undefined) throw refused('resource_missing', { detail: 'There is no such read model.' });
    const differences = report.differences.map((each) => ({
      ...each,
      changes: changesBetween(each.live ?? {}, each.rebuilt ?? {}),
    }));
    const data = { names: this.projections.names, report, differences, mayReplay: true };
    return { kind: 'page', template: '/admin/audit-replay', title: 'Replay and compare', data };
  }
}

const askForStream: PageAnswer = {
  kind: 'page',
  template: '/admin/audit-state-of',
  title: 'State at a time',
  data: {},
};

function matches({ type, metadata, recordedAt, position }: RecordedEvent, wanted: EventFilter): boolean {
  if (wanted.type !== null && type !== wanted.type) return false;
  if (wanted.from !== null && recordedAt < wanted.from) return false;
  if (wanted.before !== null && recordedAt >= wanted.before) return false;
  if (wanted.below !== null && position >= wanted.below) return false;
  const { kind, id } = metadata.actor;
  return wanted.actor === null || id === wanted.actor || kind === wanted.actor;
}

function accessPages(area: ConsoleArea, accessLog: AccessLog): readonly Page[] {
  return listPages(area, {
    path: '/admin/audit/access',
    title: 'Access log',
    scope: 'audit:read',
    cursor: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    fields: {
      user: z
        .union([
          idField(parseUserId, 'usr'),
          idField(parseCustomerId, 'cus'),
          z.string().regex(/^key_[\w-]{1,64}$/),
        ])
        .optional(),
    },
    filters: [{ name: 'user', label: 'User, customer or API key' }],
    columns: [
      { title: 'When' },
      { title: 'Who' },
      { title: 'What' },
      { title: 'Why' },
      { title: 'Result' },
      { title: 'From' },
      { title: 'Request' },
    ],
    load: ({ user = null }, request) => accessLog.list({ ...request, user }),
    cells: (row) => [
      time(row.at),
      idCell(row.user_id),
      text(row.action),
      text(row.reason),
      text(row.result),
      text(row.network),
      text(row.request_id),
    ],
  });
}
