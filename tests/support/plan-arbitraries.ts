import fc from 'fast-check';
import type { PlanCommand } from '../../src/domain/plan/commands.js';
import type { PlanEvent } from '../../src/domain/plan/events.js';
import { plan } from '../../src/domain/plan/plan.js';
import type { PlanState } from '../../src/domain/plan/state.js';
import { deposit, installments, manual, netTerms, standard } from '../../src/domain/plan/terms.js';
import type { CivilDate } from '../../src/domain/shared/civil-date.js';
import { addDays } from '../../src/domain/shared/civil-date.js';
import { decimal } from '../../src/domain/shared/decimal.js';
import { money } from '../../src/domain/shared/money.js';
import type { PartTerms, PlanTerms } from '../../src/domain/shared/plan-terms.js';
import { at } from './payment-examples.js';
import { approvedOn, collectionId, planDetails } from './plan-examples.js';

/** Sums that divide badly, limits of storage, and everything between. */
export const totalMinor = fc.oneof(
  fc.constantFrom(1n, 2n, 99n, 100n, 101n, 10_001n, 2n ** 31n - 1n, 2n ** 53n - 1n),
  fc.bigInt(1n, 20_000n),
);
const percentage = fc.bigInt(1n, 10_000n).map((units) => decimal(units, 2));
/** With two digits behind the point, with none and with three. */
export const currency = fc.constantFrom('USD' as const, 'JPY' as const, 'KWD' as const);

const conditions = fc.record({
  businessDays: fc.boolean(),
  earlyDiscount: fc.option(
    fc.record({
      percentage: fc.oneof(percentage, fc.constant(decimal(99n, 0))),
      days: fc.constantFrom(0, 10),
    }),
  ),
  lateFee: fc.option(
    fc.record({
      fee: percentage.map((rate) => ({ kind: 'percentage' as const, percentage: rate })),
      timesMax: fc.constantFrom(1, 3),
    }),
  ),
  graceDays: fc.constantFrom(0, 3),
  noticeDays: fc.constantFrom(0, 7),
  depositRefund: fc.constantFrom(
    { kind: 'always' as const },
    { kind: 'never' as const },
    { kind: 'until_milestone' as const, name: 'delivery' },
  ),
  defaultAfter: fc.constantFrom(null, 1, 2),
  skipsMax: fc.constantFrom(0, 1, 3),
});

/** The five timings, and compositions of them, each with any conditions. */
export const terms: fc.Arbitrary<PlanTerms> = conditions.chain((given) =>
  fc.oneof(
    fc.constant(standard(given)),
    fc.constant(netTerms(30, false, given)),
    fc.constant(netTerms(30, true, given)),
    fc.constant(manual({ kind: 'days_after', days: 5 }, given)),
    fc.integer({ min: 1, max: 60 }).map((count) => installments(count, null, given)),
    percentage.map((rate) =>
      deposit({ kind: 'percentage', percentage: rate }, { kind: 'milestone', name: 'delivery' }, given),
    ),
    percentage.map((rate) => ({
      ...deposit({ kind: 'percentage', percentage: rate }, { kind: 'days_after', days: 20 }, given),
      parts: [
        ...deposit({ kind: 'percentage', percentage: rate }, { kind: 'milestone', name: 'delivery' }).parts,
        ...installments(3).parts.slice(1),
      ],
    })),
  ),
);

const part = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 8 }));
const minor = fc.oneof(fc.constantFrom(1n, 100n, 3_334n, 10_000n), fc.bigInt(1n, 20_000n));
const collection = fc.integer({ min: 1, max: 2 }).map(collectionId);
const application = fc.integer({ min: 1, max: 12 }).map((n) => `app_${n}`);

/** Mostly onwards, sometimes back, so that timers run late and early. */
const today: fc.Arbitrary<CivilDate> = fc
  .oneof(fc.constant(0), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 700 }))
  .map((days) => addDays(approvedOn, days));

const newParts: fc.Arbitrary<readonly PartTerms[]> = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map((count) => installments(count).parts),
  percentage.map(
    (rate) => deposit({ kind: 'percentage', percentage: rate }, { kind: 'days_after', days: 9 }).parts,
  ),
);

