import { randomInt } from 'node:crypto';
import { freePort } from '../../src/infrastructure/free-port.js';

/** Systems give ports above these to outgoing connections. */
const firstPort = 20_000;
const portsOfWorker = 1_000;
const triesMax = 100;

const first = firstPort + (Number(process.env['JEST_WORKER_ID'] ?? 0) % 10) * portsOfWorker;
/** One after the other, so that none is given twice before anything listens on it. */
let next = randomInt(portsOfWorker);

/**
 * A port for a program that is started on it again, apart from those of other workers: of what the system deals out, an outgoing
 * connection might take it while the program is down.
 */
export async function keptPort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    next = (next + 1) % portsOfWorker;
    try {
      return await freePort(first + next);
    } catch (error) {
      if (tries === triesMax) throw error;
    }
  }
}
