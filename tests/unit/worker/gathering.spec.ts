import { describe, expect, it } from '@jest/globals';
import { gatherMs } from '../../../src/interfaces/worker/work-loop.js';

describe('what a worker waits for others to gather', () => {
  it('is short in a process that is idle for most of the time', () => {
    expect(gatherMs(0)).toBe(5);
    expect(gatherMs(0.49)).toBe(5);
  });

  it('is time in which the process is idle, and so longer in a busy one', () => {
    expect(gatherMs(0.5)).toBe(40);
    expect(gatherMs(0.75)).toBe(80);
  });

  it('has an end in a process that is never idle', () => {
    expect(gatherMs(0.95)).toBe(250);
    expect(gatherMs(1)).toBe(250);
  });
});
