import { isRetained } from './expansion.js';
import type { JsonObject } from './json.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import { integer, strings, text } from './parameter-access.js';
import type { BalanceTransaction, StripeEvent } from './resources.js';
import { resourceMissing } from './stripe-fault.js';
import type { Call, WebhookEndpoint, World } from './world.js';

const FOUNDED = 1_700_000_000;

/** `GET /v1/account`: a US account that may charge. */
export function retrieveAccount(world: World): JsonObject {
  const noRequirements = {
    alternatives: [],
    current_deadline: null,
    currently_due: [],
    disabled_reason: null,
    errors: [],
    eventually_due: [],
    past_due: [],
    pending_verification: [],
  };
  return {
    id: world.settings.accountId,
    object: 'account',
    business_profile: { mcc: null, name: 'Counterfoil simulator', url: null },
    business_type: null,
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: 'US',
    created: FOUNDED,
    default_currency: 'usd',
    details_submitted: true,
    email: 'simulator@example.com',
    external_accounts: {
      object: 'list',
      data: [],
      has_more: false,
      url: `/v1/accounts/${world.settings.accountId}/external_accounts`,
    },
    future_requirements: noRequirements,
    metadata: {},
    payouts_enabled: true,
    requirements: noRequirements,
    settings: {
      dashboard: { display_name: 'Counterfoil simulator', timezone: 'Etc/UTC' },
      payments: { statement_descriptor: 'COUNTERFOIL' },
      payouts: { debit_negative_balances: true, schedule: { delay_days: 2, interval: 'daily' } },
    },
    tos_acceptance: { date: null, ip: null, user_agent: null },
    type: 'standard',
  };
}

export function retrieveBalanceTransaction(world: World, call: Call): BalanceTransaction {
  const found = world.store.get('balance_transaction', call.id);
  if (found === undefined) throw resourceMissing('balance transaction', call.id, 'id', 'url');
  return found;
}

export function listBalanceTransactions(world: World, call: Call): ListObject {
  const source = text(call.params, 'source');
  const type = text(call.params, 'type');
  const currency = text(call.params, 'currency');
  return listPage(world, 'balance_transaction', call, {
    by: source === undefined ? undefined : ['source', source],
    test: (row) =>
      (type === undefined || row.type === type) && (currency === undefined || row.currency === currency),
  });
}

/** Events older than 30 days on the virtual clock are gone, as at Stripe. */
export function retrieveEvent(world: World, call: Call): StripeEvent {
  const event = world.store.get('event', call.id);
  if (event === undefined || !isRetained(world, event.created)) {
    throw resourceMissing('event', call.id, 'id', 'url');
  }
  return event;
}

export function listEvents(world: World, call: Call): ListObject {
  const type = text(call.params, 'type');
  const types = strings(call.params, 'types');
  const matches = (name: string, pattern: string): boolean =>
    pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  return listPage(world, 'event', call, {
    by: type === undefined || type.endsWith('*') ? undefined : ['type', type],
    test: (event) =>
      isRetained(world, event.created) &&
      (type === undefined || matches(event.type, type)) &&
      (types === undefined || types.includes(event.type)),
  });
}

export function listWebhookEndpoints(world: World, call: Call): JsonObject {
  const limit = integer(call.params, 'limit') ?? 10;
  return {
    object: 'list',
    data: world.endpoints.slice(0, limit).map(endpointObject),
    has_more: world.endpoints.length > limit,
    url: '/v1/webhook_endpoints',
  };
}

export function retrieveWebhookEndpoint(world: World, call: Call): JsonObject {
  const endpoint = world.endpoints.find(({ id }) => id === call.id);
  if (endpoint === undefined) throw resourceMissing('webhook endpoint', call.id, 'webhook_endpoint', 'url');
  return endpointObject(endpoint);
}

function endpointObject(endpoint: WebhookEndpoint): JsonObject {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    api_version: null,
    application: null,
    created: FOUNDED,
    description: null,
    enabled_events: endpoint.enabledEvents,
    livemode: false,
    metadata: {},
    status: 'enabled',
    url: endpoint.url,
  };
}
