import { describe, expect, it } from '@jest/globals';
import { creditAccount } from '../../../src/domain/credit/credit.js';
import type { CreditEvent } from '../../../src/domain/credit/events.js';
import type { GrantDetails } from '../../../src/domain/credit/grant.js';
import { available, statusOf } from '../../../src/domain/credit/grant.js';
import { grantsPerHoldMax } from '../../../src/domain/credit/hold.js';
import type { CreditState } from '../../../src/domain/credit/state.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { find } from '../../../src/domain/shared/id-index.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { largestMinor, money } from '../../../src/domain/shared/money.js';
import {
  creditId,
  day,
  expired,
  expireGrant,
  extended,
  grantCredit,
  granted,
  held,
  holdCredit,
  holdId,
  released,
  releaseHold,
  restoreCredit,
  restored,
  revokeCredit,
  revoked,
  revokeRefunded,
  spendCredit,
  spendHold,
  spent,
} from '../../support/credit-examples.js';
import { given } from '../../support/decider-specification.js';
import { at, required, usd } from '../../support/payment-examples.js';

const instant = (text: string): Instant => required(parseInstant(text));
const lastMoment = instant('2026-11-09T23:59:59.999Z');
const expiring = (change: Partial<GrantDetails> = {}) => ({ expiresAt: day(10), ...change });
const extending = expiring({ lateReturn: { policy: 'extension', days: 30 } });

function grantIn(state: CreditState, n: number) {
  const grant = state.status === 'open' ? find(state.grants, creditId(n)) : undefined;
  if (grant === undefined) throw new TypeError(`no grant ${n}`);
  return grant;
}

function statusAfter(events: readonly CreditEvent[], n = 1) {
  return statusOf(grantIn(fold<CreditState, CreditEvent>(creditAccount, events), n));
}

describe('granting credit', () => {
  it('opens the account, and gives more in any currency later', () => {
    given(creditAccount, []).when(grantCredit(1, 5000)).then(granted(1, 5000));
    given(creditAccount, [granted(1, 5000)])
      .when(grantCredit(2, 700, { amount: money(700n, 'JPY'), grantType: 'prepaid' }))
      .then(granted(2, 700, { amount: money(700n, 'JPY'), grantType: 'prepaid' }));
  });
  it('is already done under the same id with the same content, and refused with another', () => {
    given(creditAccount, [granted(1, 5000, expiring())])
      .when(grantCredit(1, 5000, expiring(), day(20)))
      .thenNothing();
    const others: Partial<GrantDetails>[] = [
      { amount: usd(5001) },
      { grantType: 'prepaid' },
      { expiresAt: day(11) },
      { priority: 1 },
      { source: 'x' },
      { description: 'x' },
      { grantedBy: 'api_key:key_2' },
      { metadata: { a: 'b' } },
      { lateReturn: { policy: 'extension', days: 1 } },
    ];
    for (const other of others) {
      given(creditAccount, [granted(1, 5000, expiring())])
        .when(grantCredit(1, 5000, expiring(other)))
        .thenRejected({ code: 'grant_already_exists' });
    }
  });
  it('is refused for nothing, for less, and when it would have expired at once', () => {
    given(creditAccount, []).when(grantCredit(1, 0)).thenRejected({ code: 'amount_not_positive' });
    given(creditAccount, []).when(grantCredit(1, -1)).thenRejected({ code: 'amount_not_positive' });
    for (const when of [day(10), day(11)]) {
      given(creditAccount, [])
        .when(grantCredit(1, 1, expiring(), when))
        .thenRejected({ code: 'expiry_in_past', at: when });
    }
    given(creditAccount, [])
      .when(grantCredit(1, 1, expiring(), lastMoment))
      .then(granted(1, 1, expiring(), lastMoment));
  });
  it('never leads to a sum that not every reader can hold', () => {
    const most = { amount: money(largestMinor, 'USD') };
    given(creditAccount, [granted(1, 1, most)])
      .when(grantCredit(2, 1))
      .thenRejected({ code: 'credit_limit_exceeded', grantable: usd(0) });
    given(creditAccount, [granted(1, 1, most)])
      .when(grantCredit(2, 1, { amount: money(1n, 'EUR') }))
      .then(granted(2, 1, { amount: money(1n, 'EUR') }));
  });
});

