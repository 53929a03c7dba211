/** What is watched. */
export const alertRuleNames = [
  'payment_success',
  'recent_payment_success',
  'first_attempt_success',
  'retry_success',
  'card_success',
  'ach_debit_success',
  'sepa_debit_success',
  'stuck_payments',
  'inbound_webhooks',
  'rejected_webhooks',
  'parked_webhooks',
  'in_doubt',
  'unusual_volume',
  'no_payments',
] as const;
export type AlertRuleName = (typeof alertRuleNames)[number];

/** Thresholds are data: each deployment may have its own. */
export type AlertSetting = {
  readonly enabled: boolean;
  /** The alert opens when the value is beyond this, in the rule's unit. */
  readonly openAt: number;
  /** It closes when the value is not beyond this any more: on the safe side of `openAt`, so that it does not flicker. */
  readonly closeAt: number;
  /** What is looked at: the last so many minutes. */
  readonly windowMinutes: number;
  /** With a smaller sample nothing is judged: neither opened nor closed. */
  readonly minimumSample: number;
};

export type AlertUnit = 'basis_points' | 'payments' | 'webhooks' | 'requests' | 'hundredths' | 'minutes';

/** `side` is where trouble lies, seen from the threshold. */
export type AlertRule = {
  readonly side: 'below' | 'above';
  readonly unit: AlertUnit;
  readonly setting: AlertSetting;
};

const hour = 60;
const day = 24 * hour;
const success: AlertSetting = {
  ...{ enabled: true, openAt: 9_000, closeAt: 9_500 },
  ...{ windowMinutes: hour, minimumSample: 30 },
};

export const alertRules: Readonly<Record<AlertRuleName, AlertRule>> = {
  /** Of the payments that came to an answer, how many succeeded. */
  payment_success: { side: 'below', unit: 'basis_points', setting: success },
  /** The same, sooner: where there are enough payments. */
  recent_payment_success: {
    ...{ side: 'below', unit: 'basis_points' },
    setting: { ...success, windowMinutes: 15 },
  },
  /** Of those whose only attempt came to an answer: a trouble that retries hide. */
  first_attempt_success: { side: 'below', unit: 'basis_points', setting: success },
  /** Of those that were tried again: most of whom a bank has declined are declined again, so that less is expected. */
  retry_success: {
    ...{ side: 'below', unit: 'basis_points' },
    setting: { ...success, openAt: 3_000, closeAt: 4_000 },
  },
  /** Off at first: where nearly all pay by card it would tell the same as `payment_success` a second time. */
  card_success: { side: 'below', unit: 'basis_points', setting: { ...success, enabled: false } },
  /** Debits end days after they began and by the batch, so that an hour has all of them or none. */
  ach_debit_success: {
    ...{ side: 'below', unit: 'basis_points' },
    setting: { ...success, windowMinutes: day },
  },
  sepa_debit_success: {
    ...{ side: 'below', unit: 'basis_points' },
    setting: { ...success, windowMinutes: day },
  },
  /** Payments that are on their way for longer than they should be; they are counted whatever their age. */
  stuck_payments: {
    side: 'above',
    unit: 'payments',
    setting: { enabled: true, openAt: 5, closeAt: 2, windowMinutes: hour, minimumSample: 0 },
  },
  /** Of the provider's webhooks that were verified, how many could not be handled so far. */
  inbound_webhooks: {
    side: 'above',
    unit: 'basis_points',
    setting: { enabled: true, openAt: 500, closeAt: 200, windowMinutes: hour, minimumSample: 20 },
  },
  /**
   * Calls with a signature that is none of the provider's: an attack, or a secret that was changed on one side only. They are no
   * webhooks of the provider that could not be handled.
   */
  rejected_webhooks: {
    side: 'above',
    unit: 'webhooks',
    setting: { enabled: true, openAt: 10, closeAt: 2, windowMinutes: hour, minimumSample: 0 },
  },
  /** Webhooks that wait for a person, counted whatever their age: one is enough, since money may have moved beside the books. */
  parked_webhooks: {
    side: 'above',
    unit: 'webhooks',
    setting: { enabled: true, openAt: 0, closeAt: 0, windowMinutes: hour, minimumSample: 0 },
  },
  /**
   * Requests that may have moved money and have had no outcome for longer than the window, or whose answer tells something against
   * the history: one is enough, since nobody knows where the money is.
   */
  in_doubt: {
    side: 'above',
    unit: 'requests',
    setting: { enabled: true, openAt: 0, closeAt: 0, windowMinutes: 15, minimumSample: 0 },
  },
  /** How far the number of payments is from that of the same hour of earlier weeks, as a robust z-score. */
  unusual_volume: {
    side: 'above',
    unit: 'hundredths',
    setting: { enabled: true, openAt: 500, closeAt: 300, windowMinutes: hour, minimumSample: 4 },
  },
  /** How long no payment has succeeded, where usually some do; the sample is what is usual in such a window. */
  no_payments: {
    side: 'above',
    unit: 'minutes',
    setting: { enabled: true, openAt: hour, closeAt: 30, windowMinutes: hour, minimumSample: 10 },
  },
};

/** Whether a value lies beyond a threshold of a rule. */
export function isBeyond(rule: AlertRuleName, value: number, threshold: number): boolean {
  return alertRules[rule].side === 'below' ? value < threshold : value > threshold;
}
