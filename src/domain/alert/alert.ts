import { impossible } from '../shared/corrupt-stream.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { AlertId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { AlertRuleName, AlertSetting } from './alert-rules.js';
import { alertRules, isBeyond } from './alert-rules.js';

/** What was measured, in the rule's unit, and of how many. Both are whole numbers. */
type Measured = { readonly value: number; readonly sample: number };

/** News that operators have not been told yet. */
export type UntoldAlert = Measured & {
  readonly alertId: AlertId;
  readonly news: AlertNews;
  readonly at: Instant;
};
export const alertNews = ['opened', 'closed'] as const;
type AlertNews = (typeof alertNews)[number];

type Known = {
  /** Null until somebody changes the rule's own. */
  readonly setting: AlertSetting | null;
  readonly untold: readonly UntoldAlert[];
};

export type AlertState = Known &
  (
    | { readonly status: 'quiet' }
    | (Measured & {
        readonly status: 'open';
        readonly alertId: AlertId;
        readonly since: Instant;
        readonly acknowledgedAt: Instant | null;
      })
  );

export type AlertCommand = { readonly at: Instant; readonly rule: AlertRuleName } & (
  | ({
      readonly type: 'JudgeRule';
      /** Of the alert, should it open. */
      readonly alertId: AlertId;
    } & Measured)
  | { readonly type: 'AcknowledgeAlert'; readonly alertId: AlertId }
  | { readonly type: 'ChangeAlertRule'; readonly setting: AlertSetting }
  | { readonly type: 'RecordAlertTold'; readonly alertId: AlertId; readonly news: AlertNews }
);

/** Facts of one rule and of its alerts, of which one at most is open. `at` is when the fact was decided here. */
export type AlertEvent = { readonly at: Instant; readonly rule: AlertRuleName } & (
  | ({ readonly type: 'AlertOpened'; readonly alertId: AlertId; readonly threshold: number } & Measured)
  | { readonly type: 'AlertAcknowledged'; readonly alertId: AlertId }
  | ({
      readonly type: 'AlertClosed';
      readonly alertId: AlertId;
      readonly cause: 'recovered' | 'rule_disabled';
    } & Measured)
  | { readonly type: 'AlertRuleChanged'; readonly setting: AlertSetting }
  | { readonly type: 'AlertTold'; readonly alertId: AlertId; readonly news: AlertNews }
);

export type AlertRejection =
  | { readonly code: 'alert_not_open' }
  | { readonly code: 'alert_rule_inconsistent' };

/** A rule and its alert: it opens once, and closes once, whoever looks and however often. */
export const alert: Decider<AlertState, AlertCommand, AlertEvent, AlertRejection> = {
  initialState: { status: 'quiet', setting: null, untold: [] },
  decide,
  evolve,
};

/** Where nobody can be told, old news is let go. */
const untoldMax = 10;

type AlertDecision = Decision<AlertEvent, AlertRejection>;
type CommandOf<T extends AlertCommand['type']> = Extract<AlertCommand, { readonly type: T }>;

/** What holds for a rule now. */
export function settingOf(rule: AlertRuleName, { setting }: Known): AlertSetting {
  return setting ?? alertRules[rule].setting;
}

function decide(state: AlertState, command: AlertCommand): AlertDecision {
  switch (command.type) {
    case 'JudgeRule':
      return judge(state, command);
    case 'AcknowledgeAlert':
      return acknowledge(state, command);
    case 'ChangeAlertRule':
      return change(state, command);
    case 'RecordAlertTold':
      return recordTold(state, command);
  }
}

function judge(state: AlertState, command: CommandOf<'JudgeRule'>): AlertDecision {
  const { at, rule, alertId, value, sample } = command;
  const { enabled, openAt, closeAt, minimumSample } = settingOf(rule, state);
  if (!enabled || sample < minimumSample) return nothingToDo;
  if (state.status === 'open') {
    if (isBeyond(rule, value, closeAt)) return nothingToDo;
    return accepted({
      type: 'AlertClosed',
      at,
      rule,
      alertId: state.alertId,
      value,
      sample,
      cause: 'recovered',
    });
  }
  if (!isBeyond(rule, value, openAt)) return nothingToDo;
  return accepted({ type: 'AlertOpened', at, rule, alertId, value, sample, threshold: openAt });
}

function acknowledge(state: AlertState, command: CommandOf<'AcknowledgeAlert'>): AlertDecision {
  const { at, rule, alertId } = command;
  if (state.status !== 'open' || state.alertId !== alertId) return rejected({ code: 'alert_not_open' });
  if (state.acknowledgedAt !== null) return nothingToDo;
  return accepted({ type: 'AlertAcknowledged', at, rule, alertId });
}

function change(state: AlertState, { at, rule, setting }: CommandOf<'ChangeAlertRule'>): AlertDecision {
  // At the threshold that closes it an alert must not open again.
  if (isBeyond(rule, setting.closeAt, setting.openAt)) return rejected({ code: 'alert_rule_inconsistent' });
  const changed: AlertEvent = { type: 'AlertRuleChanged', at, rule, setting };
  if (isSame(settingOf(rule, state), setting)) return nothingToDo;
  if (setting.enabled || state.status !== 'open') return accepted(changed);
  const { alertId, value, sample } = state;
  return accepted<AlertEvent>(changed, {
    type: 'AlertClosed',
    at,
    rule,
    alertId,
    value,
    sample,
    cause: 'rule_disabled',
  });
}

function isSame(one: AlertSetting, other: AlertSetting): boolean {
  return (
    one.enabled === other.enabled &&
    one.openAt === other.openAt &&
    one.closeAt === other.closeAt &&
    one.windowMinutes === other.windowMinutes &&
    one.minimumSample === other.minimumSample
  );
}

function recordTold(state: AlertState, command: CommandOf<'RecordAlertTold'>): AlertDecision {
  const { at, rule, alertId, news } = command;
  const isUntold = state.untold.some((each) => each.alertId === alertId && each.news === news);
  return isUntold ? accepted({ type: 'AlertTold', at, rule, alertId, news }) : nothingToDo;
}

function evolve(state: AlertState, event: AlertEvent): AlertState {
  const { setting } = state;
  switch (event.type) {
    case 'AlertOpened': {
      if (state.status === 'open') return impossible(state.status, event.type);
      const { at: since, alertId, value, sample } = event;
      const untold = withNews(state, { alertId, news: 'opened', at: since, value, sample });
      return { status: 'open', setting, untold, alertId, since, value, sample, acknowledgedAt: null };
    }
    case 'AlertAcknowledged':
      if (state.status !== 'open') return impossible(state.status, event.type);
      return { ...state, acknowledgedAt: event.at };
    case 'AlertClosed': {
      if (state.status !== 'open') return impossible(state.status, event.type);
      const { at, alertId, value, sample } = event;
      return {
        status: 'quiet',
        setting,
        untold: withNews(state, { alertId, news: 'closed', at, value, sample }),
      };
    }
    case 'AlertRuleChanged':
      return { ...state, setting: event.setting };
    case 'AlertTold':
      return {
        ...state,
        untold: state.untold.filter(({ alertId, news }) => alertId !== event.alertId || news !== event.news),
      };
  }
}

function withNews({ untold }: Known, news: UntoldAlert): readonly UntoldAlert[] {
  return [...untold, news].slice(-untoldMax);
}