describe('the order of grants', () => {
  it.each<[string, Partial<GrantDetails>, Partial<GrantDetails>]>([
    ['priority before expiry', { priority: 2, expiresAt: day(5) }, { priority: 1 }],
    ['the soonest expiry', { expiresAt: day(11) }, { expiresAt: day(10) }],
    ['an expiry before none', {}, { expiresAt: day(28) }],
    ['gifts before money', { grantType: 'prepaid' }, { grantType: 'referral' }],
  ])('is %s', (_name, later, sooner) => {
    given(creditAccount, [granted(1, 100, later), granted(2, 100, sooner)])
      .when(holdCredit(1, 150))
      .then(
        held(1, [
          [2, 100],
          [1, 50],
        ]),
      );
  });
  it('is age before id, and id at the end', () => {
    given(creditAccount, [granted(1, 100, {}, day(3)), granted(2, 100, {}, day(2))])
      .when(holdCredit(1, 100, day(4)))
      .then(held(1, [[2, 100]], day(4)));
    given(creditAccount, [granted(2, 100), granted(1, 100)])
      .when(holdCredit(1, 100))
      .then(held(1, [[1, 100]]));
  });
  it('is what was asked for, and nothing else, where grants are named', () => {
    const history = [granted(1, 100), granted(2, 100), granted(3, 100)];
    const from = [creditId(3), creditId(1), creditId(3)];
    given(creditAccount, history)
      .when({ ...holdCredit(1, 150), from })
      .then(
        held(1, [
          [3, 100],
          [1, 50],
        ]),
      );
    given(creditAccount, history)
      .when({ ...holdCredit(1, 201), from })
      .thenRejected({ code: 'insufficient_credit', available: usd(200) });
    given(creditAccount, history)
      .when({ ...holdCredit(1, 1), from: [creditId(9)] })
      .thenRejected({ code: 'credit_not_found', creditId: creditId(9) });
    given(creditAccount, [...history, granted(4, 1, { amount: money(1n, 'EUR') })])
      .when({ ...holdCredit(1, 1), from: [creditId(4)] })
      .thenRejected({ code: 'currency_mismatch', expected: 'EUR' });
  });
});

describe('holding and spending', () => {
  it('is all or nothing, and of one currency', () => {
    const history = [granted(1, 100), granted(2, 900, { amount: money(900n, 'EUR') })];
    given(creditAccount, history)
      .when(holdCredit(1, 101))
      .thenRejected({ code: 'insufficient_credit', available: usd(100) });
    given(creditAccount, [...history, held(1, [[1, 60]])])
      .when(spendCredit(2, 41))
      .thenRejected({ code: 'insufficient_credit', available: usd(40) });
    given(creditAccount, []).when(holdCredit(1, 1)).thenRejected({ code: 'insufficient_credit' });
    given(creditAccount, history).when(holdCredit(1, 0)).thenRejected({ code: 'amount_not_positive' });
    given(creditAccount, history).when(holdCredit(1, -1)).thenRejected({ code: 'amount_not_positive' });
  });
  it('spends what was held, says which grants are empty, and says it once', () => {
    const history = [
      granted(1, 100),
      granted(2, 100),
      held(1, [
        [1, 100],
        [2, 50],
      ]),
    ];
    const fact = spent(
      1,
      [
        [1, 100],
        [2, 50],
      ],
      [1],
    );
    given(creditAccount, history).when(spendHold(1)).then(fact);
    given(creditAccount, [...history, fact])
      .when(spendHold(1))
      .thenNothing();
    given(creditAccount, [...history, fact])
      .when(releaseHold(1))
      .thenRejected({ code: 'hold_already_spent' });
    expect(statusAfter([...history, fact])).toBe('exhausted');
    expect(statusAfter([...history, fact], 2)).toBe('active');
  });
  it('spends at once, as a hold and its end', () => {
    const facts = [held(1, [[1, 100]]), spent(1, [[1, 100]], [1])];
    given(creditAccount, [granted(1, 100)])
      .when(spendCredit(1, 100))
      .then(...facts);
    given(creditAccount, [granted(1, 100), ...facts])
      .when(spendCredit(1, 100))
      .thenNothing();
    given(creditAccount, [granted(1, 100), held(1, [[1, 100]])])
      .when(spendCredit(1, 100))
      .thenRejected({ code: 'hold_already_exists' });
  });
  it('gives a hold back to the same grants, once', () => {
    const history = [granted(1, 100), held(1, [[1, 60]])];
    given(creditAccount, history)
      .when(releaseHold(1))
      .then(released(1, [[1, 60]]));
    const after = [...history, released(1, [[1, 60]])];
    given(creditAccount, after).when(releaseHold(1)).thenNothing();
    given(creditAccount, after).when(spendHold(1)).thenRejected({ code: 'hold_already_released' });
    given(creditAccount, after).when(holdCredit(1, 60)).thenRejected({ code: 'hold_already_released' });
    given(creditAccount, after)
      .when(holdCredit(2, 100))
      .then(held(2, [[1, 100]]));
  });
  it('knows a hold by its id, its amount and its invoice', () => {
    const history = [granted(1, 100), held(1, [[1, 60]])];
    given(creditAccount, history).when(holdCredit(1, 60)).thenNothing();
    given(creditAccount, history).when(holdCredit(1, 61)).thenRejected({ code: 'hold_already_exists' });
    given(creditAccount, history)
      .when({ ...holdCredit(1, 60), invoiceId: null })
      .thenRejected({ code: 'hold_already_exists' });
    given(creditAccount, history).when(spendHold(2)).thenRejected({ code: 'hold_not_found' });
    given(creditAccount, []).when(releaseHold(1)).thenRejected({ code: 'hold_not_found' });
  });
  it('names no more grants than fit into one fact', () => {
    const many = Array.from({ length: grantsPerHoldMax + 1 }, (_, n) => granted(n + 1, 10));
    given(creditAccount, many)
      .when(holdCredit(1, 10 * grantsPerHoldMax + 1))
      .thenRejected({ code: 'too_many_grants', holdable: usd(10 * grantsPerHoldMax) });
    const after = given(creditAccount, many).when(holdCredit(1, 10 * grantsPerHoldMax));
    after.then(
      held(
        1,
        many.slice(0, grantsPerHoldMax).map((_grant, n) => [n + 1, 10] as const),
      ),
    );
  });
});

