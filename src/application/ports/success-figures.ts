/**
 * What came of payments in a window: the one definition that alerts, the overview and the mails to operators share. A payment
 * counts once, by its latest attempt, in the window in which that ended; a customer who succeeds with a second card is a success.
 */
export type PaymentOutcomes = {
  /** Paid or authorized. */
  readonly succeeded: number;
  /** Declined, or failed for good. */
  readonly failed: number;
  /** How many of each came to it by their first attempt. */
  readonly firstSucceeded: number;
  readonly firstFailed: number;
  /** Begun in the window and left by the customer where the bank wanted them to act: neither, and left out. */
  readonly unfinished: number;
  /** Begun in the window and without an answer so far, or called off: left out as well. What is in doubt has not failed. */
  readonly unanswered: number;
};

/**
 * Payments that are looked at apart: by whether the latest attempt was the first, or by the rail of the saved payment method that it
 * was made with. One that is not saved counts as a card.
 */
export type PaymentSlice = 'first_attempts' | 'retries' | 'cards' | 'ach_debits' | 'sepa_debits';

/** What came of the provider's verified webhooks that arrived in a window; bad signatures never get so far. */
export type WebhookOutcomes = {
  readonly handled: number;
  /** They could not be handled so far, or are parked. */
  readonly failed: number;
  /** Nobody has tried yet: left out. */
  readonly waiting: number;
  /** A person dismissed them: left out, so that nobody can dismiss a failure into a success. */
  readonly dismissed: number;
};

/** A share with its parts, so that a reader can check it. Payments, webhooks, or minutes of uptime. */
export type Share = { readonly good: number; readonly total: number; readonly excluded: number };

/** The share of payments that succeeded. */
export function shareOfPayments({ succeeded, failed, unfinished, unanswered }: PaymentOutcomes): Share {
  return { good: succeeded, total: succeeded + failed, excluded: unfinished + unanswered };
}

/** The share of webhooks that were handled. */
export function shareOfWebhooks({ handled, failed, waiting, dismissed }: WebhookOutcomes): Share {
  return { good: handled, total: handled + failed, excluded: waiting + dismissed };
}
