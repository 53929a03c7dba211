import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { creditCodec } from '../../../src/application/credit/credit.codec.js';
import { creditJournalOf } from '../../../src/application/ledger/credit-journals.js';
import type { CreditCommand } from '../../../src/domain/credit/commands.js';
import { creditAccount } from '../../../src/domain/credit/credit.js';
import type { CreditEvent } from '../../../src/domain/credit/events.js';
import type { Grant } from '../../../src/domain/credit/grant.js';
import { available, netSpent, onHold, remaining } from '../../../src/domain/credit/grant.js';
import type { CreditState } from '../../../src/domain/credit/state.js';
import { valuesOf } from '../../../src/domain/shared/id-index.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { assertUntilMet } from '../../support/assert-until-met.js';
import { holds } from '../../support/corpus.js';
import type { Step } from '../../support/credit-arbitraries.js';
import {
  creditCommand,
  creditCommands,
  eventsOf,
  foldCredit,
  playCredit,
} from '../../support/credit-arbitraries.js';
import { day, grantCredit, holdId, restoreCredit, spendCredit } from '../../support/credit-examples.js';
import { usd } from '../../support/payment-examples.js';

const runs = { numRuns: 300 };

/** Where things go when they are shuffled. */
const keys = fc.array(fc.nat(), { minLength: 1, maxLength: 64 });

function grantsOf(state: CreditState): readonly Grant[] {
  return state.status === 'open' ? [...valuesOf(state.grants)] : [];
}

/** The sums of one grant, added up from the facts without the fold. */
type Sums = { left: bigint; held: bigint; currency: string; expiresAt: Instant | null; voided: boolean };

/** By grant; the map is the same one at every fact, as it stands before the fact is added. */
function* addedUp(events: readonly CreditEvent[]) {
  const sums = new Map<string, Sums>();
  for (const event of events) {
    yield { event, sums };
    addTo(sums, event);
  }
}

function sumsAfter(events: readonly CreditEvent[]): ReadonlyMap<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const event of events) addTo(sums, event);
  return sums;
}

function addTo(sums: Map<string, Sums>, event: CreditEvent): void {
  const at = (id: string): Sums => {
    const known = sums.get(id);
    if (known === undefined) throw new TypeError(`no grant ${id}`);
    return known;
  };
  switch (event.type) {
    case 'CreditGranted': {
      const { amount, expiresAt } = event;
      const opened = { left: amount.minor, held: 0n, currency: amount.currency, expiresAt, voided: false };
      sums.set(event.creditId, opened);
      break;
    }
    case 'CreditHeld':
      for (const part of event.parts) at(part.creditId).held += part.amount.minor;
      break;
    case 'CreditHoldReleased':
      for (const part of event.parts) at(part.creditId).held -= part.amount.minor;
      break;
    case 'CreditSpent':
      for (const part of event.parts) {
        at(part.creditId).held -= part.amount.minor;
        at(part.creditId).left -= part.amount.minor;
      }
      break;
    case 'CreditRestored':
      for (const part of event.parts) at(part.creditId).left += part.amount.minor;
      break;
    case 'CreditExpired':
      at(event.creditId).left -= event.amount.minor;
      break;
    case 'CreditRevoked':
      at(event.creditId).left -= event.amount.minor;
      if (event.partly === undefined) at(event.creditId).voided = true;
      break;
    case 'CreditExpiryExtended':
      at(event.creditId).expiresAt = event.expiresAt;
      break;
  }
}

/** Runs a check on every random history, and makes sure that enough of them led to what is checked. */
function always(name: string, check: (steps: readonly Step[]) => number | undefined): void {
  let met = 0;
  assertUntilMet(
    name,
    fc.property(creditCommands, (commands) => {
      met += check(playCredit(commands)) ?? 0;
    }),
    runs,
    () => met > 30,
  );
  expect(met).toBeGreaterThan(30);
}

