/*
 * Control routes. Bodies and answers are JSON unless noted; docs/simulator.md explains them at length.
 *
 * GET  /sim/state                                  counts of everything
 * GET  /sim/journal[?from=n]                       the book of money lines, from line n on
 * GET  /sim/balance                                sums per currency, as decimal texts
 * GET  /sim/events                                 every event, oldest first, without paging
 * GET  /sim/clock                                  virtual and real time
 * POST /sim/clock             {advance_seconds | set}
 * POST /sim/next              {behavior, operation?, method?, path?, times?, delay_ms?, decline_code?}
 * POST /sim/next/clear
 * GET  /sim/webhooks                               delivery modes and counts
 * POST /sim/webhooks          {duplicate?, shuffle?, delay_ms?, drop?, before_answer?,
 *                              timestamp_offset_seconds?, api_version?, livemode?} (unset ones return to normal)
 * POST /sim/webhooks/deliver  {event, times?, shuffle?}
 * GET|POST /sim/webhook_endpoints  {endpoints: [{url, secrets, enabled_events?}]}
 * POST /sim/prune_idempotency_keys
 * POST /sim/rate_limit        {per_endpoint, total} or {off: true}
 * POST /sim/settings          {default_delay_ms?, search_delay_ms?, refund_outcome_ms?, settlement_ms?,
 *                              redirect_methods?}
 * POST /sim/refunds/:id/{succeed,fail,require_action,cancel}
 * POST /sim/payment_intents/:id/complete_action  {outcome: succeed | fail} (also as a form, from the page)
 * POST /sim/payment_intents/:id/{settle,fail}    {code?}
 * POST /sim/payment_intents/:id/dispute          {amount?, reason?, inquiry?} (as the customer's bank does)
 * POST /sim/disputes/:id/{escalate,answer,win,lose,close}
 * POST /sim/setup_intents/:id/complete_action    {outcome: succeed | fail}
 * POST /sim/setup_intents/:id/confirm            {payment_method} (as the customer's browser does)
 * POST /sim/payment_methods/:id/renew            {exp_month?, exp_year?, last4?} (as the card network does)
 * POST /sim/reset                                  forgets everything except endpoints and settings
 * GET  /sim/3ds/:id[?return_to=url]                HTML page of the cardholder
 * GET|POST /sim/card?return_to=url[&setup_intent=id]  HTML page on which a customer gives a card
 * GET  /sim/receipts/:id                           the charge behind a receipt_url
 */

import type { BehaviourName, BehaviourQueue } from './behaviours.js';
import { BEHAVIOURS } from './behaviours.js';
import type { ControlRequest } from './control-input.js';
import { ControlError, controlBody, flagField, numberField, onlyFields, textField } from './control-input.js';
import { outcomeRoute } from './control-outcomes.js';
import { balanceReport, journalReport, stateReport } from './control-reports.js';
import { present } from './expansion.js';
import type { Answer } from './http-io.js';
import { pruneKeys } from './idempotency.js';
import type { Json, JsonObject } from './json.js';
import type { RateLimiter } from './rate-limiter.js';
import type { SimulatorCore } from './simulator-core.js';
import { endpointsFrom } from './webhook-endpoints.js';
import type { WebhookSender } from './webhook-sender.js';
import { undisturbed } from './webhook-sender.js';

export type ControlParts = {
  readonly core: SimulatorCore;
  readonly limiter: RateLimiter;
  readonly behaviours: BehaviourQueue;
  readonly sender: WebhookSender;
};

type Route = (parts: ControlParts, input: JsonObject, request: ControlRequest) => Json | Promise<Json>;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /sim/state': ({ core, behaviours, sender }) => stateReport(core.world, behaviours, sender),
  'GET /sim/journal': ({ core }, _input, request) => journalReport(core.world, request.query),
  'GET /sim/balance': ({ core }) => balanceReport(core.world),
  'GET /sim/events': ({ core }) =>
    [...core.world.store.values('event')].map((event) => present(core.world, event)),
  'GET /sim/clock': ({ core }) => clockReport(core),
  'POST /sim/clock': moveClock,
  'POST /sim/next': queueBehaviour,
  'POST /sim/next/clear': ({ behaviours }) => {
    behaviours.clear();
    return { queued: 0 };
  },
  'GET /sim/webhooks': ({ sender }) => modesReport(sender),
  'POST /sim/webhooks': setModes,
  'POST /sim/webhooks/deliver': redeliver,
  'GET /sim/webhook_endpoints': ({ core }) => ({
    endpoints: core.world.endpoints.map(({ id, url }) => ({ id, url })),
  }),
  'POST /sim/webhook_endpoints': ({ core }, input) => {
    core.world.endpoints = endpointsFrom(input['endpoints']);
    return { endpoints: core.world.endpoints.map(({ id, url }) => ({ id, url })) };
  },
  'POST /sim/prune_idempotency_keys': ({ core }) => {
    const pruned = pruneKeys(core.world);
    core.commit();
    return { pruned };
  },
  'POST /sim/rate_limit': setRateLimit,
  'POST /sim/settings': changeSettings,
  'POST /sim/reset': ({ core, behaviours, sender }) => {
    core.reset();
    behaviours.clear();
    sender.modes = undisturbed();
    return { reset: true };
  },
};

/** Answers a control request. */
export async function answerControl(parts: ControlParts, request: ControlRequest): Promise<Answer> {
  try {
    const route = ROUTES[`${request.method} ${request.path}`];
    if (route === undefined) return await outcomeRoute(parts.core, request);
    const input = request.method === 'POST' ? controlBody(request.body) : {};
    return jsonAnswer(200, await route(parts, input, request));
  } catch (error) {
    if (error instanceof ControlError) return jsonAnswer(error.status, { error: error.message });
    throw error;
  }
}

