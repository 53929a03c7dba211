/** Why an issuer (or Radar) refused, as Stripe words it. */
export type DeclineReason = {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
  readonly param?: string;
  readonly adviceCode?: 'try_again_later' | 'do_not_try_again' | 'confirm_card_data';
  /** True when Radar stopped the payment before it reached the card network. */
  readonly blocked?: true;
};

const DECLINED = 'Your card was declined.';

/** Decline codes whose answer differs from the plain "Your card was declined." */
const SPECIFIC: Readonly<Record<string, DeclineReason>> = {
  insufficient_funds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
    adviceCode: 'try_again_later',
  },
  lost_card: {
    code: 'card_declined',
    declineCode: 'lost_card',
    message: DECLINED,
    adviceCode: 'do_not_try_again',
  },
  stolen_card: {
    code: 'card_declined',
    declineCode: 'stolen_card',
    message: DECLINED,
    adviceCode: 'do_not_try_again',
  },
  expired_card: {
    code: 'expired_card',
    declineCode: 'expired_card',
    message: 'Your card has expired.',
    param: 'exp_month',
    adviceCode: 'do_not_try_again',
  },
  incorrect_cvc: {
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
    param: 'cvc',
    adviceCode: 'confirm_card_data',
  },
  incorrect_number: {
    code: 'incorrect_number',
    declineCode: 'incorrect_number',
    message: 'Your card number is incorrect.',
    param: 'number',
    adviceCode: 'confirm_card_data',
  },
  processing_error: {
    code: 'processing_error',
    declineCode: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
    adviceCode: 'try_again_later',
  },
  card_velocity_exceeded: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    message:
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  },
  card_not_supported: {
    code: 'card_declined',
    declineCode: 'card_not_supported',
    message: 'Your card is not supported.',
  },
  currency_not_supported: {
    code: 'card_declined',
    declineCode: 'currency_not_supported',
    message: 'Your card does not support this type of purchase.',
  },
  authentication_required: {
    code: 'authentication_required',
    declineCode: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
  test_mode_live_card: {
    code: 'card_declined',
    declineCode: 'test_mode_live_card',
    message:
      'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid ' +
      'test cards, visit: https://stripe.com/docs/testing.',
  },
};

/** The reason for a decline code. Codes without wording of their own are plain declines. */
export function declineReason(declineCode: string): DeclineReason {
  return SPECIFIC[declineCode] ?? { code: 'card_declined', declineCode, message: DECLINED };
}

/** What Radar answers when it blocks a payment of the highest risk. */
export const BLOCKED_AS_FRAUDULENT: DeclineReason = {
  code: 'card_declined',
  declineCode: 'fraudulent',
  message: DECLINED,
  blocked: true,
};

/** What the merchant reads in the dashboard, by decline code. */
export function sellerMessage(reason: DeclineReason): string {
  if (reason.blocked === true) return 'Stripe blocked this payment as too risky.';
  if (reason.declineCode === 'generic_decline') {
    return 'The bank did not return any further details with this decline.';
  }
  return `The bank returned the decline code \`${reason.declineCode}\`.`;
}
