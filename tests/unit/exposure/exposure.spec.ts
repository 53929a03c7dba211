import { describe, expect, it } from '@jest/globals';
import { exposureCodec } from '../../../src/application/exposure/exposure.codec.js';
import type { ExposureCommand, ExposureEvent } from '../../../src/domain/exposure/exposure.js';
import { exposure, takenIn } from '../../../src/domain/exposure/exposure.js';
import { netTerms, standard } from '../../../src/domain/plan/terms.js';
import { fold } from '../../../src/domain/shared/decider.js';
import type { PlanId } from '../../../src/domain/shared/ids.js';
import type { Money } from '../../../src/domain/shared/money.js';
import { planId } from '../../support/customer-examples.js';
import { given } from '../../support/decider-specification.js';
import { at, usd } from '../../support/payment-examples.js';
import { accepted, createMoneyFlows } from '../policies/money-flows.js';

const taken = (n: number, minor: number): ExposureEvent => ({
  ...{ type: 'ExposureTaken', at, planId: planId(n), amount: usd(minor) },
});
const take = (
  n: number,
  minor: number,
  limit: Money | null,
  owed: readonly [number, number][] = [],
  replaces: PlanId | null = null,
): ExposureCommand => ({
  ...{ type: 'TakeExposure', at, planId: planId(n), amount: usd(minor), limit, replaces },
  owed: owed.map(([of, amount]) => ({ planId: planId(of), amount: usd(amount) })),
});

describe('what a customer may owe', () => {
  it('is taken plan by plan, up to the limit and not a unit more', () => {
    given(exposure, [])
      .when(take(1, 6000, usd(6000)))
      .then(taken(1, 6000));
    given(exposure, [taken(1, 6000)])
      .when(take(2, 4001, usd(10_000)))
      .thenRejected({ code: 'credit_limit_exceeded', available: usd(4000) });
    given(exposure, [taken(1, 6000)])
      .when(take(2, 4000, usd(10_000)))
      .then(taken(2, 4000));
    given(exposure, [taken(1, 6000)])
      .when(take(1, 6000, usd(1)))
      .thenNothing();
  });

  it('counts what is still asked for where that is known, and all that was taken where it is not', () => {
    given(exposure, [taken(1, 6000)])
      .when(take(2, 9000, usd(10_000), [[1, 1000]]))
      .then(taken(2, 9000));
    given(exposure, [taken(1, 6000), taken(3, 1)])
      .when(take(2, 9000, usd(10_000), [[1, 1000]]))
      .thenRejected({ code: 'credit_limit_exceeded', available: usd(8999) });
  });

  it('goes over from what was taken before its plan had a name, in one step', () => {
    given(exposure, [taken(1, 6000)])
      .when(take(2, 6000, usd(6000), [], planId(1)))
      .then(taken(2, 6000), { type: 'ExposureReleased', at, planId: planId(1) });
  });

  it('is let go once', () => {
    const release = { type: 'ReleaseExposure', at, planId: planId(1) } as const;
    given(exposure, [taken(1, 6000)])
      .when(release)
      .then({ type: 'ExposureReleased', at, planId: planId(1) });
    given(exposure, []).when(release).thenNothing();
  });
});

const amountOf = (money: unknown): number => Number((money as { amount: string }).amount);

describe('the credit limit of orders', () => {
  const terms = netTerms(30, false, { creditLimit: usd(10_000) });

  it('is not passed by two orders that are approved at once', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const outcomes = await Promise.allSettled(
      [6000, 6000, 6000].map((cents) => flows.approvedOrder(customerId, cents, terms)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ accounts_receivable: 6000, revenue: -6000 });
  });

  it('counts every plan, is free again when one is paid or its order canceled, and taken by a change for more', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const open = await flows.approvedOrder(customerId, 4000, netTerms(30, false));
    const first = await flows.approvedOrder(customerId, 6000, terms);
    await expect(flows.approvedOrder(customerId, 1, terms)).rejects.toThrow('credit_limit_exceeded');
    await flows.settle();
    const at = flows.clock.now();
    const more = { type: 'SetOrderTotal', at, total: usd(6001) } as const;
    const refused = await flows.orderOperations.run(first.orderId, more, flows.metadata());
    expect(refused).toMatchObject({ outcome: 'rejected', rejection: { available: usd(0) } });
    accepted(await flows.orderOperations.run(open.orderId, { type: 'CancelOrder', at }, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    accepted(await flows.orderOperations.run(first.orderId, more, flows.metadata()));
    await flows.approvedOrder(customerId, 3999, terms);
    await expect(flows.approvedOrder(customerId, 1, terms)).rejects.toThrow('credit_limit_exceeded');
    expect(await flows.settle()).toEqual([]);
  });

  it('is taken for what became of an order that two change at once', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const { orderId } = await flows.approvedOrder(customerId, 1000, terms);
    const at = flows.clock.now();
    await Promise.all(
      [4000, 2000, 6000].map((cents) =>
        flows.orderOperations.run(
          orderId,
          { type: 'SetOrderTotal', at, total: usd(cents) },
          flows.metadata(),
        ),
      ),
    );
    const changes = (await flows.facts('OrderTotalAmended')).map(({ data }) => [data['from'], data['to']]);
    const raised = changes
      .map(([from, to]) => amountOf(to) - amountOf(from))
      .reduce((sum, more) => sum + Math.max(more, 0), 1000);
    const facts = (await flows.facts()).filter(({ stream }) => stream === `exposure-${customerId}`);
    const state = fold(exposure, facts.map(exposureCodec.decode));
    expect(takenIn(state).reduce((sum, { amount }) => sum + Number(amount.minor), 0)).toBe(raised);
  });

  it('counts what bounced again', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    await flows.approvedOrder(customerId, 10_000, standard({ creditLimit: usd(10_000) }));
    await flows.settle();
    await flows.approvedOrder(customerId, 10_000, terms);
    expect(await flows.settle()).toEqual([]);
  });
});
