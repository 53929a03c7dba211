import type { CustomerId, PaymentId } from '../../domain/shared/ids.js';
import type { CustomerNews } from '../webhook/provider-news.js';

/** What is to be brought up to date with the provider: all of a payment or customer, or what one event was about. */
export type Leftover =
  | { readonly about: 'payment'; readonly id: PaymentId }
  | { readonly about: 'customer'; readonly id: CustomerId }
  /** `id` is that of the provider's event. */
  | { readonly about: 'news'; readonly id: string; readonly news: CustomerNews };

/** `tries`: in how many runs it was kept so far. */
export type KeptLeftover = Leftover & { readonly tries: number };

/** What a run of the backfill could not bring up to date, until a later one can. */
export interface Leftovers {
  /** Durable before it answers. One that is kept already has had one more try. */
  keep(leftover: Leftover, reason: string): Promise<void>;
  /** Up to `limit` in the order of their ids, those after the id `after`; all ids are after the empty one. */
  list(after: string, limit: number): Promise<readonly KeptLeftover[]>;
  /** Once it is up to date; changes nothing when it was kept once more since it was listed. */
  forget(leftover: Pick<KeptLeftover, 'id' | 'tries'>): Promise<void>;
}
