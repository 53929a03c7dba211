import { expect, it } from '@jest/globals';
import { withPatience } from '../../../src/application/shared/with-patience.js';
import { collectGarbage } from '../../support/collect-garbage.js';
import { eventually } from '../../support/eventually.js';

/** Says when its signal aborts, and holds on to nothing else. */
const aborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const say = () => resolve('aborted');
    if (signal.aborted) say();
    signal.addEventListener('abort', say, { once: true });
  });

it('patience ends when its time is over, also when memory is cleaned up meanwhile', async () => {
  let heard: string | undefined;
  void withPatience(new AbortController().signal, 100, aborted).then((word) => {
    heard = word;
  });
  await eventually(
    async () => {
      collectGarbage();
      return heard;
    },
    (word) => word === 'aborted',
  );
});

it('patience ends with the signal that it was given, before or meanwhile', async () => {
  expect(await withPatience(AbortSignal.abort(), 3_600_000, aborted)).toBe('aborted');
  const ending = new AbortController();
  const waiting = withPatience(ending.signal, 3_600_000, aborted);
  ending.abort();
  expect(await waiting).toBe('aborted');
});

it('patience gives back what the work brings, and what it throws', async () => {
  const { signal } = new AbortController();
  expect(await withPatience(signal, 3_600_000, async () => 7)).toBe(7);
  const failing = withPatience(signal, 3_600_000, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
});
