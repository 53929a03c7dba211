import { beforeAll, expect, it } from '@jest/globals';
import type { Discrepancy } from '../four-books/discrepancy.js';
import { distribution } from '../laboratory/distribution.js';
import { loseAnswers } from './lost-answers.js';

/** The negative controls: ways to break the program, and the rule that must be found broken then. */
const controls = [
  ['random_key', 'doubled_effect'],
  ['timeout_is_failure', 'phantom_failure'],
  ['forgets_to_refund', 'lost_acknowledgement'],
] as const;

let asItIs: readonly Discrepancy[];
const found = new Map<string, readonly Discrepancy[]>();

/** Most of each run is waiting, so they wait side by side. */
beforeAll(async () => {
  await Promise.all([
    loseAnswers(null).then(({ discrepancies, healMs }) => {
      asItIs = discrepancies;
      process.stdout.write(`lost answers: from the last command to rest: ${distribution([healMs])}\n`);
    }),
    ...controls.map(async ([broken]) => found.set(broken, (await loseAnswers(broken)).discrepancies)),
  ]);
}, 300_000);

it('lost answers and doubled webhooks leave the four books equal', () => {
  expect(asItIs).toEqual([]);
});

it.each(controls)('with %s, the checker finds %s', (broken, rule) => {
  expect(found.get(broken)?.map((discrepancy) => discrepancy.rule)).toContain(rule);
});
