import type { Decimal } from '../../domain/shared/decimal.js';
import { formatDecimal } from '../../domain/shared/decimal.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { EventStore, RecordedEvent, StreamName } from '../ports/event-store.js';
import type { AuditedCategories } from './audited-category.js';
import { categoryIn } from './audited-category.js';

/** Up to and including a revision, or what had been recorded by an instant; null for all there is. */
type PointInHistory = { readonly revision: bigint } | { readonly instant: Instant } | null;

type HistoricState =
  | {
      readonly outcome: 'found';
      readonly stream: StreamName;
      /** Of the last event that was folded; null before the first, as are the next two. */
      readonly revision: bigint | null;
      readonly position: bigint | null;
      readonly recordedAt: Instant | null;
      /** The event that made the state what it is; who, why and because of what stand in its metadata. */
      readonly causedBy: RecordedEvent | null;
      /** Plain data in snake_case, money as `{ amount, currency }` with the minor units as bigint. */
      readonly state: unknown;
    }
  | { readonly outcome: 'unknown_category'; readonly category: string }
  | { readonly outcome: 'unknown_stream' };

export type StateAt = (stream: StreamName, at: PointInHistory) => Promise<HistoricState>;

/** The state of any stream at any time in the past, folded anew from what was recorded by then. */
export function createStateAt(parts: {
  readonly eventStore: EventStore;
  readonly categories: AuditedCategories;
}): StateAt {
  const { eventStore, categories } = parts;
  return async (stream, at) => {
    const { name, category } = categoryIn(categories, stream);
    if (category === undefined) return { outcome: 'unknown_category', category: name };
    const recorded = await eventStore.readStream(stream);
    if (recorded.length === 0) return { outcome: 'unknown_stream' };
    const later = recorded.findIndex((event) => isAfter(event, at));
    const events = later === -1 ? recorded : recorded.slice(0, later);
    const last = events.at(-1) ?? null;
    return {
      outcome: 'found',
      stream,
      revision: last?.revision ?? null,
      position: last?.position ?? null,
      recordedAt: last?.recordedAt ?? null,
      causedBy: last,
      state: plain(category.fold(events)),
    };
  };
}

function isAfter(event: RecordedEvent, at: PointInHistory): boolean {
  if (at === null) return false;
  return 'revision' in at ? event.revision > at.revision : event.recordedAt > at.instant;
}

/** The names inside of `metadata` are the client's own. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('minor' in value && 'currency' in value) return { amount: value.minor, currency: value.currency };
  if (isDecimal(value)) return formatDecimal(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      name === 'metadata' ? inner : plain(inner),
    ]),
  );
}

function isDecimal(value: object): value is Decimal {
  return 'units' in value && typeof value.units === 'bigint' && 'scale' in value;
}
