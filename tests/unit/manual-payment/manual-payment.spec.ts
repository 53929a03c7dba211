import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { manualPaymentCodec } from '../../../src/application/manual-payment/manual-payment.codec.js';
import { manualPayment } from '../../../src/domain/manual-payment/manual-payment.js';
import type {
  ManualPaymentCommand,
  ManualPaymentEvent,
} from '../../../src/domain/manual-payment/messages.js';
import { referenceClaim } from '../../../src/domain/manual-payment/reference-claim.js';
import type { ManualPaymentState } from '../../../src/domain/manual-payment/state.js';
import { appliedOf, keptAsCreditOf, unappliedOf } from '../../../src/domain/manual-payment/state.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { money } from '../../../src/domain/shared/money.js';
import type { Person } from '../../../src/domain/shared/person.js';
import { holds } from '../../support/corpus.js';
import { creditId } from '../../support/credit-examples.js';
import { given } from '../../support/decider-specification.js';
import { manualDetails, manualPaymentId } from '../../support/manual-payment-examples.js';
import { at, usd } from '../../support/payment-examples.js';
import { date, invoiceId } from '../../support/plan-examples.js';

const ann: Person = { actor: 'key_1', holder: 'ann' };
const annsOtherKey: Person = { actor: 'key_2', holder: 'ann' };
const bob: Person = { actor: 'key_3', holder: 'bob' };
const nobody: Person = { actor: 'key_4', holder: null };

const record = (
  minor: number,
  by = ann,
  verify = false,
): Extract<ManualPaymentCommand, { type: 'RecordManualPayment' }> => ({
  ...{ type: 'RecordManualPayment', at, by, verify, secondPersonFrom: usd(100_000) },
  details: { ...manualDetails, amount: usd(minor) },
});
const verify = (by: Person): ManualPaymentCommand => ({ type: 'VerifyManualPayment', at, by });
const reverse: ManualPaymentCommand = {
  ...{ type: 'ReverseManualPayment', at, by: bob, cause: 'bounced', fee: usd(500) },
};
const apply = (n: number, minor: number): ManualPaymentCommand => ({
  ...{ type: 'RecordManualPaymentApplied', at, applicationId: `app_${n}`, invoiceId, amount: usd(minor) },
});

function history(...commands: readonly ManualPaymentCommand[]): readonly ManualPaymentEvent[] {
  const events: ManualPaymentEvent[] = [];
  for (const command of commands) {
    const decision = manualPayment.decide(fold(manualPayment, events), command);
    if (decision.outcome === 'rejected') throw new Error(decision.rejection.code);
    events.push(...decision.events);
  }
  return events;
}

