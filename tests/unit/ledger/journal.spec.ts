import { describe, expect, it } from '@jest/globals';
import { credit, debit, journal, UnbalancedJournal } from '../../../src/domain/ledger/journal.js';
import { usd } from '../../support/payment-examples.js';

describe('A journal', () => {
  it('stands when its lines sum to zero in each currency', () => {
    const euros = { minor: 90n, currency: 'EUR' as const };
    const { lines } = journal(
      'Converted',
      debit('fx_position', usd(100)),
      credit('processor_balance', usd(100)),
      debit('processor_balance', euros),
      credit('fx_position', euros),
    );
    expect(lines.map(({ amount }) => amount.minor)).toEqual([100n, -100n, 90n, -90n]);
  });

  it('is refused when it does not balance, when it balances only across currencies, or says nothing', () => {
    const euros = { minor: 100n, currency: 'EUR' as const };
    const refused = [
      () => journal('Off', debit('processor_balance', usd(100)), credit('unapplied_payments', usd(99))),
      () => journal('Mixed', debit('processor_balance', usd(100)), credit('unapplied_payments', euros)),
      () => journal('Alone', debit('processor_balance', usd(100))),
      () => journal('Empty'),
      () => journal('Zero', debit('processor_balance', usd(0)), credit('unapplied_payments', usd(0))),
    ];
    for (const build of refused) expect(build).toThrow(UnbalancedJournal);
  });
});
