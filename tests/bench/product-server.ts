import 'reflect-metadata';
import { startCounterfoil } from '../../src/composition/start.js';
import { readConfig } from '../../src/config.js';
import { serveParent } from './child-entry.js';

export type ProductReady = {
  readonly port: number;
  readonly apiKey: string;
  /** Where the first owner of the console sets up an account; null where there is one. */
  readonly ownerLink: string | null;
  /** From the start of the process, its loading included, to the moment it is ready for requests. */
  readonly readyAfterMs: number;
};

/** Counterfoil as `npm start` runs it, with the environment that the bench gave. */
const running = await startCounterfoil(readConfig(process.env));

serveParent<ProductReady>({
  ready: {
    port: Number(new URL(running.url).port),
    apiKey: running.apiKey ?? process.env['COUNTERFOIL_BOOTSTRAP_API_KEY'] ?? '',
    ownerLink: running.ownerLink,
    readyAfterMs: process.uptime() * 1000,
  },
  stop: () => running.stop(),
});
