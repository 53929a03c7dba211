import { createHash } from 'node:crypto';
import type { EventStore, Position, RecordedEvent } from '../ports/event-store.js';
import type { ExportSigner } from '../ports/export-signer.js';
import { canonicalJson } from '../shared/canonical-json.js';

/** Stands before the first line of a part. */
export const firstHash = '0'.repeat(64);
/** A part ends with the event that passes this, so that it fits into memory. */
const bytesMax = 8_000_000;
const batchMax = 1_000;

/** Positions are text: they may be greater than what JSON's numbers hold. */
export type ExportManifest = {
  readonly after_position: string;
  /** Null in a part without events. */
  readonly first_position: string | null;
  readonly last_position: string;
  readonly count: number;
  /** Of the last line; that before the first where there is none. */
  readonly hash: string;
  /** Whether the log had no more events. */
  readonly complete: boolean;
  /** Ed25519, as SPKI in base64. */
  readonly public_key: string;
};

export type ExportedPart = {
  /** Each line ends with a line feed. */
  readonly text: string;
  readonly lastPosition: Position;
  readonly complete: boolean;
};

/**
 * One part of the log as lines of JSON: each event with its hash and that of the line before it, and at the end a signed
 * manifest. The next part begins after its `last_position`.
 * @param limit of events, which a part may have less of
 */
export async function exportEvents(
  { eventStore, signer }: { readonly eventStore: Pick<EventStore, 'readAll'>; readonly signer: ExportSigner },
  after: Position,
  limit: number,
): Promise<ExportedPart> {
  const lines: string[] = [];
  let [position, hash, bytes, complete] = [after, firstHash, 0, false];
  let first: Position | null = null;
  while (!complete && lines.length < limit && bytes < bytesMax) {
    const wanted = Math.min(batchMax, limit - lines.length);
    const batch = await eventStore.readAll(position, wanted);
    for (const event of batch) {
      const exported = shown(event);
      const previous = hash;
      hash = hashOf(previous, exported);
      const line = canonicalJson({ event: exported, hash, previous });
      lines.push(line);
      bytes += Buffer.byteLength(line);
      first ??= event.position;
      position = event.position;
      if (bytes >= bytesMax) break;
    }
    const isTakenWhole = (batch.at(-1)?.position ?? position) === position;
    complete = isTakenWhole && batch.length < wanted;
  }
  const manifest: ExportManifest = {
    after_position: after.toString(),
    first_position: first?.toString() ?? null,
    last_position: position.toString(),
    count: lines.length,
    hash,
    complete,
    public_key: signer.publicKey,
  };
  const signature = signer.sign(canonicalJson(manifest));
  const text = [...lines, canonicalJson({ manifest, signature }), ''].join('\n');
  return { text, lastPosition: position, complete };
}

/** What a line's hash is made of: the line before it, and all that is stored of its event. */
export function hashOf(previous: string, event: unknown): string {
  return createHash('sha256')
    .update(`${previous}\n${canonicalJson(event)}`)
    .digest('hex');
}

/**
 * What a key is known by, to be told on another way than the export's own.
 * @param publicKey SPKI in base64
 * @returns SHA-256 in hexadecimal
 */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}

function shown({ position, revision, recordedAt, ...event }: RecordedEvent) {
  return { ...event, position: position.toString(), revision: revision.toString(), recorded_at: recordedAt };
}