describe('expiry', () => {
  const history = [granted(1, 100, expiring())];

  it('is half-open: the last millisecond spends, the next instant does not', () => {
    given(creditAccount, history)
      .when(holdCredit(1, 100, lastMoment))
      .then(held(1, [[1, 100]], lastMoment));
    given(creditAccount, history)
      .when(holdCredit(1, 1, day(10)))
      .thenRejected({ code: 'insufficient_credit', available: usd(0) });
  });
  it('books what is left, once and not before its time', () => {
    given(creditAccount, history)
      .when(expireGrant(1, lastMoment))
      .thenRejected({ code: 'credit_not_expired', expiresAt: day(10) });
    given(creditAccount, [granted(1, 1)])
      .when(expireGrant(1, day(10)))
      .thenRejected({ code: 'credit_not_expired', expiresAt: null });
    given(creditAccount, history)
      .when(expireGrant(1, day(10)))
      .then(expired(1, 100, day(10)));
    given(creditAccount, [...history, expired(1, 100, day(10))])
      .when(expireGrant(1, day(11)))
      .thenNothing();
    given(creditAccount, history)
      .when(expireGrant(2, day(10)))
      .thenRejected({ code: 'credit_not_found' });
    expect(statusAfter([...history, expired(1, 100, day(10))])).toBe('expired');
  });
  it('means nothing to a grant that was used up or revoked', () => {
    const used = [...history, held(1, [[1, 100]]), spent(1, [[1, 100]], [1])];
    given(creditAccount, used)
      .when(expireGrant(1, day(10)))
      .thenNothing();
    given(creditAccount, [...history, revoked(1, 100)])
      .when(expireGrant(1, day(10)))
      .thenNothing();
    expect(statusAfter(used)).toBe('exhausted');
  });
  it('leaves what is on hold alone, and that can still be spent', () => {
    const holding = [...history, held(1, [[1, 60]])];
    given(creditAccount, holding)
      .when(expireGrant(1, day(10)))
      .then(expired(1, 40, day(10)));
    const after = [...holding, expired(1, 40, day(10))];
    given(creditAccount, after)
      .when(spendHold(1, day(12)))
      .then(spent(1, [[1, 60]], [1], day(12)));
    expect(statusAfter(after)).toBe('active');
  });
  it('takes a hold that comes back as breakage, by the policy of the grant', () => {
    const holding = [...history, held(1, [[1, 60]])];
    const booked = [...holding, expired(1, 40, day(10))];
    given(creditAccount, booked)
      .when(releaseHold(1, day(12)))
      .then(released(1, [[1, 60]], day(12)), expired(1, 60, day(12)));
    // The timer was late: what was left all along expires first.
    given(creditAccount, holding)
      .when(releaseHold(1, day(12)))
      .then(expired(1, 40, day(12)), released(1, [[1, 60]], day(12)), expired(1, 60, day(12)));
  });
  it('or lets only that part be used for some days more', () => {
    const holding = [granted(1, 100, extending), held(1, [[1, 60]])];
    const until = instant('2026-12-12T00:00:00.000Z');
    const facts = [expired(1, 40, day(12)), released(1, [[1, 60]], day(12)), extended(1, 60, until, day(12))];
    const after = given(creditAccount, holding)
      .when(releaseHold(1, day(12)))
      .then(...facts);
    expect(available(grantIn(after, 1), day(30))).toEqual(usd(60));
    expect(available(grantIn(after, 1), until)).toEqual(usd(0));
    given(creditAccount, [...holding, ...facts])
      .when(expireGrant(1, until))
      .then(expired(1, 60, until));
  });
});

