import { setTimeout as sleep } from 'node:timers/promises';
import { formatJson } from './format.js';

/** A stream ends after a minute, and the browser asks again. */
const streamMs = 60_000;

type Data = Readonly<Record<string, unknown>>;

/** Pushes what a page shows whenever that has changed, until the reader may see it no more, or goes away. */
export async function follow(
  push: (template: string, data: Data) => void,
  signal: AbortSignal,
  of: {
    readonly template: string;
    readonly everyMs: number;
    read(): Promise<Data>;
    mayGoOn(): Promise<boolean>;
  },
): Promise<void> {
  const endsAt = performance.now() + streamMs;
  let shown = '';
  while (!signal.aborted && performance.now() < endsAt && (await of.mayGoOn())) {
    const data = await of.read();
    const now = formatJson(data);
    if (now !== shown) push(of.template, data);
    shown = now;
    await sleep(of.everyMs, undefined, { signal }).catch(() => undefined);
  }
}
