import type { AlertEvent } from '../../domain/alert/alert.js';
import { measuredText, watched } from '../alert/measured-text.js';

/** What happened to a rule or its alert, in one sentence. */
export function describeAlertEvent(event: AlertEvent): string {
  const text = (value: number): string => measuredText(event.rule, value);
  switch (event.type) {
    case 'AlertOpened':
      return `${watched[event.rule]} is ${text(event.value)} (sample: ${event.sample}), beyond ${text(event.threshold)}: an alert is open.`;
    case 'AlertAcknowledged':
      return 'Somebody has taken notice of the alert.';
    case 'AlertClosed':
      return event.cause === 'recovered'
        ? `${watched[event.rule]} is ${text(event.value)} again: the alert is over.`
        : 'The rule was switched off: the alert is over.';
    case 'AlertRuleChanged': {
      const { enabled, openAt, closeAt } = event.setting;
      if (!enabled) return `${watched[event.rule]} is not watched any more.`;
      return `${watched[event.rule]} opens an alert beyond ${text(openAt)}, and closes it when it is back at ${text(closeAt)}.`;
    }
    case 'AlertTold':
      return `The operators were told that the alert ${event.news}.`;
  }
}
