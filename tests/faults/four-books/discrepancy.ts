import type { ClientHistory } from './client-history.js';
import type { DatabaseBook } from './database-book.js';
import type { ProviderBook } from './provider-book.js';
import type { StreamsBook } from './streams-book.js';

export type FourBooks = {
  readonly history: Pick<ClientHistory, 'entries' | 'complaints'>;
  readonly streams: StreamsBook;
  readonly database: DatabaseBook;
  readonly provider: ProviderBook;
};

type Rule =
  /** Acknowledged, and not there or not as it was acknowledged. */
  | 'lost_acknowledgement'
  /** One command, more than one effect. */
  | 'doubled_effect'
  /** Answered with a definite no, and carried out all the same. */
  | 'phantom_failure'
  /** In the streams, and no client asked for it. */
  | 'unknown_command'
  | 'broken_stream'
  /** The streams and the provider tell different stories. */
  | 'provider_differs'
  | 'read_model_differs'
  | 'ledger_differs'
  | 'cash_differs'
  /** Invoices and the tenders that pay them tell different stories, or one is collected for ever. */
  | 'tenders_differ'
  /** An order comes to something else than its invoices ask for. */
  | 'orders_differ'
  /** What the ledger says is owed is not what is due on invoices. */
  | 'receivable_differs'
  /** Tax that is owed to the authorities is not that of what was issued or paid. */
  | 'taxes_differ'
  /** Not at rest. */
  | 'in_doubt'
  /** An answer that says less or other than the API promises. */
  | 'bad_answer';

export type Discrepancy = { readonly rule: Rule; readonly subject: string; readonly detail: string };

export function found(rule: Rule, subject: string, detail: string): Discrepancy {
  return { rule, subject, detail };
}
