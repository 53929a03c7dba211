import { describe, expect, it } from '@jest/globals';
import { collection } from '../../../src/domain/collection/collection.js';
import type { CollectionEvent } from '../../../src/domain/collection/events.js';
import { nextStep } from '../../../src/domain/collection/state.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { money } from '../../../src/domain/shared/money.js';
import {
  cardLeg,
  chequeLeg,
  close,
  creditLeg,
  declined,
  details,
  granted,
  legFailed,
  recordLeg,
  released,
  reserved,
  settled,
  started,
} from '../../support/collection-examples.js';
import { given } from '../../support/decider-specification.js';
import { at, usd } from '../../support/payment-examples.js';

const three = [creditLeg(1, 1000), cardLeg(2, 3000), chequeLeg(3, 500)];
const begun = [started('all_or_nothing', ...three), granted];

const step = (...events: readonly CollectionEvent[]) => {
  const next = nextStep(fold(collection, events));
  return next === null ? null : 'leg' in next ? `${next.step} ${next.leg.leg}` : next.step;
};

describe('starting a collection', () => {
  it('names its legs, which sum to the amount exactly', () => {
    const wanted = details('all_or_nothing', ...three);
    given(collection, [])
      .when({ type: 'StartCollection', at, details: wanted })
      .then({ type: 'CollectionStarted', at, ...wanted });
    given(collection, [])
      .when({ type: 'StartCollection', at, details: { ...wanted, amount: usd(4501) } })
      .thenRejected({ code: 'collection_legs_do_not_sum' });
    given(collection, [])
      .when({ type: 'StartCollection', at, details: { ...wanted, amount: money(4500n, 'EUR') } })
      .thenRejected({ code: 'collection_legs_do_not_sum' });
  });

  it('needs legs, each of a positive amount', () => {
    given(collection, [])
      .when({ type: 'StartCollection', at, details: details('accumulate') })
      .thenRejected({ code: 'collection_without_legs' });
    given(collection, [])
      .when({ type: 'StartCollection', at, details: details('accumulate', creditLeg(1, 0)) })
      .thenRejected({ code: 'collection_leg_amount_not_positive', leg: 1 });
    const many = Array.from({ length: 11 }, (_, index) => creditLeg(index + 1, 10));
    given(collection, [])
      .when({ type: 'StartCollection', at, details: details('accumulate', ...many) })
      .thenRejected({ code: 'collection_without_legs' });
  });

  it('happens once', () => {
    const again = { type: 'StartCollection', at, details: details('all_or_nothing', ...three) } as const;
    given(collection, begun).when(again).thenNothing();
    given(collection, begun)
      .when({ ...again, details: details('all_or_nothing', creditLeg(1, 1)) })
      .thenRejected({ code: 'collection_already_exists' });
  });

  it('comes to nothing, and tries nothing, when the invoice is not free', () => {
    const refusal = { code: 'invoice_already_being_collected', message: 'Another collection is under way.' };
    const refused: CollectionEvent = { type: 'CollectionClaimRefused', at, ...refusal };
    given(collection, [begun[0] as CollectionEvent])
      .when({ type: 'RecordClaim', at, refusal })
      .then(refused);
    expect(step(begun[0] as CollectionEvent, refused)).toBeNull();
  });
});

