import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { EventLoopDelay } from '../../../src/infrastructure/event-loop-delay.js';
import { eventually } from '../../support/eventually.js';

let delay: EventLoopDelay;
beforeEach(() => {
  delay = new EventLoopDelay();
});
afterEach(() => delay.close());

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('tells a loop whose turns are all late, and that it is over', async () => {
  const blocked = await eventually(
    async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        block(200);
        await sleep(0);
      }
      return delay.medianMs();
    },
    (ms) => ms > 100,
  );
  expect(blocked).toBeLessThan(10_000);
  await eventually(
    async () => delay.medianMs(),
    (ms) => ms < 100,
  );
});

it('does not take one long pause for it', async () => {
  // A machine that is busy with others just now makes all turns late: then the pause is made again.
  await eventually(
    async () => {
      delay.medianMs();
      await sleep(500);
      block(1_500);
      await sleep(500);
      return delay.medianMs();
    },
    (ms) => ms < 500,
  );
});