describe('restoring what was spent', () => {
  const shares = [
    [1, 100],
    [2, 50],
  ] as const;
  const history = [
    granted(1, 100),
    granted(2, 100, { grantType: 'prepaid' }),
    held(1, shares),
    spent(1, shares, [1]),
  ];

  it('goes back to the same grants, the last one used first, and never above what was spent', () => {
    given(creditAccount, history)
      .when(restoreCredit(1, 'a', 60))
      .then(
        restored(
          1,
          'a',
          [
            [2, 50],
            [1, 10],
          ],
          [[1, null]],
        ),
      );
    const first = restored(1, 'a', [[2, 30]]);
    given(creditAccount, [...history, first])
      .when(restoreCredit(1, 'b', 120))
      .then(
        restored(
          1,
          'b',
          [
            [2, 20],
            [1, 100],
          ],
          [[1, null]],
        ),
      );
    given(creditAccount, [...history, first])
      .when(restoreCredit(1, 'b', 121))
      .thenRejected({ code: 'restore_exceeds_spent', restorable: usd(120) });
  });
  it('is done once under its id', () => {
    const after = [...history, restored(1, 'a', [[2, 50]])];
    given(creditAccount, after)
      .when(restoreCredit(1, 'a', 50))
      .thenNothing();
    given(creditAccount, after)
      .when(restoreCredit(1, 'a', 51))
      .thenRejected({ code: 'restore_already_exists' });
  });
  it('needs a spend of the same currency', () => {
    given(creditAccount, history)
      .when(restoreCredit(2, 'a', 1))
      .thenRejected({ code: 'hold_not_found' });
    given(creditAccount, history)
      .when(restoreCredit(1, 'a', 0))
      .thenRejected({ code: 'amount_not_positive' });
    given(creditAccount, history)
      .when({ ...restoreCredit(1, 'a', 1), amount: money(1n, 'EUR') })
      .thenRejected({ code: 'currency_mismatch', expected: 'USD' });
    given(creditAccount, [granted(1, 5), held(1, [[1, 5]])])
      .when(restoreCredit(1, 'a', 1))
      .thenRejected({ code: 'hold_not_spent' });
    given(creditAccount, [granted(1, 5), held(1, [[1, 5]]), released(1, [[1, 5]])])
      .when(restoreCredit(1, 'a', 1))
      .thenRejected({ code: 'hold_already_released' });
  });
  it('does not outlive an expiry, unless the grant says so', () => {
    const used = (change: Partial<GrantDetails>) => [
      granted(1, 100, change),
      held(1, [[1, 100]]),
      spent(1, [[1, 100]], [1]),
    ];
    given(creditAccount, used(expiring()))
      .when(restoreCredit(1, 'a', 70, day(10)))
      .then(restored(1, 'a', [[1, 70]], [[1, day(10)]], day(10)), expired(1, 70, day(10)));
    given(creditAccount, used(extending))
      .when(restoreCredit(1, 'a', 70, day(10)))
      .then(
        restored(1, 'a', [[1, 70]], [[1, day(10)]], day(10)),
        extended(1, 70, instant('2026-12-10T00:00:00.000Z'), day(10)),
      );
  });
});

