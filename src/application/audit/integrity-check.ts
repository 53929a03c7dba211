import type { EventStore, Position, RecordedEvent } from '../ports/event-store.js';
import type { IntegrityFinding, IntegrityResult, JournalSum, LedgerSums } from '../ports/integrity-checks.js';
import type { Projections } from '../ports/read-models.js';
import { MalformedEvent, UnknownEventType } from '../shared/event-codec.js';
import type { AuditedCategories } from './audited-category.js';
import { categoryIn } from './audited-category.js';

export type IntegrityParts = {
  readonly eventStore: Pick<EventStore, 'head' | 'readAll' | 'readStream'>;
  readonly ledger: LedgerSums;
  readonly projections: Pick<Projections, 'names' | 'rebuild'>;
  readonly categories: AuditedCategories;
  /** Whether the store deals out positions without gaps. */
  readonly positionsWithoutGaps: boolean;
};

const batchMax = 1_000;
/** Streams whose last revision is remembered; that of any other is looked up. */
const streamsMax = 20_000;
const findingsMax = 100;
/** Of one batch: an event has a few. A ledger with more of them shows in what they come to. */
const sumsMax = 10_000;

/** What was found so far; it counts everything and keeps the first of it. */
class Findings {
  readonly kept: IntegrityFinding[] = [];
  count = 0n;

  add(finding: IntegrityFinding): void {
    this.count += 1n;
    if (this.kept.length < findingsMax) this.kept.push(finding);
  }
}

/**
 * Looks at the whole log, the whole ledger and every read model. Takes as long as that takes, and as much memory as a batch.
 * @param goOn is asked now and then; once it answers false, the check is given up
 * @returns undefined when it was given up
 */
export async function checkIntegrity(
  parts: IntegrityParts,
  goOn: (events: bigint) => Promise<boolean>,
): Promise<IntegrityResult | undefined> {
  const { eventStore, ledger, projections } = parts;
  const findings = new Findings();
  const look = lookAtEvents(parts, findings);
  const books = lookAtEntries(findings);
  const head = await eventStore.head();
  let position: Position = 0n;
  let events = 0n;
  while (position < head) {
    const batch = (await eventStore.readAll(position, batchMax)).filter((event) => event.position <= head);
    const last = batch.at(-1);
    if (last === undefined) break;
    await look(batch, position);
    const byPosition = new Map(batch.map((event) => [event.position, event]));
    for (const sum of await ledger.between(position, last.position, sumsMax)) books.add(sum, byPosition);
    events += BigInt(batch.length);
    position = last.position;
    if (!(await goOn(events))) return undefined;
  }
  // Entries follow their events, so the log is looked at after them.
  const beyond = await ledger.between(position, null, sumsMax);
  const later = await eventStore.readAll(position, batchMax);
  const known = new Map(later.map((event) => [event.position, event]));
  // Of events that came in meanwhile, those past the batch are left to the next check.
  const reached = later.at(-1)?.position ?? position;
  for (const sum of beyond) if (later.length < batchMax || sum.position <= reached) books.add(sum, known);
  books.close();
  for (const name of projections.names) {
    const found = await replayed(projections, name);
    if (found !== undefined) findings.add(found);
    if (!(await goOn(events))) return undefined;
  }
  const { count, kept } = findings;
  return { position, events, entries: books.entries(), finding_count: count, findings: kept };
}

function lookAtEvents(
  { eventStore, categories, positionsWithoutGaps }: IntegrityParts,
  findings: Findings,
): (batch: readonly RecordedEvent[], after: Position) => Promise<void> {
  const revisions = new Map<string, bigint>();

  /** The revision that an event of the stream must have here; undefined where the one before it is not there. */
  async function lastOf({ stream, revision, position }: RecordedEvent): Promise<bigint | undefined> {
    const known = revisions.get(stream);
    if (known !== undefined || revision === 0n) return known ?? -1n;
    const [before] = await eventStore.readStream(stream, { from: revision - 1n, limit: 1 });
    return before !== undefined && before.position < position ? before.revision : undefined;
  }

  return async (batch, after) => {
    let previous = after;
    for (const event of batch) {
      const { stream, revision, position } = event;
      if (positionsWithoutGaps && position !== previous + 1n) {
        const detail = `Nothing is at ${previous + 1n}, and the next event is at ${position}.`;
        findings.add({ kind: 'position_gap', subject: stream, position, detail });
      }
      previous = position;
      const last = await lastOf(event);
      if (last === undefined || revision !== last + 1n) {
        const detail = `Revision ${revision} does not follow ${last === undefined || last < 0n ? 'anything' : last}.`;
        findings.add({ kind: 'revision_gap', subject: stream, position, detail });
      }
      revisions.delete(stream);
      revisions.set(stream, revision);
      const [longestAgo] = revisions.keys();
      if (revisions.size > streamsMax && longestAgo !== undefined) revisions.delete(longestAgo);
      const unreadable = whyUnreadable(categories, event);
      if (unreadable !== undefined) {
        findings.add({ kind: 'event_undecodable', subject: event.id, position, detail: unreadable });
      }
    }
  };
}

/** The sentence of an event is made from what its codec reads. */
function whyUnreadable(categories: AuditedCategories, event: RecordedEvent): string | undefined {
  const { category, name } = categoryIn(categories, event.stream);
  if (category === undefined) return `There is no category ${name}.`;
  try {
    category.describe(event);
    return undefined;
  } catch (error) {
    if (error instanceof UnknownEventType || error instanceof MalformedEvent) return error.message;
    throw error;
  }
}

function lookAtEntries(findings: Findings) {
  const totals = new Map<string, bigint>();
  let entries = 0n;
  return {
    entries: () => entries,
    add(
      { position, event_id: id, currency, amount, entries: lines }: JournalSum,
      events: ReadonlyMap<Position, RecordedEvent>,
    ): void {
      entries += lines;
      totals.set(currency, (totals.get(currency) ?? 0n) + amount);
      if (amount !== 0n) {
        const detail = `The entries of ${id} come to ${amount} ${currency}.`;
        findings.add({ kind: 'journal_unbalanced', subject: id, position, detail });
      }
      if (events.get(position)?.id !== id) {
        const detail = `${lines} entries name ${id}, which is not the event at ${position}.`;
        findings.add({ kind: 'entry_without_event', subject: id, position, detail });
      }
    },
    close(): void {
      for (const [currency, total] of totals) {
        if (total === 0n) continue;
        const detail = `All entries together come to ${total} ${currency}.`;
        findings.add({ kind: 'ledger_unbalanced', subject: currency, position: null, detail });
      }
    },
  };
}

/** A read model that differs is told with the report that shows where. */
async function replayed(
  projections: IntegrityParts['projections'],
  name: string,
): Promise<IntegrityFinding | undefined> {
  try {
    const report = await projections.rebuild(name, { swap: false });
    if (report === undefined || report.difference_count === 0n) return undefined;
    const { position, difference_count: count, id } = report;
    const detail = `${count} rows differ; GET /v1/audit/replays/${id} shows them.`;
    return { kind: 'read_model_differs', subject: name, position, detail };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: 'read_model_not_rebuilt', subject: name, position: null, detail };
  }
}
