/** A JPEG's picture, without what cameras and others put beside it. */
type PlainJpeg = { readonly width: number; readonly height: number; readonly bytes: Buffer };

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
/** Baseline, extended and progressive, which every reader of PDF files can decode. */
const frames = [0xc0, 0xc1, 0xc2];
/** Tables, the interval of restarts, and the two notes that say which colours the numbers mean: JFIF and Adobe. */
const kept = [0xdb, 0xc4, 0xdd, 0xe0, 0xee];

/**
 * Copies the segments that the picture needs and drops the rest: places, previews, comments, whatever stands behind its
 * end. Undefined for what is no JPEG of 8 bits and one, three or four channels.
 */
export function plainJpeg(bytes: Buffer): PlainJpeg | undefined {
  const parts: Buffer[] = [Buffer.from([0xff, startOfImage])];
  let frame: { readonly width: number; readonly height: number } | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || end < at + 4) return undefined;
    const segment = bytes.subarray(at, end);
    if (frames.includes(marker)) {
      if (frame !== undefined) return undefined;
      frame = frameOf(segment);
      if (frame === undefined) return undefined;
      parts.push(segment);
    } else if (marker === startOfScan) {
      if (frame === undefined) return undefined;
      const scan = endOfScan(bytes, end);
      if (scan === undefined) return undefined;
      parts.push(bytes.subarray(at, scan));
      at = scan;
      if (bytes[at + 1] === endOfImage) {
        return { ...frame, bytes: Buffer.concat([...parts, Buffer.from([0xff, endOfImage])]) };
      }
      continue;
    } else if (kept.includes(marker)) parts.push(segment);
    at = end;
  }
  return undefined;
}

function frameOf(segment: Buffer): { readonly width: number; readonly height: number } | undefined {
  const [bits, channels] = [segment[4], segment[9]];
  if (bits !== 8 || channels === undefined || ![1, 3, 4].includes(channels)) return undefined;
  return { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) };
}

/** Where the packed picture ends: at a marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return undefined;
    const isStuffed = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isStuffed) return at;
  }
  return undefined;
}
