import { DocumentNotTheSame } from '../../../application/document/print-documents.js';
import { PrintingFailed } from '../../../application/ports/document-printer.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../application/ports/event-store.js';
import { UnknownCursor } from '../../../application/ports/read-models.js';
import { Contention } from '../../../application/shared/command-handler.js';
import { isOfNewerVersion, MalformedEvent } from '../../../application/shared/event-codec.js';
import { CorruptStream } from '../../../domain/shared/corrupt-stream.js';
import type { Problem } from './problem.js';
import { problem, Refused } from './problem.js';

/** `alert` is set for what a person must look at. */
export type ToldError = { readonly problem: Problem; readonly log: 'none' | 'warn' | 'error' | 'alert' };

/** What the client is told of anything that was thrown: never more than a refusal of ours says. */
export function problemOfError(error: unknown): ToldError {
  if (error instanceof Refused) return { problem: error.problem, log: 'none' };
  if (error instanceof UnknownCursor) {
    const { message: detail, param } = error;
    return { problem: problem('invalid_request', { detail: `${detail}.`, param }), log: 'none' };
  }
  if (error instanceof AppendOutcomeUnknown) {
    return later('outcome_unknown', 'Send the same request with the same Idempotency-Key again.');
  }
  if (error instanceof EventStoreUnavailable) {
    return later('unavailable', 'The event store does not answer; nothing was written.');
  }
  if (error instanceof Contention) return later('contention', 'Nothing was written. Ask again shortly.');
  // Thrown by whichever adapter has a full queue; the layers below have no common class for it.
  if (error instanceof Error && error.name === 'Overloaded') {
    return later('overloaded', 'Nothing was written. Ask again shortly.');
  }
  if (error instanceof PrintingFailed && error.retryable) {
    return later('overloaded', 'Nothing was written. Ask again shortly.');
  }
  if (error instanceof DocumentNotTheSame) {
    return {
      problem: internal('The document is not what it was. A person needs to look at it.'),
      log: 'alert',
    };
  }
  if (error instanceof Error && isOutOfReach(error)) {
    return { ...later('unavailable', 'A database does not answer. Ask again shortly.'), log: 'error' };
  }
  if (isOfNewerVersion(error)) {
    const detail =
      'A newer version of the program has written to this object. Ask again shortly: that one may answer.';
    return { ...later('unavailable', detail), log: 'alert' };
  }
  if (error instanceof CorruptStream || error instanceof MalformedEvent) {
    return { problem: internal('The history of this object needs a person to look at it.'), log: 'alert' };
  }
  return { problem: internal('The request id names this failure in our log.'), log: 'error' };
}

/**
 * Codes of the operating system, and SQLSTATE classes: a lost connection, a conflict, a full server, an object in use, a
 * cancelled statement, a stopping server.
 */
const outOfReach = /^(ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|(08|40|53|55|57|58)...)$/;
/** What the driver says of a connection that it lost, gave up on or could not get: these errors have no code. */
const connectionLost =
  /^(Connection terminated|Client (has encountered|was closed)|Query read timeout|timeout (exceeded|expired))/;

function isOutOfReach(error: Error & { readonly code?: unknown }): boolean {
  if (typeof error.code === 'string') return outOfReach.test(error.code);
  return connectionLost.test(error.message);
}

function later(
  kind: 'outcome_unknown' | 'unavailable' | 'contention' | 'overloaded',
  detail: string,
): ToldError {
  return { problem: problem(kind, { detail, retryAfterSeconds: 1 }), log: 'warn' };
}

function internal(detail: string): Problem {
  return problem('internal_error', { detail });
}
