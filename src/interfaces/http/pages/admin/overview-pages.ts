import { inject, injectable } from 'inversify';
import type { Alerts } from '../../../../application/alert/alerts.js';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { AlertQueries } from '../../../../application/ports/alerts.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { EventStore, RecordedEvent } from '../../../../application/ports/event-store.js';
import type { OverviewQueries } from '../../../../application/ports/overview-queries.js';
import type { Projections } from '../../../../application/ports/read-models.js';
import { firstPage } from '../../../../application/ports/read-models.js';
import { later } from '../../../../application/webhook/retry-schedule.js';
import { runbookLink } from '../../docs/runbook.js';
import type { HealthChecks, HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { follow } from '../shared/follow.js';
import type { Page, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';
import { openAlerts } from './open-alerts.js';
import { chartsOf } from './overview-charts.js';
import type { AlarmThresholds } from './overview-tiles.js';
import { tilesOf } from './overview-tiles.js';

const everyMs = 2_000;
const dayMs = 86_400_000;
const feedLength = 15;
/** More than there are rules, of which each has one open alert at most. */
const openMax = 50;

/** What is going on right now. */
@injectable()
export class OverviewPages implements PageController {
  readonly pages: readonly Page[];
  /** Shared by all who look: figures are asked for once in two seconds at most. */
  #latest: { readonly until: number; readonly live: ReturnType<OverviewPages['read']> } | undefined;

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.overviewQueries) private readonly queries: OverviewQueries,
    @inject(httpTokens.alerts) private readonly watched: Alerts,
    @inject(httpTokens.alertQueries) private readonly alerts: AlertQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.healthChecks) private readonly health: HealthChecks,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin',
        access: 'signed_in',
        handle: async ({ visitor }) => {
          // Whoever may not see it comes to what they work with.
          if (!visitor.scopes.includes('operations:read')) return { kind: 'redirect', to: '/admin/payments' };
          const data = await this.live();
          return { kind: 'page', template: '/admin/overview', title: 'Overview', data };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/stream',
        access: 'operations:read',
        byItself: true,
        handle: ({ context: { sessionToken = '' } }) => {
          const mayGoOn = async () => {
            const operator = await area.visitorOf(sessionToken, { byItself: true });
            return operator?.scopes.includes('operations:read') === true;
          };
          const live = { template: '/admin/overview-live', everyMs, mayGoOn, read: () => this.live() };
          return { kind: 'stream', run: (push, signal) => follow(push, signal, live) };
        },
      }),
    ];
  }

  private live(): ReturnType<OverviewPages['read']> {
    if (this.#latest === undefined || this.#latest.until <= performance.now()) {
      const live = this.read();
      this.#latest = { until: performance.now() + everyMs / 2, live };
      live.catch(() => {
        this.#latest = undefined;
      });
    }
    return this.#latest.live;
  }

  private async read() {
    const now = this.clock.now();
    const since = later(now, -dayMs);
    const [figures, alarms, open, health, feed] = await Promise.all([
      this.queries.figures(since, now),
      this.alarms(),
      this.alerts.list({ ...firstPage(openMax), status: 'open', rule: null }),
      this.health.payments(),
      this.feed(),
    ]);
    return {
      tiles: tilesOf(figures, this.projections.lagMs(), alarms),
      alerts: openAlerts(open.rows),
      volume: figures.volume,
      charts: chartsOf(figures, since, now, alarms.payment_success),
      health: Object.entries(health.checks).map(([name, { healthy, detail }]) => ({
        ...{ name, healthy, detail },
        runbook: runbookLink(this.settings.publicUrl, name),
      })),
      feed: feed.map((event) => ({
        id: event.id,
        stream: event.stream,
        type: event.type,
        recordedAt: event.recordedAt,
        sentence: this.describe(event),
      })),
    };
  }

  private async alarms(): Promise<AlarmThresholds> {
    const openAt = async (rule: keyof AlarmThresholds) => (await this.watched.setting(rule)).openAt;
    const [payments, stuck, webhooks] = await Promise.all([
      openAt('payment_success'),
      openAt('stuck_payments'),
      openAt('inbound_webhooks'),
    ]);
    return { payment_success: payments, stuck_payments: stuck, inbound_webhooks: webhooks };
  }

  /** The last events. Positions are not counted one by one in every store, so the reach grows until there are enough. */
  private async feed(): Promise<readonly RecordedEvent[]> {
    const head = await this.eventStore.head();
    let events: readonly RecordedEvent[] = [];
    for (let reach = 64n; ; reach *= 64n) {
      const after = head > reach ? head - reach : 0n;
      events = await this.eventStore.readAll(after, 1_000);
      if (events.length >= feedLength || after === 0n) break;
    }
    return events.slice(-feedLength).reverse();
  }
}
