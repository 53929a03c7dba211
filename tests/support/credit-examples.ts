import type { CreditCommandOf } from '../../src/domain/credit/commands.js';
import type { CreditEventOf } from '../../src/domain/credit/events.js';
import type { GrantDetails } from '../../src/domain/credit/grant.js';
import { isPaid } from '../../src/domain/credit/grant.js';
import type { CreditId, CustomerId, HoldId, InvoiceId } from '../../src/domain/shared/ids.js';
import { parseCreditId, parseCustomerId, parseHoldId, parseInvoiceId } from '../../src/domain/shared/ids.js';
import type { Instant } from '../../src/domain/shared/instant.js';
import { parseInstant } from '../../src/domain/shared/instant.js';
import { at, required, usd } from './payment-examples.js';

/** Short ways to write the history of a credit account in a test; times are days of November 2026. */
const tail = (n: number) => `0193f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export const customerId: CustomerId = required(parseCustomerId(`cus_${tail(1)}`));
export const creditId = (n: number): CreditId => required(parseCreditId(`crd_${tail(n)}`));
export const holdId = (n: number): HoldId => required(parseHoldId(`hold_${tail(n)}`));
export const invoiceId: InvoiceId = required(parseInvoiceId(`inv_${tail(1)}`));
/** Midnight of that day; the examples' commands and facts happen on the 1st at 9:30 unless they say when. */
export const day = (n: number): Instant =>
  required(parseInstant(`2026-11-${n.toString().padStart(2, '0')}T00:00:00.000Z`));

type GrantChange = Partial<GrantDetails>;

const grantDetails = (n: number, minor: number, change: GrantChange = {}): GrantDetails => ({
  creditId: creditId(n),
  customerId,
  amount: usd(minor),
  grantType: 'promotional',
  source: null,
  description: null,
  priority: 100,
  expiresAt: null,
  lateReturn: { policy: 'breakage' },
  grantedBy: 'api_key:key_1',
  metadata: {},
  ...change,
});

export const grantCredit = (
  n: number,
  minor: number,
  change: GrantChange = {},
  when: Instant = at,
): CreditCommandOf<'GrantCredit'> => ({
  type: 'GrantCredit',
  at: when,
  details: grantDetails(n, minor, change),
});

export function granted(
  n: number,
  minor: number,
  change: GrantChange = {},
  when: Instant = at,
): CreditEventOf<'CreditGranted'> {
  const details = grantDetails(n, minor, change);
  return { type: 'CreditGranted', at: when, paid: isPaid(details.grantType), ...details };
}

/** Parts by the numbers of their grants. */
type Shares = readonly (readonly [grant: number, minor: number])[];

const shared = (n: number, shares: Shares, when: Instant) => ({
  at: when,
  holdId: holdId(n),
  amount: usd(shares.reduce((total, [, minor]) => total + minor, 0)),
  parts: shares.map(([grant, minor]) => ({ creditId: creditId(grant), amount: usd(minor) })),
  invoiceId,
});

export const held = (n: number, shares: Shares, when: Instant = at): CreditEventOf<'CreditHeld'> => ({
  type: 'CreditHeld',
  ...shared(n, shares, when),
});
export const released = (
  n: number,
  shares: Shares,
  when: Instant = at,
): CreditEventOf<'CreditHoldReleased'> => ({ type: 'CreditHoldReleased', ...shared(n, shares, when) });
export const spent = (
  n: number,
  shares: Shares,
  emptied: readonly number[] = [],
  when: Instant = at,
): CreditEventOf<'CreditSpent'> => ({
  type: 'CreditSpent',
  ...shared(n, shares, when),
  emptied: emptied.map(creditId),
});
export const restored = (
  n: number,
  restoreId: string,
  shares: Shares,
  revived: readonly (readonly [grant: number, expiresAt: Instant | null])[] = [],
  when: Instant = at,
): CreditEventOf<'CreditRestored'> => ({
  type: 'CreditRestored',
  ...shared(n, shares, when),
  restoreId,
  revived: revived.map(([grant, expiresAt]) => ({ creditId: creditId(grant), expiresAt })),
});
export const expired = (n: number, minor: number, when: Instant = at): CreditEventOf<'CreditExpired'> => ({
  type: 'CreditExpired',
  at: when,
  creditId: creditId(n),
  amount: usd(minor),
});
export const extended = (
  n: number,
  minor: number,
  expiresAt: Instant,
  when: Instant = at,
): CreditEventOf<'CreditExpiryExtended'> => ({
  type: 'CreditExpiryExtended',
  at: when,
  creditId: creditId(n),
  amount: usd(minor),
  expiresAt,
});
export const revoked = (
  n: number,
  minor: number,
  paid = false,
  when: Instant = at,
): CreditEventOf<'CreditRevoked'> => ({
  type: 'CreditRevoked',
  at: when,
  creditId: creditId(n),
  amount: usd(minor),
  paid,
});

const take = (n: number, minor: number, when: Instant) => ({
  at: when,
  holdId: holdId(n),
  amount: usd(minor),
  invoiceId,
  from: null,
});
export const holdCredit = (n: number, minor: number, when: Instant = at): CreditCommandOf<'HoldCredit'> => ({
  type: 'HoldCredit',
  ...take(n, minor, when),
});
export const spendCredit = (
  n: number,
  minor: number,
  when: Instant = at,
): CreditCommandOf<'SpendCredit'> => ({
  type: 'SpendCredit',
  ...take(n, minor, when),
});
export const spendHold = (n: number, when: Instant = at): CreditCommandOf<'SpendHold'> => ({
  type: 'SpendHold',
  at: when,
  holdId: holdId(n),
});
export const releaseHold = (n: number, when: Instant = at): CreditCommandOf<'ReleaseHold'> => ({
  type: 'ReleaseHold',
  at: when,
  holdId: holdId(n),
});
export const restoreCredit = (
  n: number,
  restoreId: string,
  minor: number,
  when: Instant = at,
): CreditCommandOf<'RestoreCredit'> => ({
  type: 'RestoreCredit',
  at: when,
  holdId: holdId(n),
  restoreId,
  amount: usd(minor),
});
export const expireGrant = (n: number, when: Instant): CreditCommandOf<'ExpireGrant'> => ({
  type: 'ExpireGrant',
  at: when,
  creditId: creditId(n),
});
export const revokeRefunded = (n: number, minor: number): CreditCommandOf<'RevokeRefunded'> => ({
  type: 'RevokeRefunded',
  at,
  creditId: creditId(n),
  refunded: usd(minor),
});
export const revokeCredit = (
  n: number,
  when: Instant = at,
  paymentReturned = false,
): CreditCommandOf<'RevokeCredit'> => ({
  type: 'RevokeCredit',
  at: when,
  creditId: creditId(n),
  paymentReturned,
});
