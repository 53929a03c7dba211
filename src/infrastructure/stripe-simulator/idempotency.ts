import { createHash } from 'node:crypto';
import type { IdempotencyRecord } from './store.js';
import { StripeFault } from './stripe-fault.js';
import type { World } from './world.js';

/** Stripe forgets keys after at least this long. */
const KEY_LIFETIME_MS = 24 * 3600 * 1000;
const KEY_LENGTH_MAX = 255;

/** A request as the idempotency layer compares it: where it goes and the bytes of its parameters. */
export type Fingerprint = {
  readonly key: string;
  readonly scope: string;
  readonly endpoint: string;
  readonly bytes: string;
};

/**
 * The layer in front of execution. A saved answer is replayed byte for byte; the same key with other
 * parameters or at another endpoint is refused; a key whose first request still runs is a conflict.
 */
export class IdempotencyLayer {
  readonly #world: World;
  readonly #inFlight = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The saved answer to replay, or null to go on; throws the refusal when the key is taken. */
  lookUp(request: Fingerprint): IdempotencyRecord | null {
    const id = recordId(request);
    if (request.key.length > KEY_LENGTH_MAX) throw keyTooLong();
    if (this.#inFlight.has(id)) throw keyInUse(request.key);
    const record = this.#world.store.get('idempotency', id);
    if (record === undefined) return null;
    if (record.endpoint !== request.endpoint) throw otherEndpoint(record, request);
    if (record.bytes_sha256 !== sha256(request.bytes)) throw otherParameters(request.key);
    return record;
  }

  /** Marks the key as running; execution has begun. */
  begin(request: Fingerprint): void {
    this.#inFlight.add(recordId(request));
  }

  /** The key runs no more. */
  end(request: Fingerprint): void {
    this.#inFlight.delete(recordId(request));
  }

  /** Adds the answer to the changes of this request, so that it is committed together with them. */
  save(
    request: Fingerprint,
    answer: Pick<IdempotencyRecord, 'status' | 'body' | 'request_id' | 'api_version'>,
  ): void {
    this.#world.store.put('idempotency', {
      id: recordId(request),
      endpoint: request.endpoint,
      bytes_sha256: sha256(request.bytes),
      created_ms: this.#world.clock.nowMs(),
      ...answer,
    });
  }
}

/** Forgets keys that are 24 hours old on the virtual clock; answers how many. The caller commits. */
export function pruneKeys(world: World): number {
  const horizon = world.clock.nowMs() - KEY_LIFETIME_MS;
  const old = [...world.store.values('idempotency')].filter((record) => record.created_ms <= horizon);
  for (const record of old) world.store.remove('idempotency', record.id);
  return old.length;
}

function recordId(request: Fingerprint): string {
  return `${request.scope}/${request.key}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function keyTooLong(): StripeFault {
  return new StripeFault(400, {
    type: 'invalid_request_error',
    message: `Idempotency keys can have up to ${KEY_LENGTH_MAX} characters.`,
  });
}

function keyInUse(key: string): StripeFault {
  return new StripeFault(
    409,
    {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message:
        'There is currently another in-progress request using this Idempotent Key (that probably means you ' +
        `submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    { 'Stripe-Should-Retry': 'true' },
  );
}

function otherParameters(key: string): StripeFault {
  return new StripeFault(400, {
    type: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used with the same parameters they were first used with. Try ' +
      `using a key other than '${key}' if you meant to execute a different request.`,
  });
}

function otherEndpoint(record: IdempotencyRecord, request: Fingerprint): StripeFault {
  return new StripeFault(400, {
    type: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used for the same endpoint they were first used for ' +
      `('${request.endpoint}' vs '${record.endpoint}'). Try using a key other than '${request.key}' if you meant ` +
      'to execute a different request.',
  });
}