describe('whatever commands come, in whatever order', () => {
  it('no grant is ever below nothing, and the balance of each currency is the sum of its grants (34)', () => {
    always('credit-sums', (steps) => {
      let state = creditAccount.initialState;
      for (const { event, sums } of addedUp(eventsOf(steps))) {
        expectSums(state, sums);
        state = creditAccount.evolve(state, event);
      }
      expectSums(state, sumsAfter(eventsOf(steps)));
      return steps.length;
    });
  });

  it('no later grant is touched while an earlier one that can be used has anything left (35)', () => {
    always('credit-order-of-grants', (steps) => {
      let held = 0;
      for (const { command, before, events } of steps) {
        const [fact] = events;
        const ordered = command.type === 'HoldCredit' || command.type === 'SpendCredit';
        if (!ordered || command.from !== null || fact?.type !== 'CreditHeld') continue;
        held += 1;
        const usable = grantsOf(before)
          .filter(({ details }) => details.amount.currency === command.amount.currency)
          .map((grant) => ({ grant, has: available(grant, command.at).minor }))
          .filter(({ has }) => has > 0n)
          .sort((a, b) => (placeOf(a.grant) < placeOf(b.grant) ? -1 : 1));
        let missing = command.amount.minor;
        const wanted: unknown[] = [];
        for (const { grant, has } of usable) {
          if (missing === 0n) break;
          const [share = 0n] = [has, missing].sort((a, b) => (a < b ? -1 : 1));
          wanted.push([grant.details.creditId, share]);
          missing -= share;
        }
        expect(fact.parts.map(({ creditId, amount }) => [creditId, amount.minor])).toEqual(wanted);
      }
      return held;
    });
  });

  it('nothing is held of a grant from its expiry on, and each unit expires once and in time (36)', () => {
    always('credit-expiry', (steps) => {
      let expired = 0;
      for (const { event, sums } of addedUp(eventsOf(steps))) {
        if (event.type === 'CreditHeld') {
          for (const { creditId } of event.parts) {
            const { expiresAt = null, voided } = sums.get(creditId) ?? {};
            expect(expiresAt === null || event.at < expiresAt).toBe(true);
            expect(voided).toBe(false);
          }
        }
        if (event.type === 'CreditExpired') {
          expired += 1;
          const before = sums.get(event.creditId);
          expect(before?.expiresAt).not.toBeNull();
          expect(event.at >= (before?.expiresAt ?? '~')).toBe(true);
          expect(event.amount.minor).toBeGreaterThan(0n);
          expect(event.amount.minor).toBeLessThanOrEqual((before?.left ?? 0n) - (before?.held ?? 0n));
        }
      }
      return expired;
    });
  });

  it('what is restored goes to the grants it came from, up to what each gave (37)', () => {
    always('credit-restored', (steps) => {
      const open = new Map<string, bigint>();
      let restored = 0;
      for (const event of eventsOf(steps)) {
        if (event.type !== 'CreditSpent' && event.type !== 'CreditRestored') continue;
        const sign = event.type === 'CreditSpent' ? 1n : -1n;
        if (sign < 0n) restored += 1;
        for (const { creditId, amount } of event.parts) {
          const name = `${event.holdId} ${creditId}`;
          const left = (open.get(name) ?? 0n) + sign * amount.minor;
          expect(left).toBeGreaterThanOrEqual(0n);
          open.set(name, left);
        }
      }
      return restored;
    });
  });

  it('a spend of X out of Y leaves Y - X, in one currency (38)', () => {
    always('credit-spent', (steps) => {
      let spends = 0;
      for (const { command, before, events, after } of steps) {
        if (command.type !== 'SpendCredit' || events.length === 0) continue;
        spends += 1;
        for (const currency of ['USD', 'JPY', 'KWD']) {
          const had = usableIn(before, currency, command.at);
          const taken = currency === command.amount.currency ? command.amount.minor : 0n;
          expect(usableIn(after, currency, command.at)).toBe(had - taken);
        }
      }
      return spends;
    });
  });

  it('what customers may still spend is what the books owe them', () => {
    always('credit-books', (steps) => {
      const books = new Map<string, bigint>();
      const owed = new Map<string, bigint>();
      const grow = (map: Map<string, bigint>, name: string, minor: bigint) =>
        map.set(name, (map.get(name) ?? 0n) + minor);
      const own = steps.flatMap(({ events }) => events);
      for (const event of own) {
        const journal = creditJournalOf(event);
        let total = 0n;
        for (const { account, amount } of journal?.lines ?? []) {
          total += amount.minor;
          grow(books, `${account} ${amount.currency}`, amount.minor);
        }
        expect(total).toBe(0n);
        // The invoice's own facts book these.
        const side = event.type === 'CreditSpent' ? 1n : event.type === 'CreditRestored' ? -1n : 0n;
        if (side !== 0n && 'invoiceId' in event && event.invoiceId !== null) {
          grow(books, `customer_credit ${event.amount.currency}`, side * event.amount.minor);
        }
      }
      for (const { left, currency } of sumsAfter(own).values()) grow(owed, currency, left);
      for (const [currency, left] of owed) expect(books.get(`customer_credit ${currency}`)).toBe(-left);
      return steps.length;
    });
  });

  it('no more is owed of a grant than was ever spent or set aside of it, and nothing below nothing', () => {
    always('credit-owed', (steps) => {
      let owing = 0;
      for (const { after } of steps) {
        for (const { owed, totals } of grantsOf(after)) {
          if (owed.minor > 0n) owing += 1;
          expect(owed.minor).toBeGreaterThanOrEqual(0n);
          expect(owed.minor).toBeLessThanOrEqual(netSpent(totals).minor + onHold(totals).minor);
        }
      }
      return owing;
    });
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'credit-twice',
      fc.property(creditCommands, creditCommand, (commands, command) => {
        const before = playCredit(commands).at(-1)?.after ?? creditAccount.initialState;
        const first = creditAccount.decide(before, command);
        if (first.outcome === 'rejected') return;
        const second = creditAccount.decide(first.events.reduce(creditAccount.evolve, before), command);
        if (second.outcome === 'accepted') expect(second.events).toEqual([]);
      }),
      runs,
    );
  });

  it('the facts survive the store: encoded, written as JSON and decoded, they fold to the same state', () => {
    holds(
      'credit-stored',
      fc.property(creditCommands, (commands) => {
        const events = eventsOf(playCredit(commands));
        const stored = JSON.parse(JSON.stringify(events.map((event) => creditCodec.encode(event))));
        expect(foldCredit(stored.map(creditCodec.decode))).toEqual(foldCredit(events));
      }),
      { numRuns: 300 },
    );
  });

  it('commands at one instant may arrive in any order: no grant gives more than it has', () => {
    holds(
      'credit-order',
      fc.property(creditCommands, keys, (commands, numbers) => {
        const shuffled = commands
          .map((command, n) => ({
            command: { ...command, at: day(3) },
            key: numbers[n % numbers.length] ?? 0,
          }))
          .sort((a, b) => a.key - b.key)
          .map(({ command }) => command);
        const events = eventsOf(playCredit(shuffled));
        for (const { left, held } of sumsAfter(events).values()) {
          expect(held).toBeGreaterThanOrEqual(0n);
          expect(left).toBeGreaterThanOrEqual(held);
        }
      }),
      runs,
    );
  });
});

