import {
  listBalanceTransactions,
  listEvents,
  listWebhookEndpoints,
  retrieveAccount,
  retrieveBalanceTransaction,
  retrieveEvent,
  retrieveWebhookEndpoint,
} from './account.js';
import { balanceObject } from './balance-transactions.js';
import { changeCharge, retrieveCharge } from './charges.js';
import {
  changeCustomer,
  createCustomer,
  deleteCustomer,
  listCustomers,
  retrieveCustomer,
} from './customers.js';
import { retrieveDispute } from './disputes.js';
import type { JsonObject } from './json.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import { PAGING } from './method-schemas.js';
import * as schemas from './operation-schemas.js';
import { text } from './parameter-access.js';
import type { Parameters, Schema } from './parameters.js';
import { checkNewIntent } from './payment-intent-object.js';
import {
  cancelIntent,
  captureIntent,
  confirmIntent,
  createIntent,
  listIntents,
  retrieveIntent,
  updateIntent,
} from './payment-intents.js';
import {
  attachMethod,
  changeMethod,
  createMethod,
  detachMethod,
  listMethods,
  retrieveCustomerMethod,
  retrieveMethod,
} from './payment-methods.js';
import type { SearchView } from './payment-search.js';
import { searchIntents } from './payment-search.js';
import { cancelRefund, changeRefund, createRefund, listRefunds, retrieveRefund } from './refunds.js';
import {
  cancelSetupIntent,
  changeSetupIntent,
  confirmSetupIntent,
  createSetupIntent,
  listSetupIntents,
  retrieveSetupIntent,
} from './setup-intents.js';
import type { Call, World } from './world.js';

/** One operation of the API. */
type Operation = {
  /** The name that control routes use, such as `payment_intents.create`. */
  readonly name: string;
  readonly schema: Schema;
  /** Checks that belong to validation: what they refuse is never saved under an idempotency key. */
  readonly check?: (params: Parameters) => void;
  readonly run: (world: World, call: Call) => JsonObject;
};

type Entry = readonly [
  route: string,
  name: string,
  schema: Schema,
  run: (world: World, call: Call) => JsonObject,
  check?: (params: Parameters) => void,
];

const NONE: Schema = {};
const LIST_ONLY: Schema = PAGING;

function listCharges(world: World, call: Call): ListObject {
  const intent = text(call.params, 'payment_intent');
  const customer = text(call.params, 'customer');
  const group = text(call.params, 'transfer_group');
  return listPage(world, 'charge', call, {
    by:
      intent !== undefined
        ? ['payment_intent', intent]
        : customer === undefined
          ? undefined
          : ['customer', customer],
    test: (charge) =>
      (customer === undefined || charge.customer === customer) &&
      (group === undefined || charge.transfer_group === group),
  });
}

