import type { CreditId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { GrantStatus } from './grant.js';

/** Every business refusal of the credit decider, by its stable code. */
export type CreditRejection =
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'expiry_in_past'; readonly at: Instant }
  /** The id stands for a grant with other details. */
  | { readonly code: 'grant_already_exists' }
  /** All that was ever granted in a currency must stay an amount that every reader can hold. */
  | { readonly code: 'credit_limit_exceeded'; readonly grantable: Money }
  | { readonly code: 'credit_not_found'; readonly creditId: CreditId }
  | { readonly code: 'currency_mismatch'; readonly expected: string }
  | { readonly code: 'insufficient_credit'; readonly available: Money }
  /** There is enough, but in more grants than one hold can name. */
  | { readonly code: 'too_many_grants'; readonly holdable: Money }
  /** The id stands for a hold of another amount or invoice, or one that is not spent yet. */
  | { readonly code: 'hold_already_exists' }
  | { readonly code: 'hold_not_found' }
  | { readonly code: 'hold_not_spent' }
  | { readonly code: 'hold_already_spent' }
  | { readonly code: 'hold_already_released' }
  | { readonly code: 'restore_exceeds_spent'; readonly restorable: Money }
  /** The id stands for a restoration of another amount. */
  | { readonly code: 'restore_already_exists' }
  /** The payment that it came from is gone. */
  | { readonly code: 'credit_unpaid'; readonly creditId: CreditId }
  | { readonly code: 'credit_not_expired'; readonly expiresAt: Instant | null }
  /** Nothing is left that could be revoked. */
  | { readonly code: 'credit_not_revocable'; readonly status: GrantStatus };
