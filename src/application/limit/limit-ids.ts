import { createHmac, hkdfSync } from 'node:crypto';
import type { LimitKind } from '../../domain/limit/limit.js';
import type { LimitId } from '../../domain/shared/ids.js';
import { parseLimitId } from '../../domain/shared/ids.js';

/** The id of the limit of one kind on one subject, such as an address. */
export type LimitIds = (kind: LimitKind, subject: string) => LimitId;

const rememberedMax = 20_000;

/**
 * Ids that come out the same in every process and tell nothing of the subject: there are few enough addresses that a digest
 * without a key could be undone by trying them all.
 * @param secret what all processes of a deployment share and nobody else knows
 */
export function createLimitIds(secret: string): LimitIds {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'counterfoil limits', 32));
  const remembered = new Map<string, LimitId>();
  return (kind, subject) => {
    const name = `${kind} ${subject}`;
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const id = idOf(createHmac('sha256', key).update(name).digest());
    if (remembered.size >= rememberedMax) remembered.clear();
    remembered.set(name, id);
    return id;
  };
}

/** A UUID of version 8, which leaves its bits to whoever makes it. */
function idOf(digest: Buffer): LimitId {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const id = parseLimitId(
    `lim_${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`,
  );
  if (id === undefined) throw new TypeError('a digest did not become an id');
  return id;
}
