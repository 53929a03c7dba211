import { field, items } from './api-client.js';
import type { RunningApp } from './counterfoil.js';
import { eventually } from './eventually.js';

/** Saves a card for a customer, as the customer's browser would, and answers its id once the webhooks have told of it. */
export async function saveCard(
  { api, simulator }: Pick<RunningApp, 'api' | 'simulator'>,
  customer: string,
  card = 'pm_card_visa',
): Promise<string> {
  const methods = async () => items(await api.get(`/v1/customers/${customer}/payment_methods`));
  const before = (await methods()).map(({ id }) => id);
  const setup = await api.post(`/v1/customers/${customer}/setup_intents`, {});
  const intent = String(field(setup.body, 'provider', 'setup_intent'));
  await simulator.post(`/sim/setup_intents/${intent}/confirm`, { payment_method: card });
  const after = await eventually(methods, (found) => found.length > before.length, 40_000);
  return String(after.find(({ id }) => !before.includes(id))?.['id']);
}
