import fc from 'fast-check';
import type { CreditCommand } from '../../src/domain/credit/commands.js';
import { creditAccount } from '../../src/domain/credit/credit.js';
import type { CreditEvent } from '../../src/domain/credit/events.js';
import type { CreditType } from '../../src/domain/credit/grant.js';
import type { CreditState } from '../../src/domain/credit/state.js';
import type { Currency } from '../../src/domain/shared/currency.js';
import { fold } from '../../src/domain/shared/decider.js';
import { money } from '../../src/domain/shared/money.js';
import { creditId, customerId, day, holdId, invoiceId } from './credit-examples.js';

/** Now and then an amount that is none, or at the edge of what JSON and 64 bits hold. */
const amountUpTo = (most: bigint) =>
  fc
    .tuple(
      fc.oneof(
        { weight: 15, arbitrary: fc.bigInt(1n, most) },
        { weight: 1, arbitrary: fc.constantFrom(-1n, 0n, 2n ** 31n, 10n ** 12n, 2n ** 53n - 1n) },
      ),
      fc.constantFrom<Currency>('USD', 'USD', 'USD', 'USD', 'JPY', 'KWD'),
    )
    .map(([units, of]) => money(units, of));
const grant = fc.integer({ min: 1, max: 6 }).map(creditId);
const hold = fc.integer({ min: 1, max: 5 }).map(holdId);

/** A command without its time. */
type Timeless<C> = C extends unknown ? Omit<C, 'at'> : never;

const details = fc.record({
  creditId: grant,
  customerId: fc.constant(customerId),
  amount: amountUpTo(200n),
  grantType: fc.constantFrom<CreditType>('promotional', 'goodwill', 'refund_to_credit', 'prepaid'),
  source: fc.constant(null),
  description: fc.constant(null),
  priority: fc.constantFrom(1, 1, 2),
  expiresAt: fc.oneof(fc.constant(null), fc.integer({ min: 2, max: 28 }).map(day)),
  lateReturn: fc.constantFrom(
    { policy: 'breakage' } as const,
    { policy: 'extension', days: 1 } as const,
    { policy: 'extension', days: 5 } as const,
  ),
  grantedBy: fc.constant('api_key:key_1'),
  metadata: fc.constant({}),
});
const taking = {
  holdId: hold,
  amount: amountUpTo(60n),
  invoiceId: fc.constantFrom(null, null, invoiceId),
  from: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.array(grant, { minLength: 1, maxLength: 3 }) },
  ),
};

const timeless = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('GrantCredit'), details }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('HoldCredit'), ...taking }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('SpendCredit'), ...taking }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('SpendHold'), holdId: hold }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('ReleaseHold'), holdId: hold }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('RestoreCredit'),
      holdId: hold,
      restoreId: fc.constantFrom('re_a', 're_b', 're_c', 're_d'),
      amount: amountUpTo(25n),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('ExpireGrant'), creditId: grant }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('RevokeCredit'),
      creditId: grant,
      paymentReturned: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('RevokeRefunded'),
      creditId: grant,
      refunded: amountUpTo(60n),
    }),
  },
) as fc.Arbitrary<Timeless<CreditCommand>>;

export const creditCommand: fc.Arbitrary<CreditCommand> = fc
  .tuple(timeless, fc.integer({ min: 1, max: 28 }))
  .map(([command, n]) => ({ ...command, at: day(n) }) as CreditCommand);

/** Commands as they may come over a month, after a grant so that they do not all meet nothing. */
export const creditCommands: fc.Arbitrary<readonly CreditCommand[]> = fc
  .tuple(details, fc.array(creditCommand, { maxLength: 60, size: 'max' }))
  .map(([first, rest]) => [
    {
      type: 'GrantCredit',
      at: day(1),
      details: { ...first, amount: money(100n, first.amount.currency) },
    } as const,
    ...[...rest].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  ]);

export type Step = {
  readonly command: CreditCommand;
  readonly before: CreditState;
  readonly events: readonly CreditEvent[];
  readonly after: CreditState;
};

/** What each accepted command of a sequence did; a rejected one does nothing. */
export function playCredit(commands: readonly CreditCommand[]): readonly Step[] {
  let state = creditAccount.initialState;
  return commands.flatMap((command) => {
    const decision = creditAccount.decide(state, command);
    if (decision.outcome === 'rejected') return [];
    const before = state;
    state = decision.events.reduce(creditAccount.evolve, before);
    return [{ command, before, events: decision.events, after: state }];
  });
}

export function eventsOf(steps: readonly Step[]): readonly CreditEvent[] {
  return steps.flatMap(({ events }) => events);
}

export function foldCredit(events: readonly CreditEvent[]): CreditState {
  return fold<CreditState, CreditEvent>(creditAccount, events);
}
