import http from 'node:http';
import https from 'node:https';
import { Stripe } from 'stripe';
import type { CallRate } from './call-rate.js';
import type { OnStripeCall } from './rate-limited-http-client.js';
import { inTurn } from './rate-limited-http-client.js';

/** The version whose shapes this adapter reads; webhooks of another one are parked. */
export const stripeApiVersion = '2026-10-28.endive';

export type StripeConnection = {
  readonly client: Stripe;
  /** True when the key moves real money. */
  readonly livemode: boolean;
  /** Lets go of idle connections. */
  close(): void;
};

/**
 * The official client, with an agent of its own. The SDK's retries stay off: each call has an idempotency key and is
 * repeated by us, later, from the recorded request. (It still sends a request again, with the same key, when a
 * connection was closed under it.)
 * @param apiBase origin of a stand-in such as `http://127.0.0.1:4010`; null for Stripe itself
 */
export function connectToStripe(options: {
  readonly secretKey: string;
  readonly apiBase: string | null;
  readonly timeoutMs: number;
  /** Carries the requests in place of Node's own client. */
  readonly httpClient?: Stripe.HttpClient;
  /** Whose turns the calls wait for. */
  readonly rate?: CallRate | null;
  readonly onCall?: OnStripeCall | undefined;
}): StripeConnection {
  const base = options.apiBase === null ? null : new URL(options.apiBase);
  const protocol = base?.protocol === 'http:' ? 'http' : 'https';
  const agent = new (protocol === 'http' ? http : https).Agent({ keepAlive: true });
  const carrier = options.httpClient ?? Stripe.createNodeHttpClient(agent);
  const client = new Stripe(options.secretKey, {
    apiVersion: stripeApiVersion,
    maxNetworkRetries: 0,
    timeout: options.timeoutMs,
    telemetry: false,
    httpClient: inTurn(carrier, options.rate ?? null, options.onCall),
    ...(base === null
      ? {}
      : {
          protocol,
          host: base.hostname,
          port: base.port === '' ? (protocol === 'http' ? 80 : 443) : base.port,
        }),
  });
  return {
    client,
    livemode: /^[a-z]+_live_/.test(options.secretKey),
    close: () => agent.destroy(),
  };
}
