import type { ApiClient, Json } from './api-client.js';
import { field, items } from './api-client.js';

/**
 * All charges in the simulator's own books that were made for a payment of ours, failed ones included. They are chosen by our
 * payment's id in their metadata, not by the intent that the payment names: a second intent would be seen as well.
 */
export async function chargesOfPayment(simulator: ApiClient, paymentId: unknown): Promise<readonly Json[]> {
  if (typeof paymentId !== 'string') throw new TypeError('there is no payment to look for');
  const all: Json[] = [];
  for (let after = ''; ; ) {
    const page = await simulator.get(`/v1/charges?limit=100${after}`);
    if (page.status !== 200) throw new Error(page.text);
    all.push(...items(page));
    if (page.body['has_more'] !== true) break;
    after = `&starting_after=${String(items(page).at(-1)?.['id'])}`;
  }
  return all.filter((charge) => field(charge, 'metadata', 'counterfoil_payment') === paymentId);
}
