import { measuredText } from '../../../../application/alert/measured-text.js';
import type { AlertRow } from '../../../../application/ports/alerts.js';

const shownMax = 3;

/** What the overview shows of open alerts: how many there are, and the worst of them. */
export type OpenAlerts = {
  readonly count: number;
  readonly worst: readonly {
    readonly href: string;
    readonly rule: string;
    readonly measured: string;
    readonly noticed: boolean;
  }[];
};

/** First what nobody has taken notice of, and of these what is furthest beyond its threshold, in parts of it. */
export function openAlerts(open: readonly AlertRow[]): OpenAlerts {
  const beyond = ({ value, threshold }: AlertRow): number =>
    Math.abs(value - threshold) / Math.max(threshold, 1);
  const isNoticed = (row: AlertRow): boolean => row.acknowledged_at !== null;
  const worst = [...open].sort(
    (one, other) => Number(isNoticed(one)) - Number(isNoticed(other)) || beyond(other) - beyond(one),
  );
  return {
    count: open.length,
    worst: worst.slice(0, shownMax).map((row) => ({
      href: `/admin/alerts#${row.id}`,
      rule: row.rule.replaceAll('_', ' '),
      measured: measuredText(row.rule, row.value),
      noticed: isNoticed(row),
    })),
  };
}
