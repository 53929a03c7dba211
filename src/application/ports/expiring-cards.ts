/** A saved card, by its ids: its digits stand with what is known of the person. */
export type ExpiringCard = {
  readonly paymentMethodId: string;
  readonly customer: string;
  readonly expYear: number;
  readonly expMonth: number;
};

/** A read model: it may lag. */
export interface ExpiringCards {
  /** Saved cards that can be used in this month for the last time, in the order of their ids, after the one `after`. */
  inMonth(year: number, month: number, after: string | null, limit: number): Promise<readonly ExpiringCard[]>;
}
