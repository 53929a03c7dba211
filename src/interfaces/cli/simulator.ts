import { startStripeSimulator } from '../../infrastructure/stripe-simulator/server.js';

/**
 * Runs the Stripe simulator as a process of its own. It is configured apart from the product, because it
 * stands in for another company's service.
 */
async function main(): Promise<void> {
  const { env } = process;
  const webhookUrl = env['SIMULATOR_WEBHOOK_URL'] ?? '';
  const webhookSecret = env['SIMULATOR_WEBHOOK_SECRET'] ?? '';
  if (webhookUrl !== '' && webhookSecret === '') {
    throw new Error('SIMULATOR_WEBHOOK_URL needs SIMULATOR_WEBHOOK_SECRET');
  }
  const port = Number(env['SIMULATOR_PORT'] ?? '12111');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('SIMULATOR_PORT is not a port');
  const simulator = await startStripeSimulator({
    port,
    dataDir: env['SIMULATOR_DATA_DIR'] || null,
    // Several secrets, separated by commas, are signed with all of them, as during a rotation.
    webhookEndpoints: webhookUrl === '' ? [] : [{ url: webhookUrl, secrets: webhookSecret.split(',') }],
  });
  const stop = (): void => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Whoever reads this line may send a signal at once, so the handlers come first.
  process.stdout.write(`stripe simulator ready at ${simulator.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`stripe simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