function expectSums(state: CreditState, sums: ReadonlyMap<string, Sums>): void {
  const left = new Map<string, bigint>();
  for (const { details, totals } of grantsOf(state)) {
    const own = sums.get(details.creditId);
    expect(remaining(totals).minor).toBe(own?.left);
    expect(own?.held).toBeGreaterThanOrEqual(0n);
    expect(own?.left).toBeGreaterThanOrEqual(own?.held ?? 0n);
    const { currency } = details.amount;
    left.set(currency, (left.get(currency) ?? 0n) + remaining(totals).minor);
  }
  if (state.status === 'absent') return;
  for (const [currency, { granted, spent, restored, expired, revoked }] of Object.entries(state.balances)) {
    const used = spent.minor - restored.minor;
    expect(granted.minor - used - expired.minor - revoked.minor).toBe(left.get(currency));
  }
}

/** Where a grant stands in the order, written down a second time. */
function placeOf({ details, expiresAt, createdAt }: Grant): string {
  const paid = details.grantType === 'prepaid' || details.grantType === 'refund_to_credit' ? 1 : 0;
  const priority = details.priority.toString().padStart(4, '0');
  return [priority, expiresAt ?? '9999', paid, createdAt, details.creditId].join(' ');
}

function usableIn(state: CreditState, currency: string, at: Instant): bigint {
  return grantsOf(state)
    .filter(({ details }) => details.amount.currency === currency)
    .reduce((total, grant) => total + available(grant, at).minor, 0n);
}

