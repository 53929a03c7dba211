import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson } from '../shared/canonical-json.js';
import type { ExportManifest } from './exported-events.js';
import { fingerprintOf, firstHash, hashOf } from './exported-events.js';

export type VerifiedExport = {
  /** In the order of their lines; none where everything is as it was exported. */
  readonly problems: readonly string[];
  readonly events: number;
  readonly lastPosition: string | null;
  readonly complete: boolean;
  /** SHA-256 of each public key that signed a part. */
  readonly keys: readonly string[];
};

type Line = {
  readonly event?: { readonly position: string };
  readonly hash?: string;
  readonly previous?: string;
  readonly manifest?: ExportManifest;
  readonly signature?: string;
};

const problemsMax = 100;

/** Reads an export of one part or several, one after the other, and tells what is not as it was signed. */
export async function verifyExport(lines: AsyncIterable<string>): Promise<VerifiedExport> {
  const problems: string[] = [];
  const keys = new Set<string>();
  let [number, events, hash] = [0, 0, firstHash];
  let part = { first: null as string | null, count: 0 };
  let last: string | null = null;
  let [ended, complete] = [true, false];
  const say = (problem: string) => {
    if (problems.length < problemsMax) problems.push(`line ${number}: ${problem}`);
  };

  function event({ event: told, hash: own = '', previous }: Line & { event: { position: string } }): void {
    if (hashOf(previous ?? '', told) !== own) say(`the event at ${told.position} was changed`);
    if (previous !== hash) {
      const swapped = last !== null && BigInt(told.position) <= BigInt(last);
      say(
        swapped ? `the event at ${told.position} was swapped` : `a line before ${told.position} is missing`,
      );
    }
    part = { first: part.first ?? told.position, count: part.count + 1 };
    hash = own;
    last = told.position;
    events += 1;
    ended = false;
  }

  function close(manifest: ExportManifest, signature: string, lastOfPart: string | null): void {
    const spki = Buffer.from(manifest.public_key, 'base64');
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signed = Buffer.from(canonicalJson(manifest));
    if (!verify(null, signed, key, Buffer.from(signature, 'base64'))) say('the signature does not fit');
    keys.add(fingerprintOf(manifest.public_key));
    const { count, first_position: first, last_position: end, hash: signedHash } = manifest;
    if (count !== part.count) say(`${part.count} events are here, and ${count} were exported`);
    if (first !== part.first || (count > 0 && end !== lastOfPart))
      say('the events are not those of the part');
    if (signedHash !== hash) say('the last line is not the one that was signed');
    complete = manifest.complete;
  }

  let before: string | null = null;
  for await (const text of lines) {
    number += 1;
    const line = parsed(text);
    if (line?.event !== undefined) event({ ...line, event: line.event });
    else if (line?.manifest !== undefined) {
      const { manifest } = line;
      if (before !== null && manifest.after_position !== before) say(`a part after ${before} is missing`);
      close(manifest, line.signature ?? '', last);
      before = manifest.last_position;
      [hash, part, ended] = [firstHash, { first: null, count: 0 }, true];
    } else say('this is no line of an export');
  }
  if (!ended || number === 0) say('the manifest is missing: the export was cut off');
  return { problems, events, lastPosition: before, complete, keys: [...keys] };
}

function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}
