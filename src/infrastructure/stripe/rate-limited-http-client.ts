import type { Stripe } from 'stripe';
import type { CallRate } from './call-rate.js';

/** Told of each call: Stripe's status, or why there is none; `ms` is null for one that was not made. `date` is Stripe's. */
export type OnStripeCall = (endpoint: string, result: string, ms: number | null, date?: string) => void;

/** Carries each call of the SDK to Stripe when its turn has come, repeats and pages of lists included. */
export function inTurn(
  client: Stripe.HttpClient,
  rate: CallRate | null,
  onCall: OnStripeCall = () => undefined,
): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request: Parameters<Stripe.HttpClient['makeRequest']>) {
      const [, , path, method] = request;
      const endpoint = endpointOf(method, path);
      await rate?.turn(endpoint).catch((error: unknown) => {
        onCall(endpoint, 'no_turn', null);
        throw error;
      });
      const startedAt = performance.now();
      const tell = (result: string, date?: string): void =>
        onCall(endpoint, result, performance.now() - startedAt, date);
      let response: Stripe.HttpClientResponse;
      try {
        response = await client.makeRequest(...request);
      } catch (error) {
        tell('no_answer');
        throw error;
      }
      const status = response.getStatusCode();
      tell(String(status), String(response.getHeaders()['date'] ?? ''));
      if (status === 429 && isOfRate(response.getHeaders())) {
        rate?.slowDown(retryAfterMs(response.getHeaders()));
      }
      return response;
    },
  };
}

/** `POST /v1/payment_intents/pi_1/capture` is a call of `POST payment_intents capture`. */
function endpointOf(method: string, path: string): string {
  const [, , resource = '', id, action] = path.split('?', 1)[0]?.split('/') ?? [];
  return `${method} ${resource}${id === undefined ? '' : ' one'}${action === undefined ? '' : ` ${action}`}`;
}

type Headers = ReturnType<Stripe.HttpClientResponse['getHeaders']>;

/** A 429 may also say that one object is in use by another call, which no rate would change. */
function isOfRate(headers: Headers): boolean {
  return (
    headers['stripe-should-retry'] !== 'true' && headers['stripe-rate-limited-reason'] !== 'resource-specific'
  );
}

function retryAfterMs(headers: Headers): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}