describe('restoring in parts', () => {
  const parts = fc
    .array(fc.bigInt(1n, 40n), { minLength: 1, maxLength: 6 })
    .filter((all) => all.reduce((a, b) => a + b) <= 150n);
  const paid = (count: number): readonly CreditCommand[] => [
    ...Array.from({ length: count }, (_, n) => grantCredit(n + 1, 150 / count, { priority: n })),
    spendCredit(1, 150),
  ];
  const lefts = (commands: readonly CreditCommand[]) =>
    [...sumsAfter(eventsOf(playCredit(commands))).entries()].map(([id, { left }]) => `${id} ${left}`);

  it('leads to the same grants whatever the parts, their order and their repetitions', () => {
    holds(
      'credit-restored-in-parts',
      fc.property(parts, fc.constantFrom(1, 2, 3, 5), keys, (all, count, numbers) => {
        const total = all.reduce((a, b) => a + b);
        const whole = lefts([...paid(count), { ...restoreCredit(1, 'all', 0), amount: usd(total) }]);
        const shuffled = [...all, ...all]
          .map((minor, n) => ({
            command: { ...restoreCredit(1, `part ${n % all.length}`, 0), amount: usd(minor) },
            key: numbers[n % numbers.length] ?? 0,
          }))
          .sort((a, b) => a.key - b.key)
          .map(({ command }) => command);
        expect(lefts([...paid(count), ...shuffled])).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('gives all of it back to the unit, and not one unit more', () => {
    holds(
      'credit-restored-whole',
      fc.property(parts, fc.constantFrom(1, 2, 3, 5), (all, count) => {
        const rest = 150n - all.reduce((a, b) => a + b);
        const amounts = rest === 0n ? all : [...all, rest];
        const commands = [
          ...paid(count),
          ...amounts.map((minor, n) => ({ ...restoreCredit(1, `part ${n}`, 0), amount: usd(minor) })),
        ];
        const steps = playCredit(commands);
        expect(lefts(commands)).toEqual(lefts(paid(count).slice(0, -1)));
        const end = steps.at(-1)?.after ?? creditAccount.initialState;
        expect(creditAccount.decide(end, restoreCredit(1, 'one more', 1))).toMatchObject({
          outcome: 'rejected',
          rejection: { code: 'restore_exceeds_spent', restorable: usd(0) },
        });
      }),
      { numRuns: 500 },
    );
  });
});

it('shares all but a few nodes with the account before, so that a wallet of thousands of facts folds fast', () => {
  const spends = 5_000;
  const events: CreditEvent[] = [];
  let state: CreditState = creditAccount.initialState;
  let before = state;
  const apply = (command: CreditCommand) => {
    const decision = creditAccount.decide(state, command);
    if (decision.outcome === 'rejected') throw new TypeError(decision.rejection.code);
    before = state;
    state = decision.events.reduce(creditAccount.evolve, state);
    events.push(...decision.events);
  };
  apply(grantCredit(1, spends));
  for (let n = 1; n <= spends; n += 1) apply({ ...spendCredit(1, 1), holdId: holdId(n) });
  const known = nodesOf(before);
  const made = [...nodesOf(state)].filter((node) => !known.has(node));
  expect(known.size).toBeGreaterThan(spends);
  expect(made.length).toBeLessThan(100);

  const started = performance.now();
  foldCredit(events);
  const ms = Math.round(performance.now() - started);
  process.stdout.write(`credit: ${events.length} facts of one wallet folded in ${ms} ms\n`);
});

function nodesOf(value: unknown, seen = new Set<object>()): ReadonlySet<object> {
  if (typeof value !== 'object' || value === null || seen.has(value)) return seen;
  seen.add(value);
  for (const inner of Object.values(value)) nodesOf(inner, seen);
  return seen;
}
