import type { CustomerCommand } from '../../domain/customer/commands.js';
import type { RegisteredCustomer } from '../../domain/customer/state.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import { parseCustomerId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { CustomerHandler } from '../customer/customer-effects.js';
import type { SnapshotMethod } from '../customer/method-snapshots.js';
import type { Clock } from '../ports/clock.js';
import type { HandlingOutcome, InboundWebhook } from '../ports/inbound-webhooks.js';
import type { ProviderAnswer } from '../ports/payment-gateway.js';
import type { PaymentMethodVault, ProviderSetup } from '../ports/payment-method-vault.js';
import type { CustomerQueries } from '../ports/read-models.js';
import { mapAnswer } from '../shared/effects.js';
import type { CustomerNews } from './provider-news.js';
import { metadataOf, retryOrPark } from './webhook-attempts.js';

/** Handles one piece of news about a customer; safe to run any number of times. */
export type HandleCustomerNews = (
  news: CustomerNews,
  webhook: Pick<InboundWebhook, 'id' | 'attempts'>,
) => Promise<HandlingOutcome>;

type ToCommand = (at: Instant) => CustomerCommand;

const rereadsMax = 5;

/**
 * From news of payment methods to facts. As with payments, a webhook is a hint: the object is fetched, and what the
 * provider says now is recorded, so order and number of the webhooks do not matter.
 */
export function createCustomerNewsHandler(parts: {
  readonly handler: CustomerHandler;
  readonly vault: Pick<PaymentMethodVault, 'fetchCustomer' | 'fetchSetup' | 'fetchMethod'>;
  readonly snapshotMethod: SnapshotMethod;
  readonly customers: Pick<CustomerQueries, 'findByProvider'>;
  readonly clock: Clock;
  /** The inbox waits by the machine's own time. */
  readonly machineClock: Clock;
}): HandleCustomerNews {
  const { handler, vault, snapshotMethod, customers, clock, machineClock } = parts;

  /** Ours, by what the object itself says, by the read model, or by the provider's customer, which knows our id. */
  async function ownerOf(news: CustomerNews): Promise<ProviderAnswer<CustomerId | undefined>> {
    const named = parseCustomerId(news.customer ?? '');
    if (named !== undefined) return { outcome: 'answered', value: named };
    const { providerCustomerId } = news;
    if (providerCustomerId === null) return { outcome: 'answered', value: undefined };
    const found = parseCustomerId((await customers.findByProvider(providerCustomerId)) ?? '');
    if (found !== undefined) return { outcome: 'answered', value: found };
    const answer = await vault.fetchCustomer(providerCustomerId);
    if (answer.outcome === 'refused') return { outcome: 'answered', value: undefined };
    return mapAnswer(answer, ({ customer }) => parseCustomerId(customer ?? ''));
  }

  async function commandFor(
    news: CustomerNews,
    state: RegisteredCustomer,
  ): Promise<ProviderAnswer<ToCommand | undefined>> {
    switch (news.about) {
      case 'setup': {
        const answer = await vault.fetchSetup(news.setupIntentId);
        return answer.outcome === 'answered' ? commandForSetup(answer.value, state) : answer;
      }
      case 'method': {
        const answer = await vault.fetchMethod(news.paymentMethodId);
        if (answer.outcome !== 'answered') return answer;
        const method = await snapshotMethod(state, answer.value);
        return { outcome: 'answered', value: (at) => ({ type: 'ObservePaymentMethod', at, method }) };
      }
      case 'provider_customer': {
        const { providerCustomerId } = news;
        return mapAnswer(await vault.fetchCustomer(providerCustomerId), ({ deleted }) => {
          if (!deleted) return undefined;
          return (at) => ({ type: 'ObserveProviderCustomerDeleted', at, providerCustomerId });
        });
      }
    }
  }

  async function commandForSetup(
    now: ProviderSetup,
    state: RegisteredCustomer,
  ): Promise<ProviderAnswer<ToCommand>> {
    const { setupIntentId, declined, paymentMethodId } = now;
    const status = now.status === 'succeeded' || now.status === 'canceled' ? now.status : 'open';
    const setup = { setupIntentId, status, declined, paymentMethodId } as const;
    if (paymentMethodId === null) {
      return { outcome: 'answered', value: (at) => ({ type: 'ObserveSetup', at, setup, method: null }) };
    }
    const answer = await vault.fetchMethod(paymentMethodId);
    if (answer.outcome !== 'answered') return answer;
    const method = await snapshotMethod(state, answer.value);
    return { outcome: 'answered', value: (at) => ({ type: 'ObserveSetup', at, setup, method }) };
  }

  return async (news, webhook) => {
    const retry = (error: string, retryAfterMs: number | null) =>
      retryOrPark(webhook, error, machineClock.now(), retryAfterMs);
    const owner = await ownerOf(news);
    if (owner.outcome === 'unknown') return retry(`provider: ${owner.reason}`, owner.retryAfterMs);
    const customerId = owner.outcome === 'answered' ? owner.value : undefined;
    if (customerId === undefined)
      return { status: 'ignored', note: `${subjectOf(news)} is of no customer of ours` };
    for (let round = 1; round <= rereadsMax; round += 1) {
      // Read before the fetch: what is fetched is then at least as new as what it is recorded on.
      const known = await handler.load(customerId);
      if (known.state.status === 'absent') return retry(`there is no ${customerId} yet`, null);
      const answer = await commandFor(news, known.state);
      if (answer.outcome === 'unknown') return retry(`provider: ${answer.reason}`, answer.retryAfterMs);
      if (answer.outcome === 'refused')
        return { status: 'parked', error: `provider: ${answer.refusal.code}` };
      if (answer.value === undefined) return { status: 'processed', note: `nothing new for ${customerId}` };
      const handled = await handler.handle(
        customerId,
        answer.value(clock.now()),
        metadataOf(webhook, known),
        {
          known,
          ifRevision: known.revision,
        },
      );
      if (handled.outcome === 'stale') continue;
      if (handled.outcome === 'rejected') return { status: 'parked', error: handled.rejection.code };
      const facts = handled.facts.map(({ event }) => event.type).join(', ');
      return { status: 'processed', note: `${customerId}: ${facts === '' ? 'nothing new' : facts}` };
    }
    return retry(`${customerId} kept changing`, null);
  };
}

function subjectOf(news: CustomerNews): string {
  switch (news.about) {
    case 'setup':
      return news.setupIntentId;
    case 'method':
      return news.paymentMethodId;
    case 'provider_customer':
      return news.providerCustomerId;
  }
}
