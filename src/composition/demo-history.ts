import type { Container } from 'inversify';
import { createApiClient } from '../interfaces/cli/api-client.js';
import { makeDemoHistory } from '../interfaces/cli/demo-history.js';
import { tokens } from './tokens.js';

const days = 90;
const seed = 1;
const dayMs = 86_400_000;

export type DemoHistory = {
  /** How many days' worth of work was asked for, and how long it took; null when it ended early. */
  readonly done: Promise<{ readonly deeds: number; readonly ms: number } | null>;
  stop(): Promise<void>;
};

/**
 * Fills an empty store with the story of three months, while the program serves. Until it is done, the clock is behind; a start
 * that finds it behind puts it right.
 */
export async function beginDemoHistory(
  container: Container,
  addresses: { readonly url: string; readonly apiKey: string; readonly simulatorUrl: string },
): Promise<DemoHistory | undefined> {
  const clock = container.get(tokens.movableClock);
  if (clock === null) return undefined;
  const logger = container.get(tokens.logger);
  const stopping = new AbortController();
  const startedAt = performance.now();
  await clock.rewind(days * dayMs);
  const story = makeDemoHistory({
    ...{ days, seed, signal: stopping.signal },
    api: createApiClient(addresses.url, addresses.apiKey),
    simulator: createApiClient(addresses.simulatorUrl, ''),
    forward: (ms) => clock.advance(Math.min(ms, Math.max(-clock.aheadMs, 1))),
  });
  const done = story.then(
    (deeds) => (stopping.signal.aborted ? null : { deeds, ms: performance.now() - startedAt }),
    async (error: unknown) => {
      if (!stopping.signal.aborted) logger.error({ err: error }, 'the demo data is not complete');
      await clock.catchUp().catch(() => undefined);
      return null;
    },
  );
  return {
    done,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
