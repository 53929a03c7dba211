import type { Container } from 'inversify';
import { creditCodec } from '../../../src/application/credit/credit.codec.js';
import type { CustomerZones } from '../../../src/application/ports/customer-zones.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type { CreditQueries } from '../../../src/application/ports/read-models.js';
import { UnknownCursor } from '../../../src/application/ports/read-models.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { parseZone } from '../../../src/application/shared/zones.js';
import { creditAccount } from '../../../src/domain/credit/credit.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { required } from '../../support/payment-examples.js';

/** Customers of the tests, by where they live; every other id is of nobody. */
export const customers = {
  inParis: 'cus_0193f1a0-0000-7000-8000-00000000aaaa',
  inNewYork: 'cus_0193f1a0-0000-7000-8000-00000000bbbb',
} as const;

/** Two who live somewhere; whoever was registered lives by UTC. */
const zonesOf = (store: EventStore): CustomerZones => ({
  async zoneOf(customerId) {
    if (customerId === customers.inParis) return required(parseZone('Europe/Paris'));
    if (customerId === customers.inNewYork) return required(parseZone('America/New_York'));
    return (await store.readLast(`customer-${customerId}`)) === undefined
      ? undefined
      : required(parseZone('UTC'));
  },
});

/** Looks grants up in the log when it is asked; its lists are empty. */
function queriesOf(store: EventStore): CreditQueries {
  const none = async () => ({ rows: [], hasMore: false });
  return {
    list: none,
    async transactions(_customer, { startingAfter }) {
      if (startingAfter !== null) throw new UnknownCursor('starting_after');
      return none();
    },
    async findCustomer(creditId) {
      const events = await store.readAll(0n, 1_000);
      const granted = events.find(
        ({ type, data }) => type === 'CreditGranted' && data['creditId'] === creditId,
      );
      return granted?.stream.slice('creditAccount-'.length);
    },
  };
}

export function bindCredits(container: Container, eventStore: EventStore): void {
  container.bind(httpTokens.creditHandler).toConstantValue(
    createCommandHandler({
      eventStore,
      decider: creditAccount,
      codec: creditCodec,
      category: 'creditAccount',
    }),
  );
  container.bind(httpTokens.creditQueries).toConstantValue(queriesOf(eventStore));
  container.bind(httpTokens.customerZones).toConstantValue(zonesOf(eventStore));
}