describe('revoking a grant', () => {
  it('takes back the unspent rest only, and says once that it did', () => {
    const used = [granted(1, 100, { grantType: 'prepaid' }), held(1, [[1, 30]]), spent(1, [[1, 30]])];
    given(creditAccount, used)
      .when(revokeCredit(1))
      .then(revoked(1, 70, true));
    given(creditAccount, [...used, revoked(1, 70, true)])
      .when(revokeCredit(1))
      .thenNothing();
    given(creditAccount, [...used, revoked(1, 70, true)])
      .when(holdCredit(2, 1))
      .thenRejected({ code: 'insufficient_credit', available: usd(0) });
    expect(statusAfter([...used, revoked(1, 70, true)])).toBe('voided');
  });
  it('leaves a hold to its end: spent it stays spent, let go it is revoked too', () => {
    const holding = [granted(1, 100), held(1, [[1, 100]])];
    given(creditAccount, holding).when(revokeCredit(1)).then(revoked(1, 0));
    const after = [...holding, revoked(1, 0)];
    given(creditAccount, after)
      .when(spendHold(1))
      .then(spent(1, [[1, 100]], [1]));
    given(creditAccount, after)
      .when(releaseHold(1))
      .then(released(1, [[1, 100]]), revoked(1, 100));
    const used = [...after, spent(1, [[1, 100]], [1])];
    given(creditAccount, used)
      .when(restoreCredit(1, 'a', 40))
      .then(restored(1, 'a', [[1, 40]], [[1, null]]), revoked(1, 40));
  });
  it('finds nothing to take back of what was used up or has expired', () => {
    given(creditAccount, [granted(1, 100), held(1, [[1, 100]]), spent(1, [[1, 100]], [1])])
      .when(revokeCredit(1))
      .thenRejected({ code: 'credit_not_revocable', status: 'exhausted' });
    given(creditAccount, [granted(1, 100, expiring({ grantType: 'prepaid' }))])
      .when(revokeCredit(1, day(10)))
      .thenRejected({ code: 'credit_not_revocable', status: 'expired' });
    given(creditAccount, [granted(1, 100, expiring()), held(1, [[1, 60]])])
      .when(revokeCredit(1, day(10)))
      .then(expired(1, 40, day(10)), revoked(1, 0, false, day(10)));
    given(creditAccount, []).when(revokeCredit(1)).thenRejected({ code: 'credit_not_found' });
  });
});

describe('a grant whose payment was returned', () => {
  const prepaid = granted(1, 100, { grantType: 'prepaid' });
  const gone = (minor: number): CreditEvent => ({ ...revoked(1, minor, true), paymentReturned: true });
  const unpaid = (type: 'CreditLeftUnpaid' | 'CreditUnpaidReturned', minor: number): CreditEvent => ({
    ...{ type, at, creditId: creditId(1), amount: usd(minor) },
  });
  const returned = revokeCredit(1, at, true);

  it('is revoked as far as it is unspent, and the rest is owed; told once', () => {
    const used = [prepaid, held(1, [[1, 30]]), spent(1, [[1, 30]])];
    given(creditAccount, used).when(returned).then(gone(70), unpaid('CreditLeftUnpaid', 30));
    given(creditAccount, [...used, gone(70), unpaid('CreditLeftUnpaid', 30)])
      .when(returned)
      .thenNothing();
    const empty = [prepaid, held(1, [[1, 100]]), spent(1, [[1, 100]], [1])];
    given(creditAccount, empty).when(returned).then(gone(0), unpaid('CreditLeftUnpaid', 100));
    given(creditAccount, [...used, revoked(1, 70, true)])
      .when(returned)
      .then(gone(0), unpaid('CreditLeftUnpaid', 30));
  });

  it('is not spent any more by a hold, which lets it go to be taken back', () => {
    const holding = [prepaid, held(1, [[1, 100]]), gone(0)];
    given(creditAccount, holding).when(spendHold(1)).thenRejected({ code: 'credit_unpaid' });
    given(creditAccount, holding)
      .when(releaseHold(1))
      .then(released(1, [[1, 100]]), revoked(1, 100, true));
  });

  it('is owed no more as far as it comes back from what it was spent on', () => {
    const used = [prepaid, held(1, [[1, 30]]), spent(1, [[1, 30]])];
    given(creditAccount, [...used, gone(70), unpaid('CreditLeftUnpaid', 30)])
      .when(restoreCredit(1, 'a', 20))
      .then(
        restored(1, 'a', [[1, 20]], [[1, null]]),
        revoked(1, 20, true),
        unpaid('CreditUnpaidReturned', 20),
      );
  });
});

