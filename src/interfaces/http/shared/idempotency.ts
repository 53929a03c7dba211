import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Claim,
  IdempotencyRecords,
  RequestIdentity,
  SavedAnswer,
} from '../../../application/ports/idempotency-records.js';
import type { Logger } from '../../../application/ports/logger.js';
import { canonicalBody } from './json.js';
import { refused } from './problem.js';

/** Much longer than a copy is on its way to a server that answers at all. */
const lookAgainAfterMs = 50;

/** An answer as it goes over the wire. */
export type WireAnswer = Omit<SavedAnswer, 'body'> & {
  /** Bytes only where nothing is kept for repeats. */
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** What is kept for repeats where it is not the whole body. */
  readonly keptBody?: string;
  /** Of a problem that says that the same request may be sent again. */
  readonly retryable?: true;
};

/** The same for every body of the same content. */
export function fingerprintOf(body: unknown): string {
  return hash('sha256', canonicalBody(body));
}

/**
 * Executes a request once, however often it is sent. What the execution answers is kept for every repeat, refusals and
 * declines included; failures of ours are not, nor is a stale If-Match, on which nothing was decided, nor a problem that calls
 * itself retryable, which kept would be told to every repeat: the same request may be sent again, and runs under the same
 * command id, so that it cannot take effect twice.
 * @param execute must not throw for anything that is to be answered
 */
export async function answerOnce(
  parts: {
    readonly records: IdempotencyRecords;
    readonly logger: Logger;
    /** Longer than an execution takes: the lease of a process that died ends after it. */
    readonly leaseMs: number;
  },
  identity: RequestIdentity,
  execute: (commandId: string) => Promise<WireAnswer>,
): Promise<WireAnswer> {
  const { records, logger, leaseMs } = parts;
  const claim = await claimed(records, identity, leaseMs);
  switch (claim.outcome) {
    case 'replay':
      return { ...claim.answer, headers: { 'idempotent-replayed': 'true' } };
    case 'reused':
      throw refused('idempotency_key_reused', {
        detail: 'The first request with this key had another body. Use a new key for a new request.',
        param: 'Idempotency-Key',
      });
    case 'in_progress':
      throw refused('idempotency_in_progress', {
        detail: 'Wait for the first answer, or ask again shortly.',
        retryAfterSeconds: 1,
      });
    case 'execute': {
      const answer = await execute(claim.commandId);
      try {
        const { keptBody = String(answer.body) } = answer;
        if (isKept(answer)) await records.complete(identity, claim.token, { ...answer, body: keptBody });
        else await records.abandon(identity, claim.token);
      } catch (error) {
        // What was done is done. A repeat runs under the same command id once the lease is over.
        logger.error({ err: error }, 'an answer could not be kept for repeats');
      }
      return answer;
    }
  }
}

/**
 * A request that is still under way may have been answered just now, and the copy of its answer be on its way: whoever has seen
 * the answer is to see it again.
 */
async function claimed(
  records: IdempotencyRecords,
  identity: RequestIdentity,
  leaseMs: number,
): Promise<Claim> {
  const claim = await records.claim(identity, leaseMs);
  if (claim.outcome !== 'in_progress') return claim;
  await sleep(lookAgainAfterMs);
  return records.claim(identity, leaseMs);
}

function isKept({ status, retryable }: WireAnswer): boolean {
  return status < 500 && status !== 412 && status !== 429 && retryable !== true;
}
