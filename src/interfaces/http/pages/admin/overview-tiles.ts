import { promises } from '../../../../application/ports/digest-queries.js';
import type { OverviewFigures } from '../../../../application/ports/overview-queries.js';
import { lagMaxMs } from '../../../../application/ports/read-models.js';
import type { PaymentOutcomes, WebhookOutcomes } from '../../../../application/ports/success-figures.js';
import { shareOfPayments, shareOfWebhooks } from '../../../../application/ports/success-figures.js';
import { basisPointsOf, percentText } from '../../../../application/shared/shares.js';
import { isBeyond } from '../../../../domain/alert/alert-rules.js';
import { formatTime } from '../shared/format.js';

type Tile = {
  readonly title: string;
  readonly value: string | null;
  readonly note: string;
  /** Null where there is nothing to judge; `promised` is below what is promised, and no alarm yet. */
  readonly judged: 'good' | 'promised' | 'look' | null;
  /** The list of what is counted, where there is one. */
  readonly href: string | null;
};

/** From which value on the rule of an alert opens one, in the rule's unit: thresholds are data. */
export type AlarmThresholds = {
  readonly [R in 'payment_success' | 'stuck_payments' | 'inbound_webhooks']: number;
};

const slowestSeconds = 3;

/** Against what the owners promise, and against what opens an alert. */
export function tilesOf(figures: OverviewFigures, lagMs: number, alarms: AlarmThresholds): readonly Tile[] {
  const { average_seconds: seconds, stuck } = figures;
  return [
    successTile(figures.outcomes, alarms.payment_success),
    {
      title: 'Time to the answer',
      value: seconds === null ? null : `${seconds.toFixed(2)} s`,
      note: `on average; ${slowestSeconds} s promised`,
      judged: seconds === null ? null : goodIf(seconds <= slowestSeconds),
      href: null,
    },
    {
      title: 'Stuck payments',
      value: String(stuck),
      note: `more than ${alarms.stuck_payments} is an alarm`,
      judged: goodIf(!isBeyond('stuck_payments', stuck, alarms.stuck_payments)),
      href: '/admin/payments?stuck=yes',
    },
    disputeTile(figures.disputes_awaiting),
    webhookTile(figures.webhooks, alarms.inbound_webhooks),
    {
      title: 'Read models behind by',
      value: `${Math.round(lagMs)} ms`,
      note: `${lagMaxMs / 1_000} s is an alarm`,
      judged: goodIf(lagMs <= lagMaxMs),
      href: '/admin/operations',
    },
    {
      title: 'Open requests',
      value: String(figures.open_requests),
      note: 'to the provider, without an outcome',
      judged: null,
      href: null,
    },
  ];
}

function successTile(outcomes: PaymentOutcomes, alarm: number): Tile {
  const { firstSucceeded, firstFailed } = outcomes;
  const { good, total, excluded } = shareOfPayments(outcomes);
  const first = firstSucceeded + firstFailed;
  const promised = percentText(promises.payment_success, 'en', 0);
  const byFirst =
    first === 0 ? '' : `; by the first attempt ${percentText(basisPointsOf(firstSucceeded, first))}`;
  return {
    title: 'Payments that succeed',
    value: total === 0 ? null : percentText(basisPointsOf(good, total)),
    note: `${good} of ${total} in 24 h, ${excluded} left out; ${promised} promised${byFirst}`,
    judged: total === 0 ? null : judgedSuccess(basisPointsOf(good, total), alarm),
    href: '/admin/payments?declined=yes',
  };
}

/** @param share of the payments that succeed, in basis points, as what opens an alert is */
export function judgedSuccess(share: number, alarm: number): 'good' | 'promised' | 'look' {
  if (share >= promises.payment_success) return 'good';
  return isBeyond('payment_success', share, alarm) ? 'look' : 'promised';
}

function disputeTile({ count, first_due_by: first }: OverviewFigures['disputes_awaiting']): Tile {
  return {
    title: 'Disputes that wait for evidence',
    value: String(count),
    note:
      first === null ? 'answered in the Stripe dashboard' : `the first by ${formatTime(first, 'UTC')} UTC`,
    judged: goodIf(count === 0),
    href: '/admin/disputes?waiting=yes',
  };
}

function webhookTile(outcomes: WebhookOutcomes, alarm: number): Tile {
  const { total, excluded } = shareOfWebhooks(outcomes);
  const failing = basisPointsOf(outcomes.failed, total);
  const threshold = percentText(alarm, 'en', 0);
  return {
    title: 'Webhooks that failed',
    value: total === 0 ? null : percentText(failing),
    note: `${outcomes.failed} of ${total} in 1 h, ${excluded} left out; ${threshold} is an alarm`,
    judged: total === 0 ? null : goodIf(!isBeyond('inbound_webhooks', failing, alarm)),
    href: '/admin/webhooks?status=failed',
  };
}

function goodIf(good: boolean): 'good' | 'look' {
  return good ? 'good' : 'look';
}
