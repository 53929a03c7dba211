import { startStripeSimulator } from '../../src/infrastructure/stripe-simulator/server.js';
import { serveParent } from './child-entry.js';

/** The Stripe simulator in a process of its own, in memory and without delays, so that it answers at once. */
const simulator = await startStripeSimulator();

serveParent({ ready: { url: simulator.url }, stop: () => simulator.close() });
