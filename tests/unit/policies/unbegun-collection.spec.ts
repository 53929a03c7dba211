import { expect, it } from '@jest/globals';
import { dueOf } from '../../../src/domain/invoice/state.js';
import { usd } from '../../support/payment-examples.js';
import { cheque } from './cheques.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

/** An order of 100.00 whose plan was told that its part is being collected, by a process that ended before that began. */
async function unbegun() {
  const flows = createMoneyFlows();
  const customerId = await flows.customer('pm_ok');
  const order = await flows.approvedOrder(customerId, 10_000);
  const read = flows.eventStore.readStream.bind(flows.eventStore);
  let cutOff = true;
  flows.eventStore.readStream = async (stream, ...rest) => {
    const told = cutOff && (await flows.facts('PlanPartCollectionStarted')).length > 0;
    if (told && stream === `customer-${customerId}`) throw new Error('the process ends here');
    return read(stream, ...rest);
  };
  expect(await flows.settle()).not.toEqual([]);
  const collection = (await partOf(flows, order.planId))?.part?.collection;
  expect(collection).toMatch(/^col_/);
  const goOn = (): void => {
    cutOff = false;
  };
  return { ...{ flows, customerId, collection, goOn }, ...order };
}

async function partOf(flows: MoneyFlows, planId: Parameters<MoneyFlows['plans']['load']>[0]) {
  const { state } = await flows.plans.load(planId);
  return state.status === 'absent' ? undefined : { status: state.status, part: state.parts[0] };
}

it('ends a collection that was told of and never begun when its part is paid in another way', async () => {
  const { flows, customerId, invoiceId, planId, collection, goOn } = await unbegun();
  await cheque(flows, customerId, invoiceId, 10_000);
  await flows.settle();
  goOn();
  expect(await flows.settle()).toEqual([]);
  expect(await partOf(flows, planId)).toMatchObject({ status: 'completed', part: { collection: null } });
  const begun = await flows.facts('CollectionStarted');
  expect(begun.map(({ stream }) => stream)).not.toContain(`collection-${collection}`);
});

it('gives it up when the plan hears of nothing more until it has ended, and collects what is left by another', async () => {
  const { flows, customerId, invoiceId, orderId, planId, collection, goOn } = await unbegun();
  // A plan is not changed while a part is being collected: what follows the credit note waits with it, the cheque too.
  const lower = { type: 'SetOrderTotal', at: flows.clock.now(), total: usd(8_000) } as const;
  accepted(await flows.orders.handle(orderId, lower, flows.metadata()));
  await flows.settle();
  await cheque(flows, customerId, invoiceId, 3_000);
  await flows.settle();
  goOn();
  // A moment later it may only be slow.
  expect(await flows.settle()).not.toEqual([]);
  await flows.advance(11 / 1_440);
  expect(await flows.settle()).toEqual([]);
  expect(await partOf(flows, planId)).toMatchObject({ status: 'completed', part: { collection: null } });
  const begun = await flows.facts('CollectionStarted');
  expect(begun.map(({ stream }) => stream)).not.toContain(`collection-${collection}`);
  expect(dueOf(await flows.issued(invoiceId))).toEqual(usd(0));
  expect(await flows.ledger()).toEqual({ bank: 3_000, processor_balance: 5_000, revenue: -8_000 });
});
