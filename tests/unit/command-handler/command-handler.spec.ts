import { describe, expect, it } from '@jest/globals';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { EventMetadata, EventStore, StreamName } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { Contention, createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { commandIdOf, eventIdOf } from '../../../src/application/shared/event-ids.js';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import { payment } from '../../../src/domain/payment/payment.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { at, details, intent, observe, paymentId, requestRefund } from '../../support/payment-examples.js';

const create: PaymentCommand = { type: 'CreatePayment', at, details, confirmWith: 'pm_card_visa' };
const stream: StreamName = `payment-${paymentId}`;

function because(cause: string): EventMetadata {
  return {
    commandId: commandIdOf('test', cause),
    correlationId: cause,
    causationId: cause,
    actor: { kind: 'system', id: 'test' },
    reason: null,
  };
}

function handlerOn(eventStore: EventStore) {
  return createCommandHandler({ eventStore, decider: payment, codec: paymentCodec, category: 'payment' });
}

/** A store that does something else before, or instead of, the first appends. */
function disturbed(disturb: (store: InMemoryEventStore, n: number) => Promise<'lose' | undefined>) {
  const store = new InMemoryEventStore();
  let appends = 0;
  const eventStore: EventStore = Object.assign(Object.create(store) as InMemoryEventStore, {
    append: async (...args: Parameters<EventStore['append']>) => {
      appends += 1;
      const fault = await disturb(store, appends);
      const result = await store.append(...args);
      if (fault === 'lose') throw new AppendOutcomeUnknown('the answer was lost');
      return result;
    },
    readStream: store.readStream.bind(store),
    readLast: store.readLast.bind(store),
  });
  return { store, eventStore };
}

describe('the command handler', () => {
  it('appends what was decided, under ids made from the command', async () => {
    const store = new InMemoryEventStore();
    const handled = await handlerOn(store).handle(paymentId, create, because('a'));
    expect(handled).toMatchObject({ outcome: 'accepted', revision: 1n, state: { status: 'confirming' } });
    const stored = await store.readStream(stream);
    expect(stored.map(({ id }) => id)).toEqual([0, 1].map((n) => eventIdOf(because('a').commandId, n)));
    expect(stored[0]?.metadata).toEqual(because('a'));
  });

  it('answers a command that was carried out with the facts it left, and appends nothing', async () => {
    const store = new InMemoryEventStore();
    const handler = handlerOn(store);
    const first = await handler.handle(paymentId, create, because('a'));
    await handler.handle(paymentId, observe(intent('succeeded'), 1), because('b'));
    const again = await handler.handle(paymentId, create, because('a'));
    expect(again).toMatchObject({ outcome: 'accepted', state: { status: 'captured' } });
    expect(again.outcome === 'accepted' && again.facts).toEqual(first.outcome === 'accepted' && first.facts);
    expect(await store.readStream(stream)).toHaveLength(4);
  });

  it('decides again when another writer came between', async () => {
    const { store, eventStore } = disturbed(async (inner, n) => {
      // The other writer captures just before our second command is appended.
      if (n === 2)
        await handlerOn(inner).handle(paymentId, observe(intent('succeeded'), 1), because('other'));
      return undefined;
    });
    const handler = handlerOn(eventStore);
    await handler.handle(paymentId, create, because('a'));
    const late = await handler.handle(paymentId, observe(intent('requires_action'), 1), because('b'));
    expect(late).toMatchObject({ outcome: 'accepted', facts: [], state: { status: 'captured' } });
    expect(await store.readStream(stream)).toHaveLength(4);
  });

  it('checks what the caller claims to know', async () => {
    const store = new InMemoryEventStore();
    const handler = handlerOn(store);
    await handler.handle(paymentId, create, because('a'));
    const outdated = { state: payment.initialState, revision: null };
    const again = await handler.handle(paymentId, create, because('b'), { known: outdated });
    expect(again).toMatchObject({ outcome: 'accepted', facts: [], revision: 1n });
  });

  it('finds out whether an append whose answer was lost took place', async () => {
    const { store, eventStore } = disturbed(async (_inner, n) => (n === 1 ? 'lose' : undefined));
    const handled = await handlerOn(eventStore).handle(paymentId, create, because('a'));
    expect(handled).toMatchObject({ outcome: 'accepted', revision: 1n });
    expect(handled.outcome === 'accepted' && handled.facts).toHaveLength(2);
    expect(await store.readStream(stream)).toHaveLength(2);
  });

  it('says that it does not know when the store keeps silent', async () => {
    const { eventStore } = disturbed(async () => 'lose');
    await expect(handlerOn(eventStore).handle(paymentId, create, because('a'))).rejects.toThrow(
      AppendOutcomeUnknown,
    );
  });

  it('does not say that nothing was written because the second try wrote nothing', async () => {
    let tries = 0;
    const { store, eventStore } = disturbed(async () => {
      tries += 1;
      if (tries > 1) throw new EventStoreUnavailable('out of reach');
      return 'lose';
    });
    await expect(handlerOn(eventStore).handle(paymentId, create, because('a'))).rejects.toThrow(
      AppendOutcomeUnknown,
    );
    expect(await store.readStream(stream)).toHaveLength(2);
  });

  it('decides nothing at another revision than the client saw', async () => {
    const store = new InMemoryEventStore();
    const handler = handlerOn(store);
    await handler.handle(paymentId, create, because('a'));
    const stale = await handler.handle(paymentId, { type: 'CancelPayment', at }, because('b'), {
      ifRevision: 0n,
    });
    expect(stale).toMatchObject({ outcome: 'stale', revision: 1n });
    expect(await store.readStream(stream)).toHaveLength(2);
  });

  it('gives up, with nothing appended, when others are always first', async () => {
    const { store, eventStore } = disturbed(async (inner, n) => {
      if (n < 3) return undefined;
      const other = requestRefund(n, 1);
      await handlerOn(inner).handle(paymentId, other, because(`other ${n}`));
      return undefined;
    });
    const handler = handlerOn(eventStore);
    await handler.handle(paymentId, create, because('a'));
    await handler.handle(paymentId, observe(intent('succeeded'), 1), because('b'));
    await expect(handler.handle(paymentId, requestRefund(1, 1), because('c'))).rejects.toThrow(Contention);
    const left = await store.readStream(stream);
    expect(left.filter(({ metadata }) => metadata.correlationId === 'c')).toEqual([]);
  });

  it('one of many concurrent refunds of 60 on 100 wins', async () => {
    const store = new InMemoryEventStore();
    const handler = handlerOn(store);
    await handler.handle(paymentId, create, because('a'));
    await handler.handle(paymentId, observe(intent('succeeded'), 1), because('b'));
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        handler.handle(paymentId, requestRefund(n, 3000), because(`r${n}`)),
      ),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(
      outcomes.filter(
        (handled) => handled.outcome === 'rejected' && handled.rejection.code === 'refund_exceeds_captured',
      ),
    ).toHaveLength(99);
  });
});
