/** Calls of the webhook endpoint whose signature is none of the provider's: nothing of them is kept but that they came. */
export interface RejectedWebhooks {
  /** Answers at once, and never throws: a count that is lost is better than an endpoint that waits for it. */
  count(): void;
}