export function planCommand(code: 'USD' | 'JPY' | 'KWD'): fc.Arbitrary<PlanCommand> {
  const amount = minor.map((value) => money(value, code));
  const of = <T extends PlanCommand['type']>(type: T) => fc.constant(type);
  const always = fc.constant(at);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: of('MarkPartDue'), at: always, part, today }) },
    { weight: 2, arbitrary: fc.record({ type: of('MarkPartMissed'), at: always, part, today }) },
    fc.record({ type: of('AnnouncePart'), at: always, part, today }),
    fc.record({ type: of('ChargeLateFee'), at: always, part, today }),
    fc.record({
      type: of('ReachMilestone'),
      at: always,
      name: fc.constantFrom('delivery', 'elsewhere'),
      today,
    }),
    fc.record({ type: of('PrepayParts'), at: always, count: fc.constantFrom(1, 2, null), today }),
    {
      weight: 3,
      arbitrary: fc.record({
        type: of('RecordCollectionStarted'),
        at: always,
        part,
        collectionId: collection,
      }),
    },
    fc.record({
      type: of('RecordCollectionFailed'),
      at: always,
      part,
      collectionId: collection,
      failure: fc.constant('declined'),
    }),
    fc.record({ type: of('RecordCollectionConcluded'), at: always, part, collectionId: collection, today }),
    {
      weight: 4,
      arbitrary: fc.record({
        type: of('SettleParts'),
        at: always,
        applicationId: application,
        amount,
        part: fc.option(part),
        today,
      }),
    },
    fc.record({
      type: of('UnsettleParts'),
      at: always,
      applicationId: application,
      reversalId: fc.integer({ min: 1, max: 5 }).map((n) => `rev_${n}`),
      amount,
      takenBack: fc.boolean(),
      today,
    }),
    fc.record({ type: of('SkipPart'), at: always, part, to: fc.option(today), today }),
    fc.record({ type: of('Replan'), at: always, parts: newParts, today }),
    { weight: 3, arbitrary: fc.record({ type: of('AmendTotal'), at: always, total: amount, today }) },
    fc.record({ type: fc.constantFrom('PausePlan' as const, 'ResumePlan' as const), at: always, today }),
    { weight: 1, arbitrary: fc.constant({ type: 'CancelPlan' as const, at }) },
  );
}

/** What belongs together, so that collections also begin, fail and end in short stories. */
const collecting: fc.Arbitrary<readonly PlanCommand[]> = fc
  .record({ part, today, collectionId: collection, ends: fc.constantFrom('failed', 'concluded', 'open') })
  .map(({ ends, ...of }) => {
    const { part: number, today: on, collectionId: id } = of;
    const about = { at, part: number, collectionId: id };
    const begun: readonly PlanCommand[] = [
      { type: 'MarkPartDue', at, part: number, today: on },
      { type: 'RecordCollectionStarted', ...about },
    ];
    if (ends === 'failed')
      return [...begun, { type: 'RecordCollectionFailed', ...about, failure: 'declined' }];
    return ends === 'open' ? begun : [...begun, { type: 'RecordCollectionConcluded', ...about, today: on }];
  });

/** Money that comes and goes again. */
const bouncing = (code: 'USD' | 'JPY' | 'KWD'): fc.Arbitrary<readonly PlanCommand[]> =>
  fc
    .record({
      applicationId: application,
      reversalId: fc.constantFrom('rev_1', 'rev_6', 'rev_7'),
      amount: fc.constantFrom(1n, 30n, 100n).map((value) => money(value, code)),
      takenBack: fc.boolean(),
      on: today,
    })
    .map(({ applicationId, reversalId, amount, takenBack, on }) => [
      { type: 'SettleParts', at, applicationId, amount, part: null, today: on },
      { type: 'UnsettleParts', at, applicationId, reversalId, amount, takenBack, today: on },
    ]);

/** The clock stands still and goes on. */
const standstill: fc.Arbitrary<readonly PlanCommand[]> = fc
  .record({ from: today, to: today })
  .map(({ from, to }) => [
    { type: 'PausePlan', at, today: from },
    { type: 'ResumePlan', at, today: to },
  ]);

/** Amounts of three decimals as cards carry them, with a last part that takes what is over. */
export function inSteps(given: PlanTerms): PlanTerms {
  const parts = given.parts.map((one, place) =>
    place === given.parts.length - 1 ? { ...one, collect: 'manual' as const } : one,
  );
  return { ...given, parts, stepMinor: 10n };
}

/** A plan that is started, and what is then asked of it. */
export const planStory: fc.Arbitrary<readonly PlanCommand[]> = fc
  .record({ given: terms, minor: totalMinor, code: currency, isByCard: fc.boolean() })
  .chain(({ given, minor: total, code, isByCard }) =>
    fc
      .array(
        fc.oneof(
          { weight: 1, arbitrary: standstill },
          { weight: 8, arbitrary: planCommand(code).map((command): readonly PlanCommand[] => [command]) },
          { weight: 1, arbitrary: collecting },
          { weight: 1, arbitrary: bouncing(code) },
        ),
        { maxLength: 40 },
      )
      .map((commands) => [
        {
          type: 'StartPlan' as const,
          at,
          details: planDetails(code === 'KWD' && isByCard ? inSteps(given) : given),
          total: money(total, code),
        },
        ...commands.flat(),
      ]),
  );

/** Decides commands one after another; refusals leave the state as it was. */
export function playPlan(commands: readonly PlanCommand[]): {
  readonly states: readonly PlanState[];
  readonly events: readonly PlanEvent[];
} {
  const states: PlanState[] = [plan.initialState];
  const events: PlanEvent[] = [];
  for (const command of commands) {
    const decision = plan.decide(states.at(-1) ?? plan.initialState, command);
    if (decision.outcome === 'rejected') continue;
    for (const event of decision.events) {
      events.push(event);
      states.push(plan.evolve(states.at(-1) ?? plan.initialState, event));
    }
  }
  return { states, events };
}
