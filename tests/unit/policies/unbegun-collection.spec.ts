import { expect, it } from '@jest/globals';
import { cheque } from './cheques.js';
import { createMoneyFlows } from './money-flows.js';

it('ends a collection that was told of and never begun when its part is paid in another way', async () => {
  const flows = createMoneyFlows();
  const customerId = await flows.customer('pm_ok');
  const { invoiceId, planId } = await flows.approvedOrder(customerId, 10_000);
  const read = flows.eventStore.readStream.bind(flows.eventStore);
  let cutOff = true;
  flows.eventStore.readStream = async (stream, ...rest) => {
    const told = cutOff && (await flows.facts('PlanPartCollectionStarted')).length > 0;
    if (told && stream === `customer-${customerId}`) throw new Error('the process ends here');
    return read(stream, ...rest);
  };
  const partOf = async () => {
    const { state } = await flows.plans.load(planId);
    return state.status === 'absent' ? undefined : { status: state.status, part: state.parts[0] };
  };
  expect(await flows.settle()).not.toEqual([]);
  const unbegun = (await partOf())?.part?.collection;
  expect(unbegun).toMatch(/^col_/);
  await cheque(flows, customerId, invoiceId, 10_000);
  await flows.settle();
  cutOff = false;
  expect(await flows.settle()).toEqual([]);
  expect(await partOf()).toMatchObject({ status: 'completed', part: { collection: null } });
  const begun = await flows.facts('CollectionStarted');
  expect(begun.map(({ stream }) => stream)).not.toContain(`collection-${unbegun}`);
});
