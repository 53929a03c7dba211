import type { MethodBehaviour } from './method-behaviour.js';
import { APPROVES } from './method-behaviour.js';

/** A bank account of Stripe's test tables: ACH by account number, SEPA by IBAN. */
export type TestBankAccount = {
  readonly type: 'us_bank_account' | 'sepa_debit';
  readonly number: string;
  readonly behaviour: MethodBehaviour;
};

type Outcome = readonly [
  account: string,
  name: string,
  outcome: 'succeeds' | 'fails' | 'stays',
  code: string,
];

const ACH: readonly Outcome[] = [
  ['000123456789', 'success', 'succeeds', ''],
  ['000111111113', 'accountClosed', 'fails', 'account_closed'],
  ['000111111116', 'noAccount', 'fails', 'no_account'],
  ['000222222227', 'insufficientFunds', 'fails', 'insufficient_funds'],
  ['000333333335', 'debitNotAuthorized', 'fails', 'debit_not_authorized'],
  ['000444444440', 'invalidCurrency', 'fails', 'invalid_currency'],
  ['000777777771', 'weeklyLimitExceeded', 'fails', 'charge_exceeds_weekly_limit'],
  ['000555555559', 'dispute', 'succeeds', ''],
  ['000000000009', 'processing', 'stays', ''],
];

const SEPA: readonly Outcome[] = [
  ['AT611904300234573201', 'success', 'succeeds', ''],
  ['AT321904300235473204', 'successDelayed', 'succeeds', ''],
  ['AT861904300235473202', 'failed', 'fails', 'generic_could_not_process'],
  ['AT051904300235473205', 'failedDelayed', 'fails', 'generic_could_not_process'],
  ['AT591904300235473203', 'dispute', 'succeeds', ''],
  ['AT981904300000343434', 'exceedsSourceLimit', 'fails', 'charge_exceeds_source_limit'],
  ['AT601904300000121212', 'exceedsWeeklyLimit', 'fails', 'charge_exceeds_weekly_limit'],
  ['AT981904300002222227', 'insufficientFunds', 'fails', 'insufficient_funds'],
];

const behaviourOf = ([, name, outcome, failureCode]: Outcome): MethodBehaviour => ({
  ...APPROVES,
  threeDSecure: 'unsupported',
  dispute: name === 'dispute' ? 'bank' : null,
  settlement: { outcome, failureCode },
});

/** The account behind a `pm_usBankAccount_...` test id. */
export function bankAccountByTestId(id: string): TestBankAccount | undefined {
  const row = ACH.find(([, name]) => id === `pm_usBankAccount_${name}`);
  return row && { type: 'us_bank_account', number: row[0], behaviour: behaviourOf(row) };
}

/** The account with this number; numbers outside the tables behave like the succeeding one. */
export function bankAccountByNumber(type: TestBankAccount['type'], number: string): TestBankAccount {
  const rows = type === 'us_bank_account' ? ACH : SEPA;
  const row = rows.find(([account]) => account === number) ?? [number, 'success', 'succeeds', ''];
  return { type, number, behaviour: behaviourOf(row) };
}

/** Every `pm_usBankAccount_...` name with the way its payments end. */
export function bankAccountNames(): readonly { name: string; outcome: 'succeeds' | 'fails' | 'stays' }[] {
  return ACH.map(([, name, outcome]) => ({ name, outcome }));
}
