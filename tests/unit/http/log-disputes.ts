import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type {
  DisputeFilter,
  DisputeQueries,
  DisputeRow,
} from '../../../src/application/ports/dispute-queries.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { UnknownCursor } from '../../../src/application/ports/read-models.js';
import { disputeRowsOf } from '../../support/dispute-rows.js';
import { pageOfRows } from './page-of-rows.js';

/** Disputes as the log tells of them when it is asked, newest first: never behind. */
export class LogDisputeQueries implements DisputeQueries {
  constructor(private readonly store: EventStore) {}

  async list(filter: DisputeFilter) {
    const matching = (await this.#all()).filter((row) => matches(row, filter));
    const byDueTime = filter.evidenceDueGte !== null || filter.evidenceDueLt !== null;
    const rows = byDueTime ? matching.toSorted(latestDueFirst) : matching;
    const { startingAfter: after, limit } = filter;
    if (after !== null && !rows.some(({ id }) => id === after)) throw new UnknownCursor('starting_after');
    return pageOfRows(rows, after, limit);
  }

  async find(disputeId: string): Promise<DisputeRow | undefined> {
    return (await this.#all()).find(({ id }) => id === disputeId);
  }

  async #all(): Promise<readonly DisputeRow[]> {
    const opened = (await this.store.readAll(0n, 10_000)).filter(({ type }) => type === 'DisputeOpened');
    const rows: DisputeRow[] = [];
    for (const stream of new Set(opened.reverse().map((event) => event.stream))) {
      const events = (await this.store.readStream(stream)).map((one) => paymentCodec.decode(one));
      rows.push(...disputeRowsOf(events).toReversed());
    }
    return rows;
  }
}

function latestDueFirst(one: DisputeRow, other: DisputeRow): number {
  return (one.evidence_due_by ?? '') < (other.evidence_due_by ?? '') ? 1 : -1;
}

function matches(row: DisputeRow, filter: DisputeFilter): boolean {
  const awaits = row.status === 'inquiry' || row.status === 'needs_response';
  const { evidence_due_by: due } = row;
  return [
    row.status === (filter.status ?? row.status),
    row.customer === (filter.customer ?? row.customer),
    row.payment === (filter.payment ?? row.payment),
    row.currency === (filter.currency ?? row.currency),
    awaits === (filter.awaitsEvidence ?? awaits),
    filter.evidenceDueGte === null || (due !== null && due >= filter.evidenceDueGte),
    filter.evidenceDueLt === null || (due !== null && due < filter.evidenceDueLt),
    filter.createdGte === null || row.created_at >= filter.createdGte,
    filter.createdLt === null || row.created_at < filter.createdLt,
  ].every(Boolean);
}
