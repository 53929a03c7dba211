import type { DeclineReason } from './decline-reasons.js';

/** How a test payment method acts. Every behaviour that Stripe's test table documents is a value here. */
export type MethodBehaviour = {
  /** When the cardholder has to authenticate. */
  readonly authentication: 'never' | 'always' | 'unless_set_up' | 'on_session';
  /** What an explicit request for 3-D Secure leads to. */
  readonly threeDSecure: 'unenrolled' | 'challenge' | 'error' | 'unsupported';
  /** The issuer's refusal, or null when the issuer approves. */
  readonly decline: DeclineReason | null;
  /** Whether a customer may keep it. */
  readonly attachable: boolean;
  /** What becomes of a refund: done at once, pending and later done, or done and later failed. */
  readonly refund: 'immediate' | 'pending' | 'fails';
  /** Whether funds skip the pending balance. */
  readonly funds: 'pending' | 'available';
  readonly risk: 'normal' | 'elevated' | 'highest';
  readonly checks: { readonly line1: Check; readonly postalCode: Check; readonly cvc: Check };
  /** The dispute that the real card would raise; the charge itself succeeds. */
  readonly dispute: string | null;
  /** For bank debits, how a processing payment ends; null for cards, which answer at once. */
  readonly settlement: {
    readonly outcome: 'succeeds' | 'fails' | 'stays';
    readonly failureCode: string;
  } | null;
};

type Check = 'pass' | 'fail' | 'unavailable' | 'unchecked' | null;

/** The plain approving card. */
export const APPROVES: MethodBehaviour = {
  authentication: 'never',
  threeDSecure: 'unenrolled',
  decline: null,
  attachable: true,
  refund: 'immediate',
  funds: 'pending',
  risk: 'normal',
  checks: { line1: null, postalCode: null, cvc: 'pass' },
  dispute: null,
  settlement: null,
};

/** The hidden side of a payment method: how it acts and what happened to it. Never shown by the API. */
export type MethodState = {
  readonly id: string;
  readonly behaviour: MethodBehaviour;
  /** A confirmed setup intent (or setup_future_usage) allows later off-session payments. */
  readonly setUp: boolean;
  /** Used without a customer, or detached: Stripe refuses to use such a method again. */
  readonly consumed: boolean;
};
