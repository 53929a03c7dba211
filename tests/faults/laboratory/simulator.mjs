import { pathToFileURL } from 'node:url';

/**
 * The Stripe simulator in a process of its own, as `npm run simulator` starts it, with a shorter patience: webhooks that
 * were not taken come again within two seconds, so that how long a run heals tells of us and not of Stripe's schedule.
 */
const { env } = process;
const { startStripeSimulator } = await import(pathToFileURL(`${env.BUILD}/parts/simulator-server.js`).href);
const urls = (env.SIMULATOR_WEBHOOK_URLS ?? '').split(',').filter((url) => url !== '');
const simulator = await startStripeSimulator({
  port: Number(env.SIMULATOR_PORT),
  dataDir: env.SIMULATOR_DATA_DIR || null,
  webhookRetry: { firstMs: 200, capMs: 2_000, attemptsMax: 1_000 },
  webhookEndpoints: urls.map((url) => ({ url, secrets: [env.SIMULATOR_WEBHOOK_SECRET] })),
});
process.once('SIGTERM', () => simulator.close().then(() => process.exit(0)));
process.stdout.write(`stripe simulator ready at ${simulator.url}\n`);
