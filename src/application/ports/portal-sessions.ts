/**
 * Customers who are signed in. The token is random, stands in a cookie, and is kept as its digest. A session is over half an
 * hour after its last page, at the latest twelve hours after it began, or when it is ended; all by the store's own
 * clock, which nobody puts forward.
 */
export interface PortalSessions {
  /** The token of a new session; durable before it answers. */
  begin(customer: string): Promise<string>;
  /** Whose session it is, which is noted as seen; undefined when it is over or was never there. */
  find(token: string): Promise<string | undefined>;
  end(token: string): Promise<void>;
  /** Ends every session of a customer; answers how many there were. */
  endAll(customer: string): Promise<number>;
  /** Forgets those that are over; answers how many. */
  prune(): Promise<number>;
}
