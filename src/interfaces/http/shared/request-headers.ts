import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { holdsCardNumber } from './card-numbers.js';
import { refused } from './problem.js';

/** The one dated version of this API. */
export const apiVersion = '2026-11-01';

/** The client's own id for the request where it is harmless, or a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  const isHarmless = typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) && !holdsCardNumber(given);
  return isHarmless ? given : `req_${randomUUID()}`;
}

/** The trace that the request belongs to, of a well-formed W3C `traceparent`. */
export function traceIdOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['traceparent'];
  const match = typeof given === 'string' ? /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(given) : null;
  return match?.[1] === '0'.repeat(32) ? undefined : match?.[1];
}

/**
 * The version that a request names, or else the one that its key was made for.
 * @throws Refused for any version but the current one
 */
export function checkVersion(headers: IncomingHttpHeaders, ofKey: string | undefined): void {
  const named = headers['counterfoil-version'];
  const asked = named ?? ofKey ?? apiVersion;
  if (asked === apiVersion) return;
  const detail =
    named === undefined
      ? `This key was made for version ${asked}; this server speaks`
      : 'This server speaks version';
  throw refused('version_not_supported', {
    detail: `${detail} ${apiVersion}.`,
    param: 'Counterfoil-Version',
  });
}

/** Why an operator asks for a write: up to 500 characters, percent-encoded where they are not ASCII. */
export function reasonOf(headers: IncomingHttpHeaders, required: boolean): string | null {
  const given = headers['x-reason'];
  if (typeof given !== 'string' || given === '') {
    if (!required) return null;
    throw refused('reason_required', {
      detail: 'Say in X-Reason why this is done; it is kept with what is recorded.',
      param: 'X-Reason',
    });
  }
  const reason = percentDecoded(given);
  if (reason.length > 500 || /[\p{Cc}\p{Cs}]/u.test(reason)) {
    throw refused('invalid_request', {
      detail: 'A reason has at most 500 printable characters.',
      param: 'X-Reason',
    });
  }
  return reason;
}

export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The revision that the client insists on; `*` and an absent header insist on none. */
export function ifRevisionOf(headers: IncomingHttpHeaders): bigint | undefined {
  const given = headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const revision = /^"(\d{1,18})"$/.exec(given)?.[1];
  if (revision === undefined) {
    throw refused('invalid_request', { detail: 'If-Match takes the ETag of one answer.', param: 'If-Match' });
  }
  return BigInt(revision);
}

/** @throws Refused when the key is missing and needed, or is not 1 to 255 printable characters */
export function idempotencyKeyOf(headers: IncomingHttpHeaders, required: boolean): string | undefined {
  const given = headers['idempotency-key'];
  if (given === undefined) {
    if (!required) return undefined;
    throw refused('idempotency_key_required', {
      detail: 'Send an Idempotency-Key, so that a repeat of this request cannot move money twice.',
      param: 'Idempotency-Key',
    });
  }
  if (typeof given === 'string' && /^[\x20-\x7e]{1,255}$/.test(given)) return given;
  throw refused('idempotency_key_invalid', {
    detail: 'An Idempotency-Key has 1 to 255 printable ASCII characters.',
    param: 'Idempotency-Key',
  });
}
