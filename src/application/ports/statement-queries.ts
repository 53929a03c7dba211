import type { Instant } from '../../domain/shared/instant.js';
import type { Position } from './event-store.js';

/**
 * What one journal did to a customer's account. Amounts are minor units; above zero the customer owes more, below zero less,
 * or has something to spend.
 */
export type StatementLine = {
  readonly event_id: string;
  readonly stream: string;
  readonly description: string;
  readonly currency: string;
  /** Owed on invoices. */
  readonly receivable: bigint;
  /** Credit that can be spent. */
  readonly credit: bigint;
  /** Paid, and not set against an invoice. */
  readonly unapplied: bigint;
  /** The sum of the three up to and including this line, in its currency. */
  readonly balance: bigint;
  readonly position: Position;
  /** When it was decided. */
  readonly at: Instant;
};

export type StatementBalance = Pick<
  StatementLine,
  'currency' | 'receivable' | 'credit' | 'unapplied' | 'balance'
>;

/** From the ledger, which may lag: it tells how far it is. */
export interface StatementQueries {
  /**
   * A customer's account with us, oldest line first, as it stood at an instant.
   * @param after the position behind which the lines begin; balances are of all lines all the same
   */
  statementOf(
    customer: string,
    request: { readonly asOf: Instant; readonly after: Position; readonly limit: number },
  ): Promise<{
    readonly position: Position;
    readonly balances: readonly StatementBalance[];
    readonly lines: readonly StatementLine[];
    readonly hasMore: boolean;
  }>;
}
