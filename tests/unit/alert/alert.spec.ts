import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertCodec } from '../../../src/application/alert/alert.codec.js';
import { robustDistance } from '../../../src/application/alert/measure-rules.js';
import { describeAlertEvent } from '../../../src/application/audit/alert-sentences.js';
import type { AlertCommand, AlertEvent } from '../../../src/domain/alert/alert.js';
import { alert } from '../../../src/domain/alert/alert.js';
import type { AlertRuleName, AlertSetting } from '../../../src/domain/alert/alert-rules.js';
import { alertRuleNames, alertRules, isBeyond } from '../../../src/domain/alert/alert-rules.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { parseAlertId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { given } from '../../support/decider-specification.js';
import { required } from '../../support/payment-examples.js';

const at = required(parseInstant('2026-11-01T09:30:00.000Z'));
const idOf = (n: number) =>
  required(parseAlertId(`alr_0193f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`));
const rule = 'payment_success';
const judge = (value: number, sample: number, n = 1): AlertCommand => ({
  ...{ type: 'JudgeRule', at, rule, alertId: idOf(n), value, sample },
});
const opened: AlertEvent = {
  ...{ type: 'AlertOpened', at, rule, alertId: idOf(1), value: 8_900, sample: 30, threshold: 9_000 },
};
const closed: AlertEvent = {
  ...{ type: 'AlertClosed', at, rule, alertId: idOf(1), value: 9_500, sample: 30, cause: 'recovered' },
};

describe('an alert', () => {
  it('opens beyond the threshold, in a sample that is large enough, and not at it', () => {
    given(alert, []).when(judge(8_900, 30)).then(opened);
    given(alert, []).when(judge(9_000, 30)).thenNothing();
    given(alert, []).when(judge(0, 29)).thenNothing();
  });

  it('opens once, and closes once, on the safe side of the threshold', () => {
    given(alert, [opened])
      .when(judge(5_000, 50, 2))
      .thenNothing();
    // Above what opened it, and still open: it does not flicker.
    given(alert, [opened])
      .when(judge(9_400, 50, 2))
      .thenNothing();
    given(alert, [opened])
      .when(judge(10_000, 29, 2))
      .thenNothing();
    given(alert, [opened])
      .when(judge(9_500, 30, 2))
      .then(closed);
    given(alert, [opened, closed])
      .when(judge(9_400, 50, 2))
      .thenNothing();
    given(alert, [opened, closed])
      .when(judge(8_900, 30, 2))
      .then({ ...opened, alertId: idOf(2) });
  });

  it('is acknowledged while it is open, once', () => {
    const acknowledge: AlertCommand = { type: 'AcknowledgeAlert', at, rule, alertId: idOf(1) };
    const acknowledged: AlertEvent = { type: 'AlertAcknowledged', at, rule, alertId: idOf(1) };
    given(alert, [opened]).when(acknowledge).then(acknowledged);
    given(alert, [opened, acknowledged]).when(acknowledge).thenNothing();
    given(alert, [opened, closed]).when(acknowledge).thenRejected({ code: 'alert_not_open' });
    given(alert, []).when(acknowledge).thenRejected({ code: 'alert_not_open' });
    given(alert, [opened])
      .when({ ...acknowledge, alertId: idOf(2) })
      .thenRejected({ code: 'alert_not_open' });
  });

  it('is over when its rule is switched off, and the rule then judges nothing', () => {
    const setting = { ...alertRules[rule].setting, enabled: false };
    const off: AlertEvent = { type: 'AlertRuleChanged', at, rule, setting };
    given(alert, [opened])
      .when({ type: 'ChangeAlertRule', at, rule, setting })
      .then(off, { ...closed, value: 8_900, cause: 'rule_disabled' });
    given(alert, [off]).when(judge(0, 1_000)).thenNothing();
    given(alert, [off]).when({ type: 'ChangeAlertRule', at, rule, setting }).thenNothing();
  });

  it('has no thresholds between which it would open and close for ever', () => {
    const change = (of: AlertRuleName, openAt: number, closeAt: number): AlertCommand => ({
      ...{ type: 'ChangeAlertRule', at, rule: of },
      setting: { ...alertRules[of].setting, openAt, closeAt },
    });
    given(alert, [])
      .when(change('payment_success', 9_000, 8_999))
      .thenRejected({ code: 'alert_rule_inconsistent' });
    given(alert, [])
      .when(change('stuck_payments', 5, 6))
      .thenRejected({ code: 'alert_rule_inconsistent' });
    const same = change('stuck_payments', 3, 3);
    if (same.type !== 'ChangeAlertRule') throw new Error('not a change');
    given(alert, [])
      .when(same)
      .then({ type: 'AlertRuleChanged', at, rule: 'stuck_payments', setting: same.setting });
  });

  it('is told once, opened and closed apart', () => {
    const told = (news: 'opened' | 'closed'): AlertEvent => ({
      ...{ type: 'AlertTold', at, rule, alertId: idOf(1), news },
    });
    const record = (news: 'opened' | 'closed'): AlertCommand => ({
      ...{ type: 'RecordAlertTold', at, rule, alertId: idOf(1), news },
    });
    given(alert, [opened]).when(record('opened')).then(told('opened'));
    given(alert, [opened, told('opened')])
      .when(record('opened'))
      .thenNothing();
    given(alert, [opened]).when(record('closed')).thenNothing();
    given(alert, [opened, closed, told('closed')])
      .when(record('opened'))
      .then(told('opened'));
  });
});

