import { commandsAgainstStreams } from './commands-against-streams.js';
import {
  cash,
  ledger,
  orders,
  receivable,
  streamsAgainstReadModels,
  taxes,
  tenders,
} from './database-against-others.js';
import type { Discrepancy, FourBooks } from './discrepancy.js';
import { found } from './discrepancy.js';
import { streamsAgainstProvider } from './streams-against-provider.js';

/** Compares the books, which must be at rest: every difference, by the rule that it breaks. */
export function compareBooks(books: FourBooks): readonly Discrepancy[] {
  return [
    ...books.history.complaints.map((detail) => found('bad_answer', 'client', detail)),
    ...books.streams.broken.map((detail) => found('broken_stream', 'streams', detail)),
    ...books.database.waiting.map((detail) => found('in_doubt', 'database', detail)),
    ...commandsAgainstStreams(books),
    ...streamsAgainstProvider(books),
    ...streamsAgainstReadModels(books),
    ...ledger(books),
    ...cash(books),
    ...tenders(books),
    ...orders(books),
    ...receivable(books),
    ...taxes(books),
  ];
}
