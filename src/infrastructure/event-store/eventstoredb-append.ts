import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import {
  AccessDeniedError,
  BACKWARDS,
  END,
  InvalidArgumentError,
  jsonEvent,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type {
  AppendResult,
  EventToAppend,
  ExpectedRevision,
  StreamName,
} from '../../application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../application/ports/event-store.js';
import { within } from '../../application/shared/within.js';
import { collect } from './eventstoredb-reading.js';
import type { MarkedEvent } from './eventstoredb-records.js';

type Append = {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventToAppend[];
  /** Stored with the events: tells a write of this call from one that an earlier call had made. */
  readonly attempt: string;
};

const attemptsMax = 3;
/** How far back an append that named no revision is looked for. */
const searchMax = 1_000;
const refusals = [AccessDeniedError, InvalidArgumentError, MaxAppendSizeExceededError, StreamDeletedError];

/**
 * Appends through a client whose rejections mean little: one of them may stand for another caller's failure, or come
 * after the write. So every rejection but a wrong revision is taken as *unknown*, and the same event ids are sent
 * again at the same revision, which the server recognises.
 */
export async function appendTo(
  client: EventStoreDBClient,
  deadlineMs: number,
  stream: StreamName,
  expected: ExpectedRevision,
  events: readonly EventToAppend[],
): Promise<AppendResult> {
  const append: Append = { stream, expected, events, attempt: randomUUID() };
  let neverSent = true;
  let last: unknown;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    try {
      return await send(client, deadlineMs, append);
    } catch (error) {
      if (refusals.some((refusal) => error instanceof refusal)) throw error;
      last = error;
      const unsent = wasNeverSent(error);
      neverSent &&= unsent;
      // Without a revision the server cannot be relied on to recognise a repeat.
      if (expected === 'any' && !unsent) return await findAgain(client, deadlineMs, append, error);
    }
    if (attempt < attemptsMax) await sleep(50 * attempt ** 2);
  }
  const message = last instanceof Error ? last.message : String(last);
  if (neverSent) throw new EventStoreUnavailable(`cannot append: ${message}`, { cause: last });
  throw new AppendOutcomeUnknown(`no certain answer to an append: ${message}`, { cause: last });
}

async function send(client: EventStoreDBClient, deadlineMs: number, append: Append): Promise<AppendResult> {
  const { stream, expected, events, attempt } = append;
  const proposed = events.map(({ id, type, data, metadata }) =>
    jsonEvent({ id, type, data, metadata: { ...metadata, attempt } }),
  );
  try {
    const sent = client.appendToStream(stream, proposed, {
      expectedRevision: expected,
      deadline: deadlineMs,
      requiresLeader: true,
    });
    // Finding the server has no deadline of its own.
    const { nextExpectedRevision } = await within(deadlineMs + 200, sent, () => {
      throw new Error(`no answer within ${deadlineMs + 200} ms`);
    });
    const [written] = await read(client, deadlineMs, append, nextExpectedRevision, 1);
    if (written !== undefined && written.recorded.id === events.at(-1)?.id) return resultOf(written, attempt);
    const found = await lookFor(client, deadlineMs, append);
    if (found === undefined) throw new Error('an append that was acknowledged is not there yet');
    return found;
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) throw error;
    const found = await lookFor(client, deadlineMs, append);
    if (found !== undefined) return found;
    const [head] = await readBackwards(client, deadlineMs, stream, 1);
    return { outcome: 'conflict', actual: head?.recorded.revision ?? null };
  }
}

/** The append as an earlier try or call left it; undefined when it is not there. */
async function lookFor(
  client: EventStoreDBClient,
  deadlineMs: number,
  append: Append,
): Promise<AppendResult | undefined> {
  const { stream, expected, events, attempt } = append;
  const stored =
    expected === 'any'
      ? (await readBackwards(client, deadlineMs, stream, searchMax)).toReversed()
      : await read(client, deadlineMs, append, expected === 'no_stream' ? 0n : expected + 1n, events.length);
  const start = stored.findIndex(({ recorded }) => recorded.id === events[0]?.id);
  if (start === -1 || (expected !== 'any' && start > 0)) return undefined;
  const same = events.every(({ id }, index) => stored[start + index]?.recorded.id === id);
  const last = stored[start + events.length - 1];
  return same && last !== undefined ? resultOf(last, attempt) : undefined;
}

async function findAgain(
  client: EventStoreDBClient,
  deadlineMs: number,
  append: Append,
  cause: unknown,
): Promise<AppendResult> {
  const found = await lookFor(client, deadlineMs, append).catch(() => undefined);
  if (found !== undefined) return found;
  throw new AppendOutcomeUnknown(`no certain answer to an append: ${(cause as Error).message}`, { cause });
}

function resultOf({ recorded, attempt }: MarkedEvent, own: string): AppendResult {
  const { revision, position } = recorded;
  return { outcome: 'appended', revision, position, repeated: attempt !== own };
}

function read(
  client: EventStoreDBClient,
  silenceMs: number,
  { stream }: Append,
  fromRevision: bigint,
  maxCount: number,
): Promise<readonly MarkedEvent[]> {
  const events = client.readStream(stream, { fromRevision, maxCount, requiresLeader: true });
  return collect(events, { limit: maxCount, silenceMs, wanted: () => true });
}

function readBackwards(
  client: EventStoreDBClient,
  silenceMs: number,
  stream: StreamName,
  maxCount: number,
): Promise<readonly MarkedEvent[]> {
  const events = client.readStream(stream, {
    direction: BACKWARDS,
    fromRevision: END,
    maxCount,
    requiresLeader: true,
  });
  return collect(events, { limit: maxCount, silenceMs, wanted: () => true });
}

/** Failures that come before anything of the call is on the wire, and a node that sends us on to its leader. */
function wasNeverSent(error: unknown): boolean {
  if (error instanceof NotLeaderError) return true;
  if (!(error instanceof Error)) return false;
  return /No connection established|ECONNREFUSED|Name resolution failed|Failed to discover/.test(
    error.message,
  );
}
