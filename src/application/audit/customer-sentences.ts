import type { CustomerEvent } from '../../domain/customer/events.js';

/** What happened to a customer, in one sentence; nobody can be recognised by it. */
export function describeCustomerEvent(event: CustomerEvent): string {
  switch (event.type) {
    case 'CustomerRegistered':
      return 'Registered a customer.';
    case 'CustomerProfileRevised': {
      const fields = event.fields.map((field) => field.replaceAll('_', ' ')).join(', ');
      return `Revised the profile to version ${event.version}: ${fields}.`;
    }
    case 'ProviderCustomerRequested':
      return 'Asked the provider to make a customer of its own for this one.';
    case 'ProviderCustomerLinked':
      return `The provider keeps the customer's payment methods under ${event.providerCustomerId}.`;
    case 'ProviderCustomerRefused':
      return `The provider refused to make a customer (${event.code}): ${ended(event.message)}`;
    case 'ProviderCustomerLost':
      return `The provider's customer ${event.providerCustomerId} was deleted there.`;
    case 'PaymentMethodSetupRequested':
      return event.usage === 'off_session'
        ? 'Asked the provider to set up a payment method that can be charged while the customer is away.'
        : 'Asked the provider to set up a payment method.';
    case 'PaymentMethodSetupStarted':
      return `The provider waits for a payment method under ${event.setupIntentId}.`;
    case 'PaymentMethodSetupRefused':
      return `The provider refused to set up a payment method (${event.code}): ${ended(event.message)}`;
    case 'PaymentMethodSetupDeclined':
      return `A payment method could not be set up (${event.code}): ${ended(event.message)}`;
    case 'PaymentMethodSetupSucceeded':
      return `Payment method ${event.paymentMethodId} was set up.`;
    case 'PaymentMethodSetupAbandoned':
      return 'A setup of a payment method was left unfinished.';
    case 'PaymentMethodAdded':
      return `Added ${event.kind} payment method ${event.paymentMethodId}.`;
    case 'PaymentMethodRenewed':
      return `The details of payment method ${event.paymentMethodId} were renewed.`;
    case 'DefaultPaymentMethodChosen':
      return `Payment method ${event.paymentMethodId} is the default.`;
    case 'PaymentMethodRemovalRequested':
      return `Asked the provider to remove payment method ${event.paymentMethodId}.`;
    case 'PaymentMethodRemovalRefused':
      return `The provider refused to remove payment method ${event.paymentMethodId} (${event.code}): ${ended(event.message)}`;
    case 'PaymentMethodRemoved':
      return event.cause === 'requested'
        ? `Removed payment method ${event.paymentMethodId}.`
        : `Payment method ${event.paymentMethodId} was removed at the provider.`;
    case 'PlanAttached':
      return `Plan ${event.planId} relies on the customer's payment methods.`;
    case 'PlanDetached':
      return `Plan ${event.planId} no longer relies on the customer's payment methods.`;
  }
}

/** The provider's words, with the stop that some of them lack. */
function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
