import type { AlertRuleName } from '../../domain/alert/alert-rules.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { AlertMeasures } from '../ports/alerts.js';
import type { Clock } from '../ports/clock.js';
import type { PaymentSlice } from '../ports/success-figures.js';
import { shareOfPayments, shareOfWebhooks } from '../ports/success-figures.js';
import { basisPointsOf } from '../shared/shares.js';
import { later } from '../webhook/retry-schedule.js';

/** What a rule is judged by now, in its unit: of how many, and how many were left out of these. */
export type Measured = { readonly value: number; readonly sample: number; readonly excluded: number };
type Measure = (now: Instant, windowMinutes: number) => Promise<Measured>;

const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;
const earlierWeeks = 8;
/** Makes the median absolute deviation comparable with a standard deviation. */
const madScale = 1.4826;
/** Whoever has so many stuck payments, or parked or rejected webhooks, need not know how many more there are. */
const countedMax = 1_000;
const longestSilenceMinutes = 7 * 24 * 60;

/** @param machineClock webhooks arrive, and requests are recorded, by the machine's time, whatever the time is for payments */
export function createMeasures(
  measures: AlertMeasures,
  machineClock: Clock,
): Readonly<Record<AlertRuleName, Measure>> {
  /** The counts of a window now and of the same one in each of the weeks before, the latest first. */
  async function byWeek(now: Instant, windowMinutes: number): Promise<readonly number[]> {
    const windows = Array.from({ length: earlierWeeks + 1 }, (_, week) => ({
      from: later(now, -week * weekMs - windowMinutes * minuteMs),
      to: later(now, -week * weekMs),
    }));
    return measures.paymentsMade(windows);
  }

  const success =
    (slice: PaymentSlice | null): Measure =>
    async (now, windowMinutes) => {
      const outcomes = await measures.outcomes(later(now, -windowMinutes * minuteMs), now, slice);
      const { good, total, excluded } = shareOfPayments(outcomes);
      return { value: basisPointsOf(good, total), sample: total, excluded };
    };

  return {
    payment_success: success(null),
    recent_payment_success: success(null),
    first_attempt_success: success('first_attempts'),
    retry_success: success('retries'),
    card_success: success('cards'),
    ach_debit_success: success('ach_debits'),
    sepa_debit_success: success('sepa_debits'),
    async stuck_payments(now) {
      const value = Math.min(await measures.stuck(now), countedMax);
      return { value, sample: value, excluded: 0 };
    },
    async inbound_webhooks(_now, windowMinutes) {
      const since = later(machineClock.now(), -windowMinutes * minuteMs);
      const { good, total, excluded } = shareOfWebhooks(await measures.webhooks(since));
      return { value: basisPointsOf(total - good, total), sample: total, excluded };
    },
    async rejected_webhooks(_now, windowMinutes) {
      const rejected = await measures.rejectedWebhooks(later(machineClock.now(), -windowMinutes * minuteMs));
      const value = Math.min(rejected, countedMax);
      return { value, sample: value, excluded: 0 };
    },
    async parked_webhooks() {
      const value = await measures.parkedWebhooks(countedMax);
      return { value, sample: value, excluded: 0 };
    },
    async in_doubt(_now, windowMinutes) {
      const before = later(machineClock.now(), -windowMinutes * minuteMs);
      const value = await measures.doubts(before, countedMax);
      return { value, sample: value, excluded: 0 };
    },
    async unusual_volume(now, windowMinutes) {
      const [present = 0, ...earlier] = await byWeek(now, windowMinutes);
      const sample = earlier.filter((count) => count > 0).length;
      return { value: robustDistance(present, earlier), sample, excluded: 0 };
    },
    async no_payments(now, windowMinutes) {
      const [, ...earlier] = await byWeek(now, windowMinutes);
      const last = await measures.lastSuccess();
      const silence = last === null ? longestSilenceMinutes : (Date.parse(now) - Date.parse(last)) / minuteMs;
      const value = Math.floor(Math.min(Math.max(silence, 0), longestSilenceMinutes));
      return { value, sample: Math.floor(median(earlier)), excluded: 0 };
    },
  };
}

/**
 * How many of the usual deviations a count is from the usual count, in hundredths. Median and median absolute deviation, which one
 * odd week does not move; and at least the deviation that chance alone gives counts of that size.
 */
export function robustDistance(count: number, earlier: readonly number[]): number {
  const usual = median(earlier);
  const deviation = madScale * median(earlier.map((each) => Math.abs(each - usual)));
  return Math.round((100 * Math.abs(count - usual)) / Math.max(deviation, Math.sqrt(usual), 1));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (lower + upper) / 2;
}
