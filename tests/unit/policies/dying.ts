import type { MoneyFlows } from './money-flows.js';

/** Carries out what the process does until it can write no more. */
export async function dyingAfter(
  writes: number,
  flows: MoneyFlows,
  work: () => Promise<unknown>,
): Promise<void> {
  const append = flows.eventStore.append.bind(flows.eventStore);
  let left = writes;
  flows.eventStore.append = async (...given) => {
    if (left === 0) throw new Error('the process died');
    left -= 1;
    return append(...given);
  };
  await work().catch(() => undefined);
  flows.eventStore.append = append;
}
