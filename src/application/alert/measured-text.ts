import type { AlertRuleName, AlertUnit } from '../../domain/alert/alert-rules.js';
import { alertRules } from '../../domain/alert/alert-rules.js';
import { percentText } from '../shared/shares.js';

const texts: Readonly<Record<AlertUnit, (value: number) => string>> = {
  basis_points: (value) => percentText(value),
  payments: (value) => `${value}`,
  webhooks: (value) => `${value}`,
  requests: (value) => `${value}`,
  hundredths: (value) => (value / 100).toFixed(2),
  minutes: (value) => `${value} min`,
};

/** A value of a rule as people read it, such as `84.20 %`. */
export function measuredText(rule: AlertRuleName, value: number): string {
  return texts[alertRules[rule].unit](value);
}

/** What each rule watches, as the beginning of a sentence. */
export const watched: Readonly<Record<AlertRuleName, string>> = {
  payment_success: 'The share of payments that succeed',
  recent_payment_success: 'The share of the latest payments that succeed',
  first_attempt_success: 'The share of payments that succeed with their first attempt',
  retry_success: 'The share of payments that succeed when they are tried again',
  card_success: 'The share of card payments that succeed',
  ach_debit_success: 'The share of ACH debits that succeed',
  sepa_debit_success: 'The share of SEPA debits that succeed',
  stuck_payments: 'The number of stuck payments',
  inbound_webhooks: "The share of the provider's webhooks that cannot be handled",
  rejected_webhooks: "The number of calls whose signature is none of the provider's",
  parked_webhooks: "The number of the provider's webhooks that wait for a person",
  in_doubt: 'The number of requests to the provider whose outcome is in doubt',
  unusual_volume: 'The distance of the number of payments from the usual',
  no_payments: 'The time since a payment succeeded',
};
