import { z } from 'zod';
import type { CustomerEvent } from '../../domain/customer/events.js';
import { profileFields } from '../../domain/customer/events.js';
import { parseCustomerId, parsePlanId, parseSetupId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

const at = storedInstant;
const setupId = storedId(parseSetupId);
const paymentMethodId = z.string();
const planId = storedId(parsePlanId);
const refusal = { code: z.string(), message: z.string() };
/** Names a record beside the events. */
const recordId = z.uuid();

/** What a customer's facts look like in the store: ids and codes, nothing that a person could be recognised by. */
export const customerCodec = createEventCodec<CustomerEvent>({
  CustomerRegistered: z
    .strictObject({ at, customerId: storedId(parseCustomerId), profileId: recordId })
    .describe(
      'There is a customer; the name and address stand in a record beside the events, under `profileId`.',
    ),
  CustomerProfileRevised: z
    .strictObject({
      at,
      version: z.int().min(2),
      profileId: recordId,
      fields: z.array(z.enum(profileFields)).readonly(),
    })
    .describe('Another record took the place of the profile; `fields` differ from the version before.'),
  ProviderCustomerRequested: z
    .strictObject({ at })
    .describe('The provider is to keep payment methods for this customer, and is told nothing but our id.'),
  ProviderCustomerLinked: z
    .strictObject({ at, providerCustomerId: z.string() })
    .describe('The provider has made its own customer for this one.'),
  ProviderCustomerRefused: z
    .strictObject({ at, ...refusal })
    .describe('The provider definitely made no customer.'),
  ProviderCustomerLost: z
    .strictObject({ at, providerCustomerId: z.string() })
    .describe("The provider's customer was deleted there, and its payment methods with it."),
  PaymentMethodSetupRequested: z
    .strictObject({ at, setupId, usage: z.enum(['off_session', 'on_session']) })
    .describe("The customer wants to add a payment method; the provider is asked under this event's id."),
  PaymentMethodSetupStarted: z
    .strictObject({ at, setupId, setupIntentId: z.string() })
    .describe('The provider waits for the customer to name a payment method.'),
  PaymentMethodSetupRefused: z
    .strictObject({ at, setupId, ...refusal })
    .describe('The provider definitely did not begin the setup.'),
  PaymentMethodSetupDeclined: z
    .strictObject({ at, setupId, attemptId: z.string(), ...refusal })
    .describe('A payment method was not accepted; the customer may try another one.'),
  PaymentMethodSetupSucceeded: z
    .strictObject({ at, setupId, paymentMethodId })
    .describe('The setup came to its end with this payment method.'),
  PaymentMethodSetupAbandoned: z
    .strictObject({ at, setupId })
    .describe('The setup was left unfinished, and is waited for no more.'),
  PaymentMethodAdded: z
    .strictObject({ at, paymentMethodId, kind: z.string(), detailsId: recordId })
    .describe('The customer can be charged with this payment method; its details stand under `detailsId`.'),
  PaymentMethodRenewed: z
    .strictObject({ at, paymentMethodId, detailsId: recordId })
    .describe('The details of a payment method are others now, such as the expiry of a replaced card.'),
  DefaultPaymentMethodChosen: z
    .strictObject({ at, paymentMethodId })
    .describe('This payment method is used where none is named.'),
  PaymentMethodRemovalRequested: z
    .strictObject({ at, paymentMethodId })
    .describe('The provider is to be asked to forget a payment method; it is used no more.'),
  PaymentMethodRemovalRefused: z
    .strictObject({ at, paymentMethodId, ...refusal })
    .describe('The provider definitely did not remove the payment method; it stays.'),
  PaymentMethodRemoved: z
    .strictObject({ at, paymentMethodId, cause: z.enum(['requested', 'provider']) })
    .describe('The payment method is gone for good; `provider` when nobody asked us.'),
  PlanAttached: z
    .strictObject({ at, planId })
    .describe("A plan relies on the customer's payment methods: the last of them cannot be removed."),
  PlanDetached: z.strictObject({ at, planId }).describe('The plan needs no payment method any more.'),
});