function jsonAnswer(status: number, value: Json): Answer {
  return { status, body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } };
}

function clockReport(core: SimulatorCore): Json {
  const { clock } = core.world;
  return { now: clock.nowSeconds(), now_ms: clock.nowMs(), offset_ms: clock.offsetMs };
}

function moveClock(parts: ControlParts, input: JsonObject): Json {
  onlyFields(input, ['advance_seconds', 'set']);
  const { clock } = parts.core.world;
  const advance = numberField(input, 'advance_seconds');
  const set = numberField(input, 'set');
  if ((advance === undefined) === (set === undefined)) {
    throw new ControlError('Give either advance_seconds or set (a Unix time in seconds)');
  }
  clock.advanceMs(advance !== undefined ? advance * 1000 : (set ?? 0) * 1000 - clock.nowMs());
  const pruned = pruneKeys(parts.core.world);
  parts.core.commit({ clock: { offset_ms: clock.offsetMs } });
  parts.core.alarms.clockMoved();
  return { ...(clockReport(parts.core) as JsonObject), pruned_keys: pruned };
}

function queueBehaviour({ behaviours }: ControlParts, input: JsonObject): Json {
  onlyFields(input, ['behavior', 'operation', 'method', 'path', 'times', 'delay_ms', 'decline_code']);
  const name = textField(input, 'behavior');
  const behavior = BEHAVIOURS.find((known) => known === name);
  if (behavior === undefined) throw new ControlError(`behavior must be one of ${BEHAVIOURS.join(', ')}`);
  const times = numberField(input, 'times') ?? 1;
  if (!Number.isInteger(times) || times < 1) throw new ControlError('times must be a positive integer');
  behaviours.add({
    behavior: behavior satisfies BehaviourName,
    operation: textField(input, 'operation') ?? null,
    method: textField(input, 'method')?.toUpperCase() ?? null,
    pathPrefix: textField(input, 'path') ?? null,
    delayMs: numberField(input, 'delay_ms') ?? 0,
    declineCode: textField(input, 'decline_code') ?? 'generic_decline',
    timesLeft: times,
  });
  return { queued: behaviours.size };
}

function modesReport(sender: WebhookSender): Json {
  const { modes } = sender;
  return {
    duplicate: modes.duplicate,
    shuffle: modes.shuffle,
    delay_ms: modes.delayMs,
    drop: modes.drop,
    before_answer: modes.beforeAnswer,
    timestamp_offset_seconds: modes.timestampOffsetSeconds,
    api_version: modes.apiVersion,
    livemode: modes.livemode,
    counts: { ...sender.counts },
  };
}

function setModes({ sender }: ControlParts, input: JsonObject): Json {
  onlyFields(input, [
    'duplicate',
    'shuffle',
    'delay_ms',
    'drop',
    'before_answer',
    'timestamp_offset_seconds',
    'api_version',
    'livemode',
  ]);
  sender.modes = {
    duplicate: numberField(input, 'duplicate') ?? 0,
    shuffle: flagField(input, 'shuffle') ?? false,
    delayMs: numberField(input, 'delay_ms') ?? 0,
    drop: flagField(input, 'drop') ?? false,
    beforeAnswer: flagField(input, 'before_answer') ?? false,
    timestampOffsetSeconds: numberField(input, 'timestamp_offset_seconds') ?? 0,
    apiVersion: textField(input, 'api_version') ?? null,
    livemode: flagField(input, 'livemode') ?? false,
  };
  return modesReport(sender);
}

async function redeliver({ core, sender }: ControlParts, input: JsonObject): Promise<Json> {
  onlyFields(input, ['event', 'times', 'shuffle']);
  const event = textField(input, 'event') ?? '';
  if (core.world.store.get('event', event) === undefined)
    throw new ControlError(`No such event: ${event}`, 404);
  const times = numberField(input, 'times') ?? 1;
  return { statuses: await sender.redeliver(event, times, flagField(input, 'shuffle') ?? false) };
}

function setRateLimit({ limiter }: ControlParts, input: JsonObject): Json {
  onlyFields(input, ['per_endpoint', 'total', 'off']);
  if (flagField(input, 'off') === true) {
    limiter.configure(null);
    return { off: true };
  }
  const perEndpoint = numberField(input, 'per_endpoint') ?? 25;
  const total = numberField(input, 'total') ?? 100;
  limiter.configure({ perEndpoint, total });
  return { per_endpoint: perEndpoint, total };
}

function changeSettings({ core }: ControlParts, input: JsonObject): Json {
  onlyFields(input, [
    'default_delay_ms',
    'search_delay_ms',
    'refund_outcome_ms',
    'settlement_ms',
    'redirect_methods',
  ]);
  const { settings } = core.world;
  settings.defaultDelayMs = numberField(input, 'default_delay_ms') ?? settings.defaultDelayMs;
  settings.searchDelayMs = numberField(input, 'search_delay_ms') ?? settings.searchDelayMs;
  settings.refundOutcomeMs = numberField(input, 'refund_outcome_ms') ?? settings.refundOutcomeMs;
  settings.settlementMs = numberField(input, 'settlement_ms') ?? settings.settlementMs;
  settings.redirectMethods = flagField(input, 'redirect_methods') ?? settings.redirectMethods;
  return {
    default_delay_ms: settings.defaultDelayMs,
    search_delay_ms: settings.searchDelayMs,
    refund_outcome_ms: settings.refundOutcomeMs,
    settlement_ms: settings.settlementMs,
    redirect_methods: settings.redirectMethods,
  };
}
