import type { AppendResult, ExpectedRevision, StreamName } from '../../application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../application/ports/event-store.js';
import type { Instant } from '../../domain/shared/instant.js';
import { isRefusal } from '../postgres/driver-errors.js';
import type { WriteConnection } from '../postgres/write-connection.js';
import type { StoredEvent } from './stored-event.js';

export type PendingAppend = {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly StoredEvent[];
};

export type SentAppend = {
  readonly result: AppendResult;
  /** The server's time at the append; null where nothing new was written: it was refused, or made before. */
  readonly appendedAt: Instant | null;
};

type Row = readonly [
  outcome: string,
  lastRevision: bigint | null,
  lastPosition: bigint | null,
  appendedAt: Instant | null,
];

/** Classes of server errors in which the same append may well succeed later: resources, conflicts, shutdown. */
const passingClasses = new Set(['08', '25', '40', '53', '55', '57', '58']);

/**
 * Sends a batch of appends as one statement and tells each one's outcome. When the server refuses the batch because of
 * what is in it, each append is sent alone, so that one bad append does not hurt its neighbours.
 */
export async function sendAppends(
  connection: WriteConnection,
  appends: readonly PendingAppend[],
): Promise<readonly (SentAppend | Error)[]> {
  const sent = await send(connection, appends);
  if (!(sent instanceof Error)) return sent;
  const definite = !(sent instanceof AppendOutcomeUnknown || sent instanceof EventStoreUnavailable);
  if (!definite || appends.length === 1) return appends.map(() => sent);
  const results: (SentAppend | Error)[] = [];
  for (const append of appends) results.push(...(await sendAppends(connection, [append])));
  return results;
}

async function send(
  connection: WriteConnection,
  appends: readonly PendingAppend[],
): Promise<readonly SentAppend[] | Error> {
  try {
    await connection.open();
  } catch (error) {
    return new EventStoreUnavailable(`cannot connect: ${messageOf(error)}`, { cause: error });
  }
  const query = {
    name: 'append',
    text: 'select * from eventstore.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    values: toColumns(appends),
    rowMode: 'array',
  } as const;
  try {
    const { rows } = await connection.ask((client) => client.query<Row & unknown[]>(query));
    if (rows.length !== appends.length)
      throw new Error(`${rows.length} outcomes of ${appends.length} appends`);
    return rows.map(toSent);
  } catch (error) {
    if (isRefusal(error)) {
      if (!passingClasses.has(error.code?.slice(0, 2) ?? '')) return error;
      return new EventStoreUnavailable(`Postgres refuses to write: ${error.message}`, { cause: error });
    }
    return new AppendOutcomeUnknown(`no answer to an append: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The arguments of eventstore.append_batch, one array per column and one entry per event: see its migration. Arrays of text
 * are what the server takes apart fastest; of rows of parameters, one JSON document and this, this is the quickest.
 */
function toColumns(appends: readonly PendingAppend[]): string[] {
  const columns: string[][] = Array.from({ length: 10 }, () => []);
  const placesOf = new Map<string, number>();
  appends.forEach(({ stream, expected, events }, index) => {
    const first = placesOf.get(stream) ?? 0;
    placesOf.set(stream, first + events.length);
    const [name, append, expects] = [quoted(stream), String(index + 1), expectedNumber(expected)];
    events.forEach(({ id, type, data, metadata }, ordinal) => {
      const last = ordinal === events.length - 1 ? 't' : 'f';
      const cells = [name, id, quoted(type), quoted(data), quoted(metadata), append, last, expects];
      cells.push(String(first), String(first + ordinal));
      cells.forEach((cell, column) => void columns[column]?.push(cell));
    });
  });
  return columns.map((cells) => `{${cells.join(',')}}`);
}

/** An element of an array. The escapes are those of JSON, of which none but these two occur: `toStored` sees to that. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function expectedNumber(expected: ExpectedRevision): string {
  if (expected === 'no_stream') return '-1';
  if (expected === 'any') return '-2';
  if (expected < 0n) throw new TypeError(`not a revision: ${expected}`);
  return expected.toString();
}

function toSent([outcome, revision, position, appendedAt]: Row): SentAppend {
  if (outcome === 'conflict') return { result: { outcome, actual: revision }, appendedAt: null };
  if (revision === null || position === null) throw new Error(`no place for an append that is ${outcome}`);
  const repeated = outcome === 'repeated';
  return { result: { outcome: 'appended', revision, position, repeated }, appendedAt };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
