import { describe, expect, it } from '@jest/globals';
import type { Leftover, Leftovers } from '../../src/application/ports/leftovers.js';
import { parseCustomerId } from '../../src/domain/shared/ids.js';
import { paymentId, required } from '../support/payment-examples.js';

const customerId = required(parseCustomerId('cus_0193f1a0-0000-7000-8000-000000000001'));
const about: Readonly<Record<Leftover['about'], Leftover>> = {
  customer: { about: 'customer', id: customerId },
  news: {
    about: 'news',
    id: 'evt_1',
    news: { about: 'method', paymentMethodId: 'pm_1', providerCustomerId: 'cus_1', customer: null },
  },
  payment: { about: 'payment', id: paymentId },
};

/** What every adapter of `Leftovers` keeps. `create` starts with none. */
export function leftoversContract(name: string, create: () => Promise<Leftovers>): void {
  describe(`leftovers: ${name}`, () => {
    it('are listed as they were kept, by pages, and once each however often they were kept', async () => {
      const leftovers = await create();
      for (const leftover of Object.values(about)) await leftovers.keep(leftover, 'timeout');
      await leftovers.keep(about.news, 'timeout again');
      const first = await leftovers.list('', 2);
      expect(first.map(({ id, tries }) => [id, tries])).toEqual([
        [customerId, 1],
        ['evt_1', 2],
      ]);
      expect(first[1]).toMatchObject(about.news);
      expect(await leftovers.list('evt_1', 2)).toEqual([expect.objectContaining(about.payment)]);
      expect(await leftovers.list(paymentId, 2)).toEqual([]);
    });

    it('are forgotten, unless they were kept once more since they were listed', async () => {
      const leftovers = await create();
      await leftovers.keep(about.payment, 'timeout');
      const [listed] = await leftovers.list('', 1);
      await leftovers.keep(about.payment, 'timeout');
      await leftovers.forget(required(listed));
      const [kept] = await leftovers.list('', 1);
      expect(kept).toMatchObject({ ...about.payment, tries: 2 });
      await leftovers.forget(required(kept));
      expect(await leftovers.list('', 1)).toEqual([]);
    });
  });
}
