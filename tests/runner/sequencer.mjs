import { statSync } from 'node:fs';

/** Whole programs and what waits for them; then parts of them; what is left takes the processor alone, and little of it each. */
const first = ['faults', 'programs', 'browser', 'simulation', 'e2e', 'security', 'integration', 'contract'];

/**
 * What takes longest begins first, or it would run on alone at the end: by its folder, and there by its size. Jest's own order is of
 * how long each took the last time, which nobody knows on a fresh clone.
 */
export default class LongestFirst {
  sort(tests) {
    const weighed = tests.map((test) => ({ test, rank: rankOf(test), size: statSync(test.path).size }));
    return weighed.sort((a, b) => a.rank - b.rank || b.size - a.size).map(({ test }) => test);
  }

  cacheResults() {}
}

function rankOf({ path, context }) {
  const [folder] = path.slice(`${context.config.rootDir}/tests/`.length).split('/');
  const rank = first.indexOf(folder);
  return rank === -1 ? first.length : rank;
}
