import type { ProviderRefusal, SetupUsage } from '../../domain/customer/events.js';
import type { CustomerId, SetupId } from '../../domain/shared/ids.js';
import type { PaymentMethodDetails } from './customer-profiles.js';
import type { CustomerAction, ProviderAnswer, Recorded } from './payment-gateway.js';

export type ProviderCustomer = {
  readonly providerCustomerId: string;
  /** Ours, where the provider knows it: a deleted customer shows none. */
  readonly customer: string | null;
  readonly deleted: boolean;
};

/** One setup as it is now. */
export type ProviderSetup = {
  readonly setupIntentId: string;
  readonly status: 'requires_payment_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';
  /** The latest try that failed, by the provider's id of it. */
  readonly declined: (ProviderRefusal & { readonly attemptId: string }) | null;
  /** The method of a setup that succeeded. */
  readonly paymentMethodId: string | null;
  /** What the customer's browser needs while it must act; null when there is nothing to do. */
  readonly action: CustomerAction | null;
};

export type ProviderPaymentMethod = {
  readonly paymentMethodId: string;
  /** Null for a method of nobody: it was detached, and is never attached again. */
  readonly providerCustomerId: string | null;
  /** `card`, `sepa_debit`, ... */
  readonly kind: string;
  readonly details: PaymentMethodDetails;
};

/**
 * Where the provider keeps payment methods for later. It is told our ids and nothing of a person, so that a request
 * repeated under its key is the same to the byte. Answers and keys are as in `PaymentGateway`, and no method
 * throws for what the provider or the network does.
 */
export interface PaymentMethodVault {
  createCustomer(
    request: Recorded & { readonly customerId: CustomerId },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<ProviderCustomer>>;

  createSetup(
    request: Recorded & {
      readonly customerId: CustomerId;
      readonly providerCustomerId: string;
      readonly setupId: SetupId;
      readonly usage: SetupUsage;
    },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<ProviderSetup>>;

  /** Takes a method from its customer, for good. One that is of nobody already is an answer. */
  detach(
    request: Recorded & { readonly paymentMethodId: string },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<ProviderPaymentMethod>>;

  fetchCustomer(providerCustomerId: string): Promise<ProviderAnswer<ProviderCustomer>>;
  fetchSetup(setupIntentId: string): Promise<ProviderAnswer<ProviderSetup>>;
  fetchMethod(paymentMethodId: string): Promise<ProviderAnswer<ProviderPaymentMethod>>;
  /** Every method of a customer as it is now, those that were added outside included. */
  listMethods(providerCustomerId: string): Promise<ProviderAnswer<readonly ProviderPaymentMethod[]>>;
}
