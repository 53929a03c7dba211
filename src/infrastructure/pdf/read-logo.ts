import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Picture } from '../../application/document/sheet.js';
import type { LogoRefusal, ReadLogo } from '../../application/ports/logos.js';
import { logoBytesMax, logoPixelsMax, logoSideMax } from '../../application/ports/logos.js';
import { plainJpeg } from './plain-jpeg.js';

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

type Read = ReturnType<ReadLogo>;
const refused = (code: LogoRefusal['code']): Read => ({ refusal: { code } });

/** Looks at the first bytes, and then at all of them. */
export const readLogo: ReadLogo = (given) => {
  const bytes = Buffer.from(given);
  if (bytes.length > logoBytesMax) return refused('logo_too_many_bytes');
  if (bytes.subarray(0, 8).equals(pngSignature)) return readPng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpeg(bytes);
  return refused('logo_type_refused');
};

/**
 * A PNG is decoded, laid on white paper and written anew: so nothing is left of it but its picture, and whoever prints it
 * later has nothing to decode.
 */
function readPng(bytes: Buffer): Read {
  if (bytes.length < 33 || bytes.toString('latin1', 12, 16) !== 'IHDR') return refused('logo_malformed');
  const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  const refusal = refuseSize(size);
  if (refusal !== undefined) return refusal;
  try {
    refuseBomb(bytes, size);
    const { width, height, data } = PNG.sync.read(bytes);
    const paper = Buffer.alloc(width * height * 4, 0xff);
    for (let at = 0; at < paper.length; at += 4) {
      const alpha = data[at + 3] ?? 0xff;
      for (let channel = 0; channel < 3; channel += 1) {
        const colour = data[at + channel] ?? 0;
        paper[at + channel] = Math.round((colour * alpha + 255 * (255 - alpha)) / 255);
      }
    }
    const plain = new PNG({ width, height, colorType: 2, inputColorType: 6, deflateLevel: 9 });
    plain.data = paper;
    const written = PNG.sync.write(plain, { colorType: 2, inputColorType: 6, deflateLevel: 9 });
    return pictured('image/png', size, written);
  } catch {
    // The library throws plain errors, for whatever is wrong with the file.
    return refused('logo_malformed');
  }
}

/** Most bytes of a pixel: four channels of two. One byte of each row says how it is filtered, in up to seven passes. */
const pixelBytesMax = 8;

/** @throws when a small file would become more bytes than a picture of its size has */
function refuseBomb(bytes: Buffer, { width, height }: { width: number; height: number }): void {
  const packed: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') packed.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  inflateSync(Buffer.concat(packed), {
    maxOutputLength: width * height * pixelBytesMax + 7 * (height + 8),
  });
}

function readJpeg(bytes: Buffer): Read {
  const jpeg = plainJpeg(bytes);
  if (jpeg === undefined) return refused('logo_malformed');
  return refuseSize(jpeg) ?? pictured('image/jpeg', jpeg, jpeg.bytes);
}

function refuseSize({ width, height }: { width: number; height: number }): Read | undefined {
  if (width === 0 || height === 0) return refused('logo_malformed');
  const tooMany = width > logoSideMax || height > logoSideMax || width * height > logoPixelsMax;
  return tooMany ? refused('logo_too_many_pixels') : undefined;
}

function pictured(
  mediaType: Picture['mediaType'],
  { width, height }: { width: number; height: number },
  bytes: Buffer,
): Read {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { picture: { sha256, mediaType, width, height, bytes } };
}
