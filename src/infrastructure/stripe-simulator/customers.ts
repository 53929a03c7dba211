import { emit, previousAttributes } from './events.js';
import type { FormTree } from './form-encoding.js';
import type { Json, JsonObject } from './json.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import { clearableText, free, hash, integer, mergedMetadata, strings, text } from './parameter-access.js';
import { attachTo, customerNamed, detach, methodNamed } from './payment-methods.js';
import type { Customer } from './resources.js';
import { invalidRequest, resourceMissing } from './stripe-fault.js';
import type { Call, World } from './world.js';

export function createCustomer(world: World, call: Call): Customer {
  const method = text(call.params, 'payment_method');
  const blank: Customer = {
    id: world.ids.mint('cus_', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: world.clock.nowSeconds(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: world.ids.mint('', 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  // The row comes first, because attaching a method looks the customer up.
  world.store.put('customer', blank);
  if (method !== undefined) attachOrUndo(world, call, blank, method);
  const customer = world.store.put('customer', patched(world, blank, call));
  emit(world, call, 'customer.created', customer);
  return customer;
}

/** A card that Stripe refuses to attach makes the whole creation fail. */
function attachOrUndo(world: World, call: Call, customer: Customer, method: string): void {
  try {
    attachTo(world, call, methodNamed(world, method), customer);
  } catch (error) {
    world.store.remove('customer', customer.id);
    throw error;
  }
}

export function retrieveCustomer(world: World, call: Call): JsonObject {
  const customer = world.store.get('customer', call.id);
  if (customer === undefined) throw resourceMissing('customer', call.id, 'id', 'url');
  return customer.deleted === true ? { id: customer.id, object: 'customer', deleted: true } : customer;
}

export function changeCustomer(world: World, call: Call): Customer {
  const before = customerNamed(world, call.id, 'url');
  const next = world.store.put('customer', patched(world, before, call));
  emit(world, call, 'customer.updated', next, previousAttributes(before, next));
  return next;
}

export function deleteCustomer(world: World, call: Call): JsonObject {
  const before = customerNamed(world, call.id, 'url');
  for (const method of [...world.store.newestFirst('payment_method', ['customer', before.id])]) {
    detach(world, call, method);
  }
  world.store.put('customer', { ...before, deleted: true });
  emit(world, call, 'customer.deleted', before);
  return { id: before.id, object: 'customer', deleted: true };
}

export function listCustomers(world: World, call: Call): ListObject {
  const email = text(call.params, 'email');
  return listPage(world, 'customer', call, {
    test: (customer) => customer.deleted !== true && (email === undefined || customer.email === email),
  });
}

function patched(world: World, before: Customer, call: Call): Customer {
  const { params } = call;
  const patch: Record<string, Json | undefined> = { metadata: mergedMetadata(before.metadata, params) };
  for (const name of ['description', 'email', 'name', 'phone', 'tax_exempt'] as const) {
    const value = clearableText(params, name);
    if (value !== undefined) patch[name] = value;
  }
  for (const name of ['address', 'shipping'] as const) {
    const value: FormTree | undefined = free(params, name);
    if (value !== undefined) patch[name] = value === '' ? null : (value as Json);
  }
  const balance = integer(params, 'balance');
  if (balance !== undefined) patch['balance'] = balance;
  const locales = strings(params, 'preferred_locales');
  if (locales !== undefined) patch['preferred_locales'] = locales;
  const settings = hash(params, 'invoice_settings');
  const chosen = settings ? clearableText(settings, 'default_payment_method') : undefined;
  if (chosen !== undefined) {
    if (chosen !== null && world.store.get('payment_method', chosen)?.customer !== before.id) {
      throw invalidRequest(
        `The customer does not have a payment method with the ID ${chosen}. The payment method must be attached ` +
          'to the customer.',
        { code: 'resource_missing', param: 'invoice_settings[default_payment_method]' },
      );
    }
    patch['invoice_settings'] = { ...before.invoice_settings, default_payment_method: chosen };
  }
  return { ...before, ...patch } as Customer;
}