describe('a manual payment', () => {
  it('below the threshold is verified by whoever recorded it, at once or later', () => {
    expect(history(record(99_999, ann, true)).map(({ type }) => type)).toEqual([
      ...['ManualPaymentRecorded', 'ManualPaymentVerified'],
    ]);
    given(manualPayment, history(record(99_999)))
      .when(verify(ann))
      .then({ type: 'ManualPaymentVerified', at, amount: usd(99_999), verifiedBy: 'ann' });
    given(manualPayment, history(record(99_999, nobody)))
      .when(verify(nobody))
      .then({ type: 'ManualPaymentVerified', at, amount: usd(99_999), verifiedBy: 'key_4' });
  });

  it('from the threshold on is verified by another person, whatever keys the first one has', () => {
    const recorded = history(record(100_000));
    given(manualPayment, recorded).when(verify(ann)).thenRejected({ code: 'approver_is_author' });
    given(manualPayment, recorded).when(verify(annsOtherKey)).thenRejected({ code: 'approver_is_author' });
    given(manualPayment, recorded).when(verify(nobody)).thenRejected({ code: 'holder_required' });
    given(manualPayment, recorded)
      .when(verify(bob))
      .then({ type: 'ManualPaymentVerified', at, amount: usd(100_000), verifiedBy: 'bob' });
    given(manualPayment, [])
      .when(record(100_000, ann, true))
      .thenRejected({ code: 'approver_is_author' });
    given(manualPayment, []).when(record(100_000, nobody)).thenRejected({ code: 'holder_required' });
  });

  it('was received no later than it is recorded, and is of value no earlier than received', () => {
    const dated = (change: Partial<typeof manualDetails>) => ({
      ...record(100),
      details: { ...manualDetails, amount: usd(100), ...change },
    });
    given(manualPayment, [])
      .when(dated({ receivedOn: date('2026-11-27') }))
      .thenRejected({ code: 'manual_payment_dates_contradict' });
    given(manualPayment, [])
      .when(dated({ valueOn: date('2026-11-24') }))
      .thenRejected({ code: 'manual_payment_dates_contradict' });
    given(manualPayment, [])
      .when(dated({ amount: usd(0) }))
      .thenRejected({ code: 'amount_not_positive' });
  });

  it('is recorded once', () => {
    given(manualPayment, history(record(100)))
      .when(record(100))
      .thenNothing();
    given(manualPayment, history(record(100)))
      .when(record(101))
      .thenRejected({ code: 'manual_payment_already_exists' });
  });

  it('that was not there is rejected, and one that was there is reversed', () => {
    const rejected: ManualPaymentCommand = { type: 'RejectManualPayment', at, by: bob };
    given(manualPayment, history(record(100)))
      .when(rejected)
      .then({ type: 'ManualPaymentRejected', at, rejectedBy: 'bob' });
    given(manualPayment, history(record(100), rejected))
      .when(rejected)
      .thenNothing();
    given(manualPayment, history(record(100), rejected))
      .when(verify(bob))
      .thenRejected({ code: 'manual_payment_wrong_status', status: 'rejected' });
    given(manualPayment, history(record(100)))
      .when(reverse)
      .thenRejected({
        ...{ code: 'manual_payment_wrong_status', status: 'recorded' },
      });
    given(manualPayment, history(record(100), verify(ann), apply(1, 60)))
      .when(reverse)
      .then({
        ...{ type: 'ManualPaymentReversed', at, amount: usd(100), cause: 'bounced', fee: usd(500) },
        ...{ reversedBy: 'bob', applications: [{ applicationId: 'app_1', invoiceId, amount: usd(60) }] },
      });
    given(manualPayment, history(record(100), verify(ann), reverse))
      .when(reverse)
      .thenNothing();
    given(manualPayment, history(record(100), verify(ann)))
      .when({ ...reverse, fee: money(1n, 'EUR') })
      .thenRejected({ code: 'currency_mismatch' });
  });

  it('becomes credit as far as no invoice takes it, and goes back to nobody then', () => {
    const keep = (n: number, minor: number | null): ManualPaymentCommand => ({
      ...{ type: 'KeepManualPaymentAsCredit', at, creditId: creditId(n) },
      amount: minor === null ? null : usd(minor),
    });
    const kept = { type: 'ManualPaymentKeptAsCredit', at, creditId: creditId(1) } as const;
    const used = history(record(100), verify(ann), apply(1, 60));
    given(manualPayment, used)
      .when(keep(1, null))
      .then({ ...kept, amount: usd(40) });
    given(manualPayment, used).when(keep(1, 41)).thenRejected({ code: 'application_exceeds_unapplied' });
    const keeping = history(record(100), verify(ann), apply(1, 60), keep(1, 30));
    given(manualPayment, keeping).when(keep(1, 30)).thenNothing();
    given(manualPayment, keeping).when(keep(1, 31)).thenRejected({ code: 'credit_differs' });
    given(manualPayment, keeping)
      .when(apply(2, 11))
      .thenRejected({ code: 'application_exceeds_unapplied', unapplied: usd(10) });
    given(manualPayment, history(record(100), verify(ann), reverse))
      .when(keep(1, null))
      .thenRejected({ code: 'manual_payment_wrong_status', status: 'reversed' });
  });

  it('is set against invoices up to its amount, each application once', () => {
    const verified = history(record(100), verify(ann));
    given(manualPayment, history(record(100)))
      .when(apply(1, 1))
      .thenRejected({ code: 'manual_payment_wrong_status' });
    given(manualPayment, verified)
      .when(apply(1, 101))
      .thenRejected({ code: 'application_exceeds_unapplied', unapplied: usd(100) });
    const applied = history(record(100), verify(ann), apply(1, 60));
    given(manualPayment, applied).when(apply(1, 60)).thenNothing();
    given(manualPayment, applied).when(apply(1, 59)).thenRejected({ code: 'application_differs' });
    given(manualPayment, applied)
      .when(apply(2, 41))
      .thenRejected({ code: 'application_exceeds_unapplied', unapplied: usd(40) });
    given(manualPayment, history(record(100), verify(ann), reverse))
      .when(apply(1, 1))
      .thenRejected({ code: 'manual_payment_wrong_status', status: 'reversed' });
  });
});

describe('one reference, amount and date', () => {
  const other = manualPaymentId(2);
  const claim = (n: number, allowDuplicate = false) => ({
    ...{ type: 'ClaimReference' as const, at, manualPaymentId: manualPaymentId(n), allowDuplicate },
  });

  it('is of one payment, unless somebody has looked', () => {
    const first = { type: 'ManualPaymentReferenceClaimed' as const, at, manualPaymentId: manualPaymentId(1) };
    given(referenceClaim, []).when(claim(1)).then(first);
    given(referenceClaim, [first]).when(claim(1)).thenNothing();
    given(referenceClaim, [first])
      .when(claim(2))
      .thenRejected({ code: 'possible_duplicate', of: [manualPaymentId(1)] });
    given(referenceClaim, [first])
      .when(claim(2, true))
      .then({ ...first, manualPaymentId: other });
  });
});