describe('a grant of which some money was refunded', () => {
  const prepaid = granted(1, 100, { grantType: 'prepaid' });
  const used = [prepaid, held(1, [[1, 60]]), spent(1, [[1, 60]])];
  const partly = (minor: number, left: 'empty' | 'some_left' = 'some_left'): CreditEvent => ({
    ...revoked(1, minor, true),
    partly: left,
  });
  const leftUnpaid = (minor: number, debt?: number): CreditEvent => ({
    ...{ type: 'CreditLeftUnpaid', at, creditId: creditId(1), amount: usd(minor) },
    ...(debt === undefined ? {} : { debt }),
  });
  const unpaidReturned = (minor: number): CreditEvent => ({
    ...{ type: 'CreditUnpaidReturned', at, creditId: creditId(1), amount: usd(minor) },
  });

  it('loses what is unspent first, goes on with the rest, and what is above it is owed', () => {
    given(creditAccount, used).when(revokeRefunded(1, 30)).then(partly(30));
    given(creditAccount, [...used, partly(30)])
      .when(revokeRefunded(1, 30))
      .thenNothing();
    given(creditAccount, [...used, partly(30)])
      .when(revokeRefunded(1, 55))
      .then(partly(10, 'empty'), leftUnpaid(15));
    given(creditAccount, [...used, partly(40, 'empty'), leftUnpaid(15)])
      .when(revokeRefunded(1, 75))
      .then(leftUnpaid(20, 2));
    given(creditAccount, [prepaid])
      .when(revokeRefunded(1, 100))
      .then(revoked(1, 100, true));
    given(creditAccount, []).when(revokeRefunded(1, 1)).thenRejected({ code: 'credit_not_found' });
  });

  it('owes nothing for what was revoked by hand before, whose money is free', () => {
    given(creditAccount, [...used, revoked(1, 40, true)])
      .when(revokeRefunded(1, 40))
      .thenNothing();
    given(creditAccount, [...used, revoked(1, 40, true)])
      .when(revokeRefunded(1, 50))
      .then(leftUnpaid(10));
  });

  it('owes less as credit comes back, from a hold and from what it was spent on', () => {
    const owing = [...used, held(2, [[1, 40]]), leftUnpaid(50)];
    given(creditAccount, [...used, held(2, [[1, 40]])])
      .when(revokeRefunded(1, 50))
      .then(leftUnpaid(50));
    given(creditAccount, owing)
      .when(releaseHold(2))
      .then(released(2, [[1, 40]]), partly(40, 'empty'), unpaidReturned(40));
    given(creditAccount, owing)
      .when(restoreCredit(1, 'a', 60))
      .then(restored(1, 'a', [[1, 60]], []), partly(50), unpaidReturned(50));
  });
});

describe('a history that cannot be', () => {
  it.each<[string, readonly CreditEvent[]]>([
    ['a grant twice', [granted(1, 1), granted(1, 1)]],
    ['a hold above what there is', [granted(1, 1), held(1, [[1, 2]])]],
    ['a hold twice', [granted(1, 9), held(1, [[1, 1]]), held(1, [[1, 1]])]],
    ['a spend without a hold', [granted(1, 1), spent(1, [[1, 1]])]],
    [
      'a release after the spend',
      [granted(1, 9), held(1, [[1, 1]]), spent(1, [[1, 1]]), released(1, [[1, 1]])],
    ],
    [
      'more back than was spent',
      [granted(1, 9), held(1, [[1, 1]]), spent(1, [[1, 1]]), restored(1, 'a', [[1, 2]])],
    ],
    ['an expiry above what is left', [granted(1, 1), expired(1, 2)]],
    ['a spend before any grant', [held(1, [[1, 1]])]],
    ['parts that are not the whole', [granted(1, 9), { ...held(1, [[1, 1]]), amount: usd(2) }]],
    [
      'another hold of the same id',
      [granted(1, 9), held(1, [[1, 2]]), { ...spent(1, [[1, 1]]), holdId: holdId(1) }],
    ],
  ])('stops the fold: %s', (_name, events) => {
    expect(() => fold<CreditState, CreditEvent>(creditAccount, events)).toThrow(CorruptStream);
  });
});
