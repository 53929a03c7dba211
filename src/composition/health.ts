import type { BreakerStatus, Breakers } from '../application/ports/breakers.js';
import { clockSkewMaxMs } from '../application/ports/clock.js';
import type { EventStore } from '../application/ports/event-store.js';
import type { InboundWebhooks } from '../application/ports/inbound-webhooks.js';
import type { Logger } from '../application/ports/logger.js';
import type { Notifications } from '../application/ports/notifications.js';
import type { PolicyProgress } from '../application/ports/policy-progress.js';
import type { OpenRequests, Projections } from '../application/ports/read-models.js';
import { firstPage, lagMaxMs } from '../application/ports/read-models.js';
import { within } from '../application/shared/within.js';
import { alertRules } from '../domain/alert/alert-rules.js';
import type { StuckNow } from '../infrastructure/read-models/stuck-payments.js';
import type { CheckAnswer, HealthChecks, HealthReport } from '../interfaces/http/http-tokens.js';

/** A request that has been open for this long is stuck: workers ask again every few seconds at first. */
const openMaxSeconds = 15 * 60;
/** More stuck payments than what opens an alert, where nobody has set that otherwise; a few are looked after by the daily run. */
const stuckMax = alertRules.stuck_payments.setting.openAt;
/** A notice that is due is taken within seconds, unless no worker runs or each sending takes very long. */
const untoldMaxMs = 15 * 60_000;
const answerWithinMs = 2_000;

type Check = () => Promise<CheckAnswer>;

/** `ready`: may this process be sent requests? `payments`: is anything about payments waiting for a person? */
export function createHealthChecks(parts: {
  readonly eventStore: EventStore;
  readonly projections: Projections;
  readonly openRequests: () => Promise<OpenRequests>;
  readonly stuck: () => Promise<StuckNow>;
  /** By how many milliseconds this machine's clock is ahead, by whose. */
  readonly skews: () => Promise<Readonly<Record<string, number>>>;
  readonly logger: Logger;
  readonly inbox: InboundWebhooks;
  readonly breakers: Breakers;
  readonly policies: Pick<PolicyProgress, 'failures'>;
  readonly notifications: Pick<Notifications, 'trouble'>;
  /** Rejects when the read models' database cannot be written to. */
  readonly writable: () => Promise<void>;
}): HealthChecks {
  const { eventStore, projections, inbox, breakers, policies, notifications, writable } = parts;

  const lag: Check = async () => {
    const lagMs = projections.lagMs();
    return { healthy: lagMs <= lagMaxMs, detail: `${Math.round(lagMs)} ms behind` };
  };
  const lagOfEach: Check = async () => {
    const all = await projections.status();
    const [slowest] = [...all].sort((one, other) => other.lag_ms - one.lag_ms);
    const lagMs = slowest?.lag_ms ?? 0;
    const detail = lagMs === 0 ? 'none is behind' : `${slowest?.name} is ${Math.round(lagMs)} ms behind`;
    return {
      ...{ healthy: lagMs <= lagMaxMs, detail },
      measured: Object.fromEntries(all.map(({ name, lag_ms: ms }) => [name, Math.round(ms)])),
    };
  };
  const events: Check = async () => ({ healthy: true, detail: `at position ${await eventStore.head()}` });
  const database: Check = async () => {
    await writable();
    return { healthy: true, detail: 'takes writes' };
  };
  const openRequests: Check = async () => {
    const { open, in_doubt: inDoubt, contradicted, oldest_seconds: oldest } = await parts.openRequests();
    return {
      healthy: contradicted === 0 && oldest <= openMaxSeconds,
      detail: `${open} open, the oldest for ${Math.round(oldest)} s; ${inDoubt} in doubt, ${contradicted} against the history`,
    };
  };
  const stuckPayments: Check = async () => {
    const { stuck, oldest } = await parts.stuck();
    const since = oldest === null ? '' : `, ${oldest.id} for longest, since ${oldest.since}`;
    return {
      healthy: stuck <= stuckMax,
      detail: stuck === 0 ? 'none' : `${stuck} have not moved on${since}`,
    };
  };
  const clock = clockCheck(parts.skews, parts.logger);
  const parkedEvents: Check = async () => {
    const parked = (await projections.status()).filter((projection) => projection.parked_events > 0);
    const detail = parked.map(({ name, parked_events: count }) => `${name}: ${count}`).join(', ');
    return { healthy: parked.length === 0, detail: detail === '' ? 'none' : detail };
  };
  const followed: Check = async () => {
    const [first] = await policies.failures(1);
    const detail =
      first === undefined ? 'none waits' : `${first.type} of ${first.stream}: ${first.last_error}`;
    return { healthy: first === undefined, detail };
  };
  const webhooks: Check = async () => {
    const page = { ...firstPage(1), type: null };
    const { rows } = await inbox.list({ ...page, status: 'parked' });
    return { healthy: rows.length === 0, detail: rows[0]?.lastError ?? 'none is parked' };
  };
  /** What was given up more than a day ago waits in the list, and is no news any more. */
  const mails: Check = async () => {
    const { parked, failing, oldest_due_ms: dueMs } = await notifications.trouble();
    return {
      healthy: parked === 0 && failing === 0 && dueMs <= untoldMaxMs,
      detail: `${parked} parked in 24 h, ${failing} tried three times or more, the oldest due for ${Math.round(dueMs / 1000)} s`,
    };
  };

  const provider: Check = async () =>
    noneOf(breakers.status().filter(({ name, state }) => isOfProvider(name) && state !== 'closed'));
  /** One that nobody has probed yet, since nothing was to be asked, refuses nobody. */
  const stores: Check = async () =>
    noneOf(breakers.status().filter(({ name, state }) => !isOfProvider(name) && state === 'open'));

  return {
    ready: () => report({ event_store: events, database, projections: lag }),
    payments: () =>
      report({
        event_store: events,
        provider,
        stores,
        open_requests: openRequests,
        stuck_payments: stuckPayments,
        inbound_webhooks: webhooks,
        parked_events: parkedEvents,
        policies: followed,
        notifications: mails,
        projections: lagOfEach,
        clock,
      }),
  };
}

