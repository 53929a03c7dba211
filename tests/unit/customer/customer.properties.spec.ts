import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeCustomerEvent } from '../../../src/application/audit/customer-sentences.js';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import { customer } from '../../../src/domain/customer/customer.js';
import { assertUntilMet } from '../../support/assert-until-met.js';
import { holds } from '../../support/corpus.js';
import {
  customerCommand,
  customerCommands,
  foldCustomer,
  playCustomer,
} from '../../support/customer-arbitraries.js';
import { requestRemoval } from '../../support/customer-examples.js';

const runs = { numRuns: 1000 };

describe('whatever commands come to a customer, in whatever order', () => {
  it('there is a default exactly while there is a method, and it is one of them', () => {
    let withMethods = 0;
    assertUntilMet(
      'customer-default',
      fc.property(customerCommands, (commands) => {
        for (const state of playCustomer(commands).states) {
          if (state.status === 'absent') continue;
          const ids = state.methods.map(({ paymentMethodId }) => paymentMethodId);
          if (ids.length > 0) withMethods += 1;
          expect(state.defaultMethodId === null).toBe(ids.length === 0);
          if (state.defaultMethodId !== null) expect(ids).toContain(state.defaultMethodId);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.filter((id) => state.removedMethodIds.includes(id))).toEqual([]);
        }
      }),
      runs,
      () => withMethods > 100,
    );
    // The property would hold of nothing if no run ever added a method.
    expect(withMethods).toBeGreaterThan(100);
  });

  it('no removal that was asked of us takes the last active method while a plan is attached', () => {
    let asked = 0;
    assertUntilMet(
      'customer-last-method',
      fc.property(customerCommands, fc.integer({ min: 1, max: 4 }), (commands, n) => {
        const before = playCustomer(commands).states.at(-1) ?? customer.initialState;
        if (before.status === 'absent') return;
        const decision = customer.decide(before, requestRemoval(n));
        if (decision.outcome === 'rejected' || decision.events.length === 0) return;
        asked += 1;
        const after = decision.events.reduce(customer.evolve, before);
        if (after.status === 'absent' || after.planIds.length === 0) return;
        expect(after.methods.some(({ status }) => status === 'active')).toBe(true);
      }),
      { numRuns: 3000 },
      () => asked > 50,
    );
    expect(asked).toBeGreaterThan(50);
  });

  it('methods are there only under a linked provider', () => {
    holds(
      'customer-methods',
      fc.property(customerCommands, (commands) => {
        for (const state of playCustomer(commands).states) {
          if (state.status === 'absent' || state.methods.length === 0) continue;
          expect(state.provider.status).toBe('linked');
        }
      }),
      runs,
    );
  });

  it('versions of the profile count up by one', () => {
    holds(
      'customer-versions',
      fc.property(customerCommands, (commands) => {
        let version = 1;
        for (const event of playCustomer(commands).events) {
          if (event.type !== 'CustomerProfileRevised') continue;
          version += 1;
          expect(event.version).toBe(version);
        }
      }),
      runs,
    );
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'customer-twice',
      fc.property(customerCommands, customerCommand, (commands, command) => {
        const before = playCustomer(commands).states.at(-1) ?? customer.initialState;
        const first = customer.decide(before, command);
        if (first.outcome === 'rejected') return;
        const second = customer.decide(first.events.reduce(customer.evolve, before), command);
        if (second.outcome === 'rejected') return;
        expect(second.events).toEqual([]);
      }),
      runs,
    );
  });

  it('the facts survive the store: encoded, written as JSON and decoded, they fold to the same state', () => {
    holds(
      'customer-stored',
      fc.property(customerCommands, (commands) => {
        const { events } = playCustomer(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => customerCodec.encode(event))));
        expect(foldCustomer(stored.map(customerCodec.decode))).toEqual(foldCustomer(events));
      }),
      { numRuns: 300 },
    );
  });

  it('each fact is told in one sentence', () => {
    holds(
      'customer-sentences',
      fc.property(customerCommands, (commands) => {
        for (const event of playCustomer(commands).events) {
          expect(describeCustomerEvent(event)).toMatch(/^[A-Z][^\n]*\.$/);
        }
      }),
    );
  });
});