describe('all or nothing', () => {
  it('reserves every leg in order before it takes any, and applies what it took', () => {
    expect(step(...begun.slice(0, 1))).toBe('claim');
    expect(step(...begun)).toBe('reserve 1');
    expect(step(...begun, reserved(1))).toBe('reserve 2');
    expect(step(...begun, reserved(1), reserved(2))).toBe('reserve 3');
    const all = [...begun, reserved(1), reserved(2), reserved(3)];
    expect(step(...all)).toBe('take 1');
    const taken = [...all, settled(1, 1000), settled(2, 3000), settled(3, 500)];
    expect(step(...taken)).toBe('apply');
    given(collection, taken)
      .when(close)
      .then({ type: 'CollectionSucceeded', at, settled: usd(4500) });
    given(collection, all).when(close).thenRejected({ code: 'collection_not_closable' });
  });

  it('gives every leg back, the last first, when one fails', () => {
    given(collection, [...begun, reserved(1)])
      .when(recordLeg(2, { outcome: 'failed', ...declined }))
      .then(legFailed(2));
    const failed = [...begun, reserved(1), legFailed(2)];
    expect(step(...failed)).toBe('release 3');
    expect(step(...failed, released(3))).toBe('release 2');
    expect(step(...failed, released(3), released(2))).toBe('release 1');
    given(collection, [...failed, released(3), released(2)])
      .when(close)
      .thenRejected({ code: 'collection_not_closable' });
    given(collection, [...failed, released(3), released(2), released(1)])
      .when(close)
      .then({ type: 'CollectionFailed', at, ...declined });
  });

  it('gives back what it took when a later leg cannot be taken after all', () => {
    const taking = [...begun, reserved(1), reserved(2), reserved(3), settled(1, 1000), legFailed(2)];
    expect(step(...taking)).toBe('release 3');
    given(collection, [...taking, released(3), released(2)])
      .when(recordLeg(1, { outcome: 'released' }))
      .then(released(1));
  });

  it('hears no old news', () => {
    const failed = [...begun, reserved(1), legFailed(2)];
    given(collection, failed)
      .when(recordLeg(2, { outcome: 'settled' }))
      .thenNothing();
    given(collection, failed)
      .when(recordLeg(1, { outcome: 'reserved' }))
      .thenNothing();
    given(collection, [...begun, reserved(1)])
      .when(recordLeg(1, { outcome: 'reserved' }))
      .thenNothing();
    given(collection, [...begun, reserved(1)])
      .when(recordLeg(1, { outcome: 'released' }))
      .thenNothing();
  });

  it('may be given up until every leg is certain', () => {
    const refusal = { code: 'collection_expired', message: 'Its time ran out.' };
    const abandon = { type: 'AbandonCollection', at, refusal } as const;
    given(collection, [...begun, reserved(1)])
      .when(abandon)
      .then({ type: 'CollectionAbandoned', at, ...refusal });
    given(collection, [...begun, reserved(1), reserved(2), reserved(3)])
      .when(abandon)
      .thenRejected({ code: 'collection_not_abandonable' });
  });
});

describe('accumulating', () => {
  const open = [started('accumulate', ...three), granted];

  it('takes each leg as soon as it is certain', () => {
    expect(step(...open, reserved(1))).toBe('take 1');
    expect(step(...open, reserved(1), settled(1, 1000))).toBe('reserve 2');
  });

  it('passes over a leg that fails, and keeps the others', () => {
    const failed = [...open, settled(1, 1000), legFailed(2)];
    expect(step(...failed)).toBe('release 2');
    expect(step(...failed, released(2))).toBe('reserve 3');
    const rest = [...failed, released(2), settled(3, 500)];
    given(collection, rest)
      .when(close)
      .then({ type: 'CollectionSucceeded', at, settled: usd(1500) });
  });

  it('comes to nothing when every leg fails', () => {
    const failed = [1, 2, 3].flatMap((leg) => [legFailed(leg), released(leg)]);
    given(collection, [...open, ...failed])
      .when(close)
      .then({ type: 'CollectionFailed', at, ...declined });
  });

  it('keeps what it has when it is given up', () => {
    const refusal = { code: 'collection_expired', message: 'Its time ran out.' };
    const abandoned: CollectionEvent = { type: 'CollectionAbandoned', at, ...refusal };
    const given2 = [...open, settled(1, 1000), abandoned];
    expect(step(...given2)).toBe('release 2');
    given(collection, [...given2, released(2), released(3)])
      .when(close)
      .then({ type: 'CollectionSucceeded', at, settled: usd(1000) });
  });
});
