import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import { remaining } from '../../../src/domain/credit/grant.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase } from '../../support/postgres.js';
import { asked, grantsOfWallet, newHold, openAccounts, openWallet, runSpenders, spend } from './spenders.js';

/** `npm run spenders` asks 1,000 wallets; as one of all tests this asks a few. */
const wallets = Number(process.env['WALLETS'] ?? '30');
const spenders = 50;
const whole = grantsOfWallet.reduce((total, minor) => total + minor, 0);
const spentOfEach = Math.min(spenders, Math.floor(whole / asked)) * asked;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

type Part = { readonly creditId: string; readonly amount: { readonly amount: string } };

/** What is left of each grant after each fact, from what stands in the store alone. */
function* leftAfterEach(events: readonly RecordedEvent[]): Generator<ReadonlyMap<string, number>> {
  const left = new Map<string, number>();
  for (const { type, data } of events) {
    if (type === 'CreditGranted') {
      const { amount } = data['amount'] as Part['amount'];
      left.set(String(data['creditId']), Number(amount));
    }
    if (type === 'CreditSpent') {
      for (const { creditId, amount } of data['parts'] as readonly Part[]) {
        left.set(creditId, (left.get(creditId) ?? 0) - Number(amount.amount));
      }
    }
    yield left;
  }
}

describe('50 spenders at once', () => {
  it(
    'spend of each wallet exactly what it has, in the order of its grants, and never below nothing',
    async () => {
      const report = await runSpenders(database.url, { wallets, spenders });
      const { store } = openAccounts(database.url);
      let [spent, negative] = [0, 0];
      for (const wallet of report.wallets) {
        const events = await store.readStream(`creditAccount-${wallet.customerId}`);
        for (const left of leftAfterEach(events)) {
          for (const minor of left.values()) if (minor < 0) negative += 1;
          const [first = 0, second = 0, third = 0] = wallet.grants.map((creditId) => left.get(creditId));
          // No later grant is touched while an earlier one has anything left.
          if (left.size === 3 && second < grantsOfWallet[1]) expect(first).toBe(0);
          if (left.size === 3 && third < grantsOfWallet[2]) expect(second).toBe(0);
        }
        const facts = events.filter(({ type }) => type === 'CreditSpent');
        const told = report.told.filter((one) => one.wallet === wallet && one.outcome === 'spent');
        expect(facts.map(({ data }) => data['holdId']).sort()).toEqual(
          told.map(({ holdId }) => holdId).sort(),
        );
        spent += facts.length * asked;
      }
      await store.close();
      expect(report.told).toHaveLength(wallets * spenders);
      process.stdout.write(
        `credit: ${wallets} wallets, ${spenders} spenders at once, ${report.told.length} spends asked for: ` +
          `${spent} minor units spent of ${wallets * whole} (exact: ${spent === wallets * spentOfEach}), ` +
          `${negative} negative, ${report.givenAgain} given again, ${(report.ms / 1000).toFixed(1)} s\n`,
      );
      expect(negative).toBe(0);
      expect(spent).toBe(wallets * spentOfEach);
    },
    120_000 + wallets * 1_000,
  );

  it('one of two who want the last unit gets it', async () => {
    const one = openAccounts(database.url);
    const stores = [one, openAccounts(database.url)];
    for (let race = 0; race < 20; race += 1) {
      const { customerId } = await openWallet(one, [1]);
      const handled = await Promise.all(
        stores.map((accounts) => accounts.give(customerId, spend(newHold(), 1))),
      );
      expect(handled.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'rejected']);
      const refused = handled.find(({ outcome }) => outcome === 'rejected');
      expect(refused).toMatchObject({ rejection: { code: 'insufficient_credit', available: { minor: 0n } } });
      const state = refused?.state;
      if (state?.status !== 'open' || state.balances.USD === undefined) throw new TypeError('no balance');
      expect(remaining(state.balances.USD).minor).toBe(0n);
    }
    await Promise.all(stores.map(({ store }) => store.close()));
  });
});