const ENTRIES: readonly Entry[] = [
  ['POST /v1/payment_intents', 'payment_intents.create', schemas.INTENT_CREATE, createIntent, checkNewIntent],
  ['GET /v1/payment_intents', 'payment_intents.list', schemas.INTENT_LIST, listIntents],
  [
    'GET /v1/payment_intents/:id',
    'payment_intents.retrieve',
    { client_secret: { kind: 'string' } },
    retrieveIntent,
  ],
  ['POST /v1/payment_intents/:id', 'payment_intents.update', schemas.INTENT_UPDATE, updateIntent],
  ['POST /v1/payment_intents/:id/confirm', 'payment_intents.confirm', schemas.INTENT_CONFIRM, confirmIntent],
  ['POST /v1/payment_intents/:id/capture', 'payment_intents.capture', schemas.INTENT_CAPTURE, captureIntent],
  ['POST /v1/payment_intents/:id/cancel', 'payment_intents.cancel', schemas.INTENT_CANCEL, cancelIntent],

  ['GET /v1/charges', 'charges.list', schemas.CHARGE_LIST, listCharges],
  ['GET /v1/charges/:id', 'charges.retrieve', NONE, retrieveCharge],
  ['POST /v1/charges/:id', 'charges.update', schemas.CHARGE_UPDATE, changeCharge],
  ['GET /v1/charges/:id/refunds', 'charges.list_refunds', LIST_ONLY, listRefunds],

  ['POST /v1/refunds', 'refunds.create', schemas.REFUND_CREATE, createRefund],
  ['GET /v1/refunds', 'refunds.list', schemas.REFUND_LIST, listRefunds],
  ['GET /v1/refunds/:id', 'refunds.retrieve', NONE, retrieveRefund],
  ['POST /v1/refunds/:id', 'refunds.update', schemas.METADATA_ONLY, changeRefund],
  ['POST /v1/refunds/:id/cancel', 'refunds.cancel', NONE, cancelRefund],

  ['GET /v1/disputes/:id', 'disputes.retrieve', NONE, retrieveDispute],

  ['POST /v1/customers', 'customers.create', schemas.CUSTOMER_CREATE, createCustomer],
  ['GET /v1/customers', 'customers.list', schemas.CUSTOMER_LIST, listCustomers],
  ['GET /v1/customers/:id', 'customers.retrieve', NONE, retrieveCustomer],
  ['POST /v1/customers/:id', 'customers.update', schemas.CUSTOMER_UPDATE, changeCustomer],
  ['DELETE /v1/customers/:id', 'customers.delete', NONE, deleteCustomer],
  [
    'GET /v1/customers/:id/payment_methods',
    'customers.list_payment_methods',
    schemas.METHOD_LIST,
    listMethods,
  ],
  [
    'GET /v1/customers/:id/payment_methods/:id',
    'customers.retrieve_payment_method',
    NONE,
    retrieveCustomerMethod,
  ],

  ['POST /v1/payment_methods', 'payment_methods.create', schemas.METHOD_CREATE, createMethod],
  ['GET /v1/payment_methods', 'payment_methods.list', schemas.METHOD_LIST, listMethods],
  ['GET /v1/payment_methods/:id', 'payment_methods.retrieve', NONE, retrieveMethod],
  ['POST /v1/payment_methods/:id', 'payment_methods.update', schemas.METHOD_UPDATE, changeMethod],
  ['POST /v1/payment_methods/:id/attach', 'payment_methods.attach', schemas.METHOD_ATTACH, attachMethod],
  ['POST /v1/payment_methods/:id/detach', 'payment_methods.detach', NONE, detachMethod],

  ['POST /v1/setup_intents', 'setup_intents.create', schemas.SETUP_CREATE, createSetupIntent],
  ['GET /v1/setup_intents', 'setup_intents.list', schemas.SETUP_LIST, listSetupIntents],
  [
    'GET /v1/setup_intents/:id',
    'setup_intents.retrieve',
    { client_secret: { kind: 'string' } },
    retrieveSetupIntent,
  ],
  ['POST /v1/setup_intents/:id', 'setup_intents.update', schemas.SETUP_UPDATE, changeSetupIntent],
  ['POST /v1/setup_intents/:id/confirm', 'setup_intents.confirm', schemas.SETUP_CONFIRM, confirmSetupIntent],
  ['POST /v1/setup_intents/:id/cancel', 'setup_intents.cancel', schemas.SETUP_CANCEL, cancelSetupIntent],

  ['GET /v1/balance', 'balance.retrieve', NONE, balanceObject],
  [
    'GET /v1/balance_transactions',
    'balance_transactions.list',
    schemas.BALANCE_TRANSACTION_LIST,
    listBalanceTransactions,
  ],
  ['GET /v1/balance_transactions/:id', 'balance_transactions.retrieve', NONE, retrieveBalanceTransaction],
  ['GET /v1/events', 'events.list', schemas.EVENT_LIST, listEvents],
  ['GET /v1/events/:id', 'events.retrieve', NONE, retrieveEvent],
  ['GET /v1/webhook_endpoints', 'webhook_endpoints.list', LIST_ONLY, listWebhookEndpoints],
  ['GET /v1/webhook_endpoints/:id', 'webhook_endpoints.retrieve', NONE, retrieveWebhookEndpoint],
  ['GET /v1/account', 'account.retrieve', NONE, retrieveAccount],
];

/** A request's operation with the identifiers of its path. */
export type Match = { readonly operation: Operation; readonly id: string; readonly subId: string };

/** Finds the operation of a method and a path; undefined when the API has none. */
export function operationTable(search: SearchView): (method: string, path: string) => Match | undefined {
  const table = new Map<string, Operation>(
    ENTRIES.map(([route, name, schema, run, check]) => [
      route,
      check === undefined ? { name, schema, run } : { name, schema, run, check },
    ]),
  );
  table.set('GET /v1/payment_intents/search', {
    name: 'payment_intents.search',
    schema: schemas.INTENT_SEARCH,
    run: (world, call) => searchIntents(search, world, call),
  });
  return (method, path) => {
    const exact = table.get(`${method} ${path}`);
    if (exact !== undefined) return { operation: exact, id: '', subId: '' };
    const [, version = '', resource = '', id = '', part, subId = '', ...others] = path.split('/');
    if (others.length > 0 || id === '') return undefined;
    const suffix = part === undefined ? '' : subId === '' ? `/${part}` : `/${part}/:id`;
    const operation = table.get(`${method} /${version}/${resource}/:id${suffix}`);
    return operation && { operation, id: decoded(id), subId: decoded(subId) };
  };
}

/** A malformed escape cannot be part of any identifier, so the text is looked up as it came. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
