/** Durations as a report shows them: the median, the ninth decile and the longest, of how many. */
export function distribution(durationsMs: readonly number[]): string {
  const sorted = [...durationsMs].sort((a, b) => a - b);
  const quantile = (share: number): string => {
    const ms = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return ms === undefined ? 'none' : `${(ms / 1000).toFixed(1)} s`;
  };
  return `p50 ${quantile(0.5)}, p90 ${quantile(0.9)}, p100 ${quantile(1)} of ${sorted.length}`;
}
