import { createHmac } from 'node:crypto';
import { clockSkewMaxMs } from '../../application/ports/clock.js';
import type { ConfigFinding } from '../../application/ports/config-check.js';
import { neededEvents } from './needed-events.js';
import { connectToStripe, stripeApiVersion } from './stripe-client.js';
import { aheadOf } from './stripe-clock.js';
import { verifyStripeWebhook } from './stripe-webhook-verifier.js';

export type StripeDiagnosticsOptions = {
  readonly secretKey: string;
  readonly apiBase: string | null;
  readonly timeoutMs: number;
  readonly webhookSecrets: readonly string[];
  readonly webhookToleranceSeconds: number;
  /** True where the endpoint is the simulator's own. */
  readonly simulated: boolean;
};

/** Asks Stripe whether it knows us, its time, and what it would send where; and proves each webhook secret on ourselves. */
export async function diagnoseStripe(options: StripeDiagnosticsOptions): Promise<readonly ConfigFinding[]> {
  const connection = connectToStripe(options);
  try {
    return [
      ...(await account(connection, options.simulated)),
      ...(await webhookEndpoints(connection, options.simulated)),
      webhookSecrets(options),
    ];
  } finally {
    connection.close();
  }
}

type Connection = ReturnType<typeof connectToStripe>;

async function account(
  { client, livemode }: Connection,
  simulated: boolean,
): Promise<readonly ConfigFinding[]> {
  try {
    const started = Date.now();
    const { lastResponse } = await client.balance.retrieve();
    const detail = `${simulated ? 'the simulator' : livemode ? 'live mode' : 'test mode'}, API version ${stripeApiVersion}, ${Date.now() - started} ms`;
    return [{ name: 'stripe', status: 'ok', detail, mend: null }, clockSkew(lastResponse.headers['date'])];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const mend = 'Check STRIPE_SECRET_KEY, STRIPE_API_BASE and the way to the network.';
    return [{ name: 'stripe', status: 'fail', detail, mend }];
  }
}

function clockSkew(date: string | undefined): ConfigFinding {
  const aheadMs = aheadOf(date, Date.now());
  if (aheadMs === null) return { name: 'clock', status: 'warn', detail: 'Stripe sent no date', mend: null };
  const skewMs = Math.abs(aheadMs);
  const detail = `${Math.round(skewMs / 1000)} s from Stripe's`;
  if (skewMs <= clockSkewMaxMs) return { name: 'clock', status: 'ok', detail, mend: null };
  return {
    name: 'clock',
    status: 'fail',
    detail,
    mend: 'Keep the machine on network time: webhooks are refused by age.',
  };
}

async function webhookEndpoints(
  { client }: Connection,
  simulated: boolean,
): Promise<readonly ConfigFinding[]> {
  const name = 'webhook_endpoint';
  try {
    const endpoints = await client.webhookEndpoints.list({ limit: 100 });
    const ours = endpoints.data.filter(
      ({ url, status }) => status === 'enabled' && /\/(webhooks\/stripe|api\/stripe\/webhook)$/.test(url),
    );
    const [endpoint] = ours;
    if (endpoint === undefined) {
      const mend = 'Add an endpoint in the Stripe dashboard that points to /webhooks/stripe.';
      return [{ name, status: 'warn', detail: 'no enabled endpoint ends in /webhooks/stripe', mend }];
    }
    const missing = neededEvents.filter(
      (event) => !endpoint.enabled_events.includes('*') && !endpoint.enabled_events.includes(event),
    );
    if (missing.length > 0) {
      return [
        {
          name,
          status: 'fail',
          detail: `not subscribed to ${missing.join(', ')}`,
          mend: 'Add these events to the endpoint.',
        },
      ];
    }
    if (!simulated && endpoint.api_version !== stripeApiVersion) {
      const detail = `the endpoint sends version ${endpoint.api_version ?? 'of the account'}`;
      return [
        {
          name,
          status: 'fail',
          detail,
          mend: `Make an endpoint of version ${stripeApiVersion}: other versions are parked.`,
        },
      ];
    }
    return [{ name, status: 'ok', detail: endpoint.url, mend: null }];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [
      {
        name,
        status: 'warn',
        detail,
        mend: 'A restricted key needs read access to webhook endpoints for this check.',
      },
    ];
  }
}

/** Signs an event with each secret and lets the verifier judge it, as if Stripe had sent it. */
function webhookSecrets(options: StripeDiagnosticsOptions): ConfigFinding {
  const { webhookSecrets: secrets, webhookToleranceSeconds: toleranceSeconds } = options;
  const body = Buffer.from(
    JSON.stringify({
      id: 'evt_check',
      object: 'event',
      type: 'ping',
      api_version: null,
      livemode: false,
      data: { object: {} },
    }),
  );
  const timestamp = Math.floor(Date.now() / 1000);
  // Each by itself, so that none is covered by another.
  const broken = secrets.filter((secret) => {
    if (secret.trim() === '') return true;
    const verify = verifyStripeWebhook({ secrets: [secret], toleranceSeconds });
    const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
    return verify(body, `t=${timestamp},v1=${signature}`).outcome !== 'verified';
  });
  const detail = `${secrets.length} secret${secrets.length === 1 ? '' : 's'}, tolerance ${toleranceSeconds} s`;
  if (secrets.length > 0 && broken.length === 0) {
    return { name: 'webhook_secret', status: 'ok', detail, mend: null };
  }
  return {
    name: 'webhook_secret',
    status: 'fail',
    detail:
      secrets.length === 0
        ? 'there is none'
        : `${broken.length} of ${detail}: a self-signed event was refused`,
    mend: 'Copy the secret again.',
  };
}