describe('whatever is measured', () => {
  const measured = fc.record({ value: fc.integer({ min: 0, max: 20_000 }), sample: fc.nat(100) });

  it('openings and closings take turns, and each has its cause', () => {
    fc.assert(
      fc.property(fc.constantFrom(...alertRuleNames), fc.array(measured, { maxLength: 60 }), (of, series) => {
        const facts: AlertEvent[] = [];
        const { openAt, closeAt, minimumSample }: AlertSetting = alertRules[of].setting;
        for (const [n, { value, sample }] of series.entries()) {
          const state = fold(alert, facts);
          const command = { type: 'JudgeRule', at, rule: of, alertId: idOf(n), value, sample } as const;
          const decided = alert.decide(state, command);
          if (decided.outcome !== 'accepted') throw new Error('a judgement was refused');
          for (const event of decided.events) {
            expect(sample).toBeGreaterThanOrEqual(minimumSample);
            if (event.type === 'AlertOpened') expect(isBeyond(of, value, openAt)).toBe(true);
            if (event.type === 'AlertClosed') expect(isBeyond(of, value, closeAt)).toBe(false);
            expect(alertCodec.decode(alertCodec.encode(event))).toEqual(event);
            expect(describeAlertEvent(event)).toMatch(/^[A-Z].*\.$/);
          }
          facts.push(...decided.events);
        }
        const types = facts.map(({ type }) => type);
        expect(types.filter((type, n) => type === types[n + 1])).toEqual([]);
        expect(types[0] ?? 'AlertOpened').toBe('AlertOpened');
        expect(fold(alert, facts).untold.length).toBeLessThanOrEqual(10);
      }),
      { numRuns: 200 },
    );
  });
});

describe('how unusual a count is', () => {
  it('is far for what is far from all earlier weeks, and near for what is among them', () => {
    expect(robustDistance(100, [95, 102, 99, 101, 98, 103, 100, 97])).toBeLessThan(100);
    expect(robustDistance(180, [95, 102, 99, 101, 98, 103, 100, 97])).toBeGreaterThan(500);
    expect(robustDistance(20, [95, 102, 99, 101, 98, 103, 100, 97])).toBeGreaterThan(500);
  });

  it('is not moved by one odd week, and takes small counts for the chance they are', () => {
    expect(robustDistance(100, [95, 102, 5_000, 101, 98, 103, 100, 97])).toBeLessThan(100);
    expect(robustDistance(6, [2, 3, 2, 2, 3, 2, 2, 3])).toBeLessThan(500);
  });
});
