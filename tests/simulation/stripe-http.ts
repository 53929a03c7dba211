import type { Stripe } from 'stripe';
import type { ApiRequest } from '../../src/infrastructure/stripe-simulator/api-pipeline.js';
import type { Answer } from '../../src/infrastructure/stripe-simulator/http-io.js';

type Sent = Parameters<Stripe.HttpClient['makeRequest']>;

/** What the SDK sends, as the simulator reads a request. */
export function requestOf(...[, , target, method, headers, body]: Sent): ApiRequest {
  const [path = '', query = ''] = target.split('?');
  return { method, path, query, body, headers: lowerCased(headers as Record<string, unknown>) };
}

/** The simulator's answer, as the SDK takes it from any HTTP client. */
export function responseOf({ status, headers, body }: Answer): Stripe.HttpClientResponse {
  return {
    getStatusCode: () => status,
    getHeaders: () => lowerCased(headers),
    // The SDK hangs it on the object that it answers, as `lastResponse`.
    getRawResponse: () => ({ headers: lowerCased(headers) }),
    toStream: () => {
      throw new TypeError('nothing here is streamed');
    },
    toJSON: async () => JSON.parse(body),
  };
}

function lowerCased(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
