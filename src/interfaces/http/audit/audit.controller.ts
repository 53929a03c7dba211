import { inject, injectable } from 'inversify';
import type { DescribeEvent } from '../../../application/audit/describe-event.js';
import type { StateAt } from '../../../application/audit/state-at.js';
import type { EventStore, StreamName } from '../../../application/ports/event-store.js';
import type { EventQueries, Projections, ReplayReport } from '../../../application/ports/read-models.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { checkScope } from '../shared/authenticate.js';
import { listAnswer } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import type { Moment } from './audit.schemas.js';
import {
  eventListSchema,
  eventParams,
  eventsQuery,
  replayBody,
  replayListSchema,
  replayParams,
  replayReportSchema,
  stateQuery,
  stateSchema,
  streamEventsQuery,
  streamParams,
} from './audit.schemas.js';
import { eventObject, eventSchema } from './event-object.js';
import { replayObject } from './replay-object.js';

/** What an auditor asks: every fact, any state at any time, and whether the read models are what the facts say. */
@injectable()
export class AuditController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.eventQueries) private readonly events: EventQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.stateAt) private readonly stateAt: StateAt,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/events',
      tag: 'Audit',
      summary: 'Every event after a position, in the one global order',
      scope: 'audit:read',
      query: eventsQuery,
      answers: { 200: { description: 'Events, oldest first.', schema: eventListSchema } },
      handle: async ({ query }) => {
        const events = await this.eventStore.readAll(query.after_position ?? 0n, query.limit + 1);
        return this.list('/v1/events', events, query.limit);
      },
    }),
    route({
      method: 'get',
      path: '/v1/events/:id',
      tag: 'Audit',
      summary: 'One event',
      scope: 'audit:read',
      params: eventParams,
      answers: { 200: { description: 'The event.', schema: eventSchema } },
      handle: async ({ params }) => {
        const event = await this.events.find(params.id);
        if (event === undefined) throw refused('resource_missing', { detail: 'There is no such event.' });
        return { status: 200, body: this.show()(event) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/streams/:stream/events',
      tag: 'Audit',
      summary: 'The events of one stream',
      scope: 'audit:read',
      params: streamParams,
      query: streamEventsQuery,
      answers: { 200: { description: 'Events, oldest first.', schema: eventListSchema } },
      handle: ({ params, query }) => this.stream(params.stream, query.from_revision ?? 0n, query.limit),
    }),
    route({
      method: 'get',
      path: '/v1/audit/state',
      tag: 'Audit',
      summary: 'The state of a stream at a revision or an instant',
      scope: 'audit:read',
      query: stateQuery,
      answers: { 200: { description: 'The state.', schema: stateSchema } },
      handle: ({ query }) => this.state(query.stream, query.at ?? null),
    }),
    route({
      method: 'post',
      path: '/v1/audit/replays',
      tag: 'Audit',
      summary:
        'Build read models anew from the events, and compare them; with swap, which needs operations:write, keep the new ones',
      scope: 'audit:write',
      body: replayBody,
      answers: { 200: { description: 'One report per read model.', schema: replayListSchema } },
      handle: ({ body: { projection, swap }, context }) => {
        if (swap) checkScope(context.caller, 'operations:write');
        return this.replay(projection, swap);
      },
    }),
    route({
      method: 'get',
      path: '/v1/audit/replays/:id',
      tag: 'Audit',
      summary: 'What an earlier replay found',
      scope: 'audit:read',
      params: replayParams,
      answers: { 200: { description: 'The report.', schema: replayReportSchema } },
      handle: async ({ params }) => {
        const report = await this.projections.replay(params.id);
        if (report === undefined) throw refused('resource_missing', { detail: 'There is no such replay.' });
        return { status: 200, body: replayObject(report, this.settings.livemode) };
      },
    }),
  ];

  private show() {
    return eventObject(this.describe, this.settings.livemode);
  }

  /** One event more than asked for tells that there are more. */
  private list(url: string, events: Awaited<ReturnType<EventStore['readAll']>>, limit: number): Answer {
    const page = { rows: events.slice(0, limit), hasMore: events.length > limit };
    return listAnswer(url, page, this.show());
  }

  private async stream(stream: StreamName, from: bigint, limit: number): Promise<Answer> {
    const events = await this.eventStore.readStream(stream, { from, limit: limit + 1 });
    if (
      events.length === 0 &&
      (from === 0n || (await this.eventStore.readStream(stream, { limit: 1 })).length === 0)
    ) {
      throw refused('resource_missing', { detail: 'There is no such stream.' });
    }
    return this.list(`/v1/streams/${stream}/events`, events, limit);
  }

  private async state(stream: StreamName, at: Moment | null): Promise<Answer> {
    const found = await this.stateAt(stream, at);
    switch (found.outcome) {
      case 'unknown_category':
      case 'unknown_stream':
        throw refused('resource_missing', { detail: 'There is no such stream.' });
      case 'found': {
        const { revision, position, recordedAt, causedBy, state } = found;
        const body = {
          object: 'historic_state',
          stream,
          revision,
          position,
          as_of: recordedAt,
          recorded_at: recordedAt,
          caused_by: causedBy === null ? null : this.show()(causedBy),
          state,
          livemode: this.settings.livemode,
        };
        return { status: 200, body };
      }
    }
  }

  private async replay(projection: string, swap: boolean): Promise<Answer> {
    const names = projection === 'all' ? this.projections.names : [projection];
    const reports: ReplayReport[] = [];
    for (const name of names) {
      const report = await this.projections.rebuild(name, { swap });
      if (report === undefined) {
        throw refused('resource_missing', { detail: `There is no projection ${name}.`, param: 'projection' });
      }
      reports.push(report);
    }
    const page = { rows: reports, hasMore: false };
    return listAnswer('/v1/audit/replays', page, (report) => replayObject(report, this.settings.livemode));
  }
}
