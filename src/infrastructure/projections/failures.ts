import { isOfNewerVersion } from '../../application/shared/event-codec.js';

/** Another runner holds the checkpoint at this moment: it is applying a batch, or a rebuild compares. */
export function isHeldElsewhere(error: unknown): boolean {
  return codeOf(error) === 'CF001';
}

/** The checkpoint is not where the caller saw it last. */
export function isMovedElsewhere(error: unknown): boolean {
  return codeOf(error) === 'CF002';
}

/**
 * Classes of SQLSTATE that say nothing about the event: connection, transaction rollback (deadlocks), resources, the
 * server's own troubles; lock timeouts and operator interventions, except for a cancelled statement, which is how an
 * endless one ends.
 */
const passing = /^(08|40|53|58|XX|55P03|57P|25006|25P03|25P04)/;

/**
 * True when the event itself cannot be applied, as far as one can see: a handler that throws, a malformed event, a
 * broken constraint, a statement without end. All else (no connection, a restart) passes, and is waited for.
 */
export function isPoison(error: unknown): boolean {
  if (isHeldElsewhere(error) || isMovedElsewhere(error)) return false;
  const code = codeOf(error);
  if (code === undefined) return !isConnectionTrouble(error);
  if (/^E[A-Z]+$/.test(code)) return false;
  return !passing.test(code);
}

/**
 * True for a statement that was cancelled, nearly always by its timeout: an endless one, or one behind a lock or a slow
 * disk. Nobody can tell which, so the event is set aside as poison is, but for a while only.
 */
function isCancellation(error: unknown): boolean {
  return codeOf(error) === '57014';
}

/** The driver has no codes for these. */
function isConnectionTrouble(error: unknown): boolean {
  return (
    error instanceof Error &&
    /connection|timeout|not queryable|client was closed|pool/i.test(error.message) &&
    /^(Error|AggregateError|EventStoreUnavailable)$/.test(error.name)
  );
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why an event is parked, and whether it is tried again by itself. */
export type Failure = { readonly error: string; readonly mayPass: boolean };

export function failureOf(error: unknown): Failure {
  // While an older process and a newer one run side by side, either may be the one that applies a batch.
  return { error: messageOf(error), mayPass: isCancellation(error) || isOfNewerVersion(error) };
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 2_000);
}