const amount = fc.bigInt(0n, 200n).map(usd);
const person = fc.constantFrom(ann, annsOtherKey, bob, nobody);
const of = <T extends ManualPaymentCommand['type']>(type: T) => fc.constant(type);
const always = fc.constant(at);
const command: fc.Arbitrary<ManualPaymentCommand> = fc.oneof(
  fc.record({ by: person, minor: fc.constantFrom(100, 150), immediate: fc.boolean() }).map((given) => ({
    ...record(given.minor, given.by, given.immediate),
    secondPersonFrom: usd(120),
  })),
  { weight: 2, arbitrary: fc.record({ type: of('VerifyManualPayment'), at: always, by: person }) },
  fc.record({ type: of('RejectManualPayment'), at: always, by: person }),
  fc.record({
    type: of('ReverseManualPayment'),
    at: always,
    by: person,
    cause: fc.constantFrom('bounced' as const, 'recalled' as const),
    fee: fc.option(amount),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: of('RecordManualPaymentApplied'),
      at: always,
      applicationId: fc.constantFrom('app_1', 'app_2', 'app_3'),
      invoiceId: fc.constant(invoiceId),
      amount,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: of('RecordManualPaymentUnapplied'),
      at: always,
      applicationId: fc.constantFrom('app_1', 'app_2', 'app_3'),
      reversalId: fc.constantFrom('rev_1', 'rev_2'),
      amount,
    }),
  },
  fc.record({
    type: of('KeepManualPaymentAsCredit'),
    at: always,
    creditId: fc.constantFrom(creditId(1), creditId(2)),
    amount: fc.option(amount),
  }),
);

function play(commands: readonly ManualPaymentCommand[]) {
  const states: ManualPaymentState[] = [manualPayment.initialState];
  const events: ManualPaymentEvent[] = [];
  for (const each of commands) {
    const decision = manualPayment.decide(states.at(-1) ?? manualPayment.initialState, each);
    if (decision.outcome === 'rejected') continue;
    for (const event of decision.events) {
      events.push(event);
      states.push(manualPayment.evolve(states.at(-1) ?? manualPayment.initialState, event));
    }
  }
  return { states, events };
}

describe('whatever is asked of a manual payment, in whatever order', () => {
  const begun = fc
    .integer({ min: 0, max: 3 })
    .map((steps) => [record(100), verify(ann), apply(1, 60)].slice(0, steps));
  const stories = fc
    .tuple(begun, fc.array(command, { maxLength: 20 }))
    .map(([first, then]) => [...first, ...then]);

  it('never more is applied or kept as credit than came in, and a large one has two people', () => {
    const seen = new Set<string>();
    holds(
      'manual-payment-sums',
      fc.property(stories, (commands) => {
        const { states, events } = play(commands);
        for (const { type } of events) seen.add(type);
        for (const state of states) {
          if (state.status !== 'verified' && state.status !== 'reversed') continue;
          expect(appliedOf(state).minor).toBeGreaterThanOrEqual(0n);
          expect(unappliedOf(state).minor).toBeGreaterThanOrEqual(0n);
          expect(appliedOf(state).minor + keptAsCreditOf(state).minor + unappliedOf(state).minor).toBe(
            state.details.amount.minor,
          );
          if (state.details.amount.minor >= 120n) expect(state.verifiedBy).not.toBe(state.recordedBy);
        }
      }),
      { numRuns: 1_000 },
    );
    expect([...manualPaymentCodec.storedTypes.keys()].filter((type) => !seen.has(type))).toEqual([]);
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'manual-payment-twice',
      fc.property(stories, command, (commands, again) => {
        const before = play(commands).states.at(-1) ?? manualPayment.initialState;
        const first = manualPayment.decide(before, again);
        if (first.outcome === 'rejected') return;
        const second = manualPayment.decide(first.events.reduce(manualPayment.evolve, before), again);
        if (second.outcome === 'accepted') expect(second.events).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the facts survive the store', () => {
    holds(
      'manual-payment-stored',
      fc.property(stories, (commands) => {
        const { events } = play(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => manualPaymentCodec.encode(event))));
        expect(fold(manualPayment, stored.map(manualPaymentCodec.decode))).toEqual(
          fold(manualPayment, events),
        );
      }),
      { numRuns: 200 },
    );
  });
});
