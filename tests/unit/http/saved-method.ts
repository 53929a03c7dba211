import type { RunningServer } from './running-server.js';

/** The customer finishes a setup with a card, and the provider's news of it arrives. */
export async function saveMethod(
  { api, customers }: Pick<RunningServer, 'api' | 'customers'>,
  customer: string,
  paymentMethod: string,
  kind = 'card',
): Promise<void> {
  const setup = await api.post(`/v1/customers/${customer}/setup_intents`, {});
  const { setup_intent: setupIntentId } = setup.body['provider'] as { readonly setup_intent: string };
  customers.vault.finish(setupIntentId, paymentMethod);
  const method = customers.vault.methods.get(paymentMethod);
  if (method !== undefined) customers.vault.methods.set(paymentMethod, { ...method, kind });
  const news = { about: 'setup', setupIntentId, providerCustomerId: null, customer } as const;
  const heard = await customers.hear(news, { id: `evt_${paymentMethod}`, attempts: 1 });
  if (heard.status !== 'processed') throw new Error(`the setup of ${paymentMethod} is ${heard.status}`);
}