/** Says it in the log once, when it becomes wrong: whoever wakes a person reads there. */
function clockCheck(skews: () => Promise<Readonly<Record<string, number>>>, logger: Logger): Check {
  let isOff = false;
  return async () => {
    const aheadMs = await skews();
    const wasOff = isOff;
    isOff = Object.values(aheadMs).some((ms) => Math.abs(ms) > clockSkewMaxMs);
    if (isOff && !wasOff) {
      logger.error({ alert: true, ahead_ms: aheadMs }, 'the clock of this machine differs from others');
    }
    const told = Object.entries(aheadMs).map(
      ([of, ms]) => `${(Math.abs(ms) / 1000).toFixed(1)} s ${ms < 0 ? 'behind' : 'ahead of'} ${of}`,
    );
    return { healthy: !isOff, detail: told.join(', ') };
  };
}

function isOfProvider(breaker: string): boolean {
  return breaker.startsWith('stripe_');
}

function noneOf(broken: readonly BreakerStatus[]): Awaited<ReturnType<Check>> {
  const detail = broken.map(({ name, state, since }) => `${name} is ${state} since ${since}`).join(', ');
  return { healthy: broken.length === 0, detail: detail === '' ? 'every breaker is closed' : detail };
}

/** A check that throws, or does not answer in time, is unhealthy; what it threw stays in the log. */
async function report(checks: Readonly<Record<string, Check>>): Promise<HealthReport> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await answerOf(check)] as const),
  );
  return { healthy: answers.every(([, { healthy }]) => healthy), checks: Object.fromEntries(answers) };
}

async function answerOf(check: Check): ReturnType<Check> {
  const late = { healthy: false, detail: `no answer in ${answerWithinMs} ms` };
  try {
    return await within(answerWithinMs, check(), () => late);
  } catch {
    return { healthy: false, detail: 'not reachable' };
  }
}
