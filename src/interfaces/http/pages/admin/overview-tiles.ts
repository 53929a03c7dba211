import type { OverviewFigures } from '../../../../application/ports/overview-queries.js';
import { shareOfPayments, shareOfWebhooks } from '../../../../application/ports/success-figures.js';

type Tile = {
  readonly title: string;
  readonly value: string | null;
  readonly note: string;
  /** Null where there is nothing to judge; `promised` is below what is promised, and no alarm yet. */
  readonly judged: 'good' | 'promised' | 'look' | null;
  /** The list of what is counted, where there is one. */
  readonly href: string | null;
};

/** Against what the owners promise: 95 % of payments succeed (below 90 % is an alarm), within three seconds. */
export function tilesOf(figures: OverviewFigures, lagMs: number): readonly Tile[] {
  const { outcomes, average_seconds: seconds, stuck, webhooks } = figures;
  const { firstSucceeded, firstFailed } = outcomes;
  const payments = shareOfPayments(outcomes);
  const handled = shareOfWebhooks(webhooks);
  const share = (part: number, whole: number) => (whole === 0 ? null : (100 * part) / whole);
  const rate = share(payments.good, payments.total);
  const failing = share(webhooks.failed, handled.total);
  const first = share(firstSucceeded, firstSucceeded + firstFailed);
  const goodIf = (good: boolean) => (good ? 'good' : 'look');
  const percent = (value: number | null) => (value === null ? null : `${value.toFixed(1)} %`);
  return [
    {
      title: 'Payments that succeed',
      value: percent(rate),
      note: `${payments.good} of ${payments.total} in 24 h, ${payments.excluded} left out; 95 % promised${first === null ? '' : `; by the first attempt ${percent(first)}`}`,
      judged: rate === null ? null : rate >= 95 ? 'good' : rate >= 90 ? 'promised' : 'look',
      href: '/admin/payments?declined=yes',
    },
    {
      title: 'Time to the answer',
      value: seconds === null ? null : `${seconds.toFixed(2)} s`,
      note: 'on average; 3 s promised',
      judged: seconds === null ? null : goodIf(seconds <= 3),
      href: null,
    },
    {
      title: 'Stuck payments',
      value: String(stuck),
      note: 'more than 5 is an alarm',
      judged: goodIf(stuck <= 5),
      href: '/admin/payments?stuck=yes',
    },
    {
      title: 'Webhooks that failed',
      value: percent(failing),
      note: `${webhooks.failed} of ${handled.total} in 1 h, ${handled.excluded} left out; 5 % is an alarm`,
      judged: failing === null ? null : goodIf(failing <= 5),
      href: '/admin/webhooks?status=failed',
    },
    {
      title: 'Read models behind by',
      value: `${Math.round(lagMs)} ms`,
      note: '30 s is an alarm',
      judged: goodIf(lagMs <= 30_000),
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
