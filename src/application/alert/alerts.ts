import { v7 } from 'uuid';
import type { AlertCommand, AlertEvent, AlertRejection, AlertState } from '../../domain/alert/alert.js';
import { settingOf } from '../../domain/alert/alert.js';
import type { AlertRuleName, AlertSetting } from '../../domain/alert/alert-rules.js';
import { alertRuleNames } from '../../domain/alert/alert-rules.js';
import type { AlertId } from '../../domain/shared/ids.js';
import { parseAlertId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import type { CommandHandler, Handled, Loaded } from '../shared/command-handler.js';
import { mintedBy } from '../shared/minted-ids.js';
import type { createMeasures, Measured } from './measure-rules.js';

export type AlertHandler = CommandHandler<AlertState, AlertCommand, AlertEvent, AlertRejection>;
type HandledAlert = Handled<AlertState, AlertEvent, AlertRejection>;

/** A rule as it stands. */
export type WatchedRule = {
  readonly rule: AlertRuleName;
  readonly setting: AlertSetting;
  readonly state: AlertState;
  readonly revision: bigint | null;
};

/** Watches what operators must know of, and keeps what came of it in the log. */
export type Alerts = {
  rules(): Promise<readonly WatchedRule[]>;
  /** The setting of one, as it stands. */
  setting(rule: AlertRuleName): Promise<AlertSetting>;
  /** Measures every rule that is watched, and changes nothing. */
  measure(): Promise<ReadonlyMap<AlertRuleName, Measured>>;
  /** Measures and judges every rule; answers what was measured. One that cannot be measured is left as it is, and logged. */
  judge(): Promise<ReadonlyMap<AlertRuleName, Measured>>;
  acknowledge(rule: AlertRuleName, alertId: AlertId, metadata: EventMetadata): Promise<HandledAlert>;
  change(
    rule: AlertRuleName,
    setting: AlertSetting,
    metadata: EventMetadata,
    options?: { readonly ifRevision?: bigint },
  ): Promise<HandledAlert>;
};

const actor = 'alerts';

export function createAlerts(parts: {
  readonly handler: AlertHandler;
  readonly measures: ReturnType<typeof createMeasures>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Alerts {
  const { handler, measures, clock, logger } = parts;

  async function ruleOf(rule: AlertRuleName): Promise<WatchedRule> {
    const { state, revision } = await handler.load(rule);
    return { rule, setting: settingOf(rule, state), state, revision };
  }

  async function measureOne(rule: AlertRuleName, at: Instant): Promise<Measured | undefined> {
    const { state }: Loaded<AlertState> = await handler.load(rule);
    const { enabled, windowMinutes } = settingOf(rule, state);
    return enabled ? measures[rule](at, windowMinutes) : undefined;
  }

  async function judgeOne(rule: AlertRuleName): Promise<Measured | undefined> {
    const at = clock.now();
    const measured = await measureOne(rule, at);
    if (measured === undefined) return undefined;
    const { value, sample } = measured;
    const commandId = v7();
    const alertId = mintedBy(parseAlertId, 'alr', commandId);
    const handled = await handler.handle(
      rule,
      { type: 'JudgeRule', at, rule, alertId, value, sample },
      metadataOf(commandId),
    );
    if (handled.outcome !== 'accepted') throw new Error(`${rule} could not be judged: ${handled.outcome}`);
    if (handled.facts.some(({ event }) => event.type === 'AlertOpened')) {
      logger.error({ alert: true, rule, ...measured }, 'an alert opened');
    }
    return measured;
  }

  async function each(
    act: (rule: AlertRuleName) => Promise<Measured | undefined>,
  ): Promise<ReadonlyMap<AlertRuleName, Measured>> {
    const found = new Map<AlertRuleName, Measured>();
    for (const rule of alertRuleNames) {
      try {
        const measured = await act(rule);
        if (measured !== undefined) found.set(rule, measured);
      } catch (error) {
        logger.error({ err: error, rule }, 'a rule could not be judged');
      }
    }
    return found;
  }

  return {
    setting: async (rule) => (await ruleOf(rule)).setting,
    rules: () => Promise.all(alertRuleNames.map(ruleOf)),
    measure: () => each((rule) => measureOne(rule, clock.now())),
    judge: () => each(judgeOne),
    acknowledge: (rule, alertId, metadata) =>
      handler.handle(rule, { type: 'AcknowledgeAlert', at: clock.now(), rule, alertId }, metadata),
    change: (rule, setting, metadata, options) =>
      handler.handle(rule, { type: 'ChangeAlertRule', at: clock.now(), rule, setting }, metadata, options),
  };
}

function metadataOf(commandId: string): EventMetadata {
  return {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    actor: { kind: 'system', id: actor },
    reason: null,
  };
}
