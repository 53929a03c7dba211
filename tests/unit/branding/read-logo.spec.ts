import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { logoBytesMax } from '../../../src/application/ports/logos.js';
import { readLogo } from '../../../src/infrastructure/pdf/read-logo.js';
import { holds } from '../../support/corpus.js';
import { interlaced, jpegOf, pngOf, withChunk } from '../../support/pictures.js';

const script = Buffer.from('<script>alert(document.domain)</script>');

function pictureOf(bytes: Buffer) {
  const read = readLogo(bytes);
  if (!('picture' in read)) throw new Error(`refused: ${read.refusal.code}`);
  return read.picture;
}

describe('a logo', () => {
  it('that is a PNG is its picture on white paper and nothing else', () => {
    const { mediaType, width, height, bytes } = pictureOf(withChunk(pngOf(3, 2, 128), 'tEXt', script));
    expect([mediaType, width, height]).toEqual(['image/png', 3, 2]);
    expect(Buffer.from(bytes).includes('script')).toBe(false);
    const { data } = PNG.sync.read(Buffer.from(bytes));
    // Half of #0b6e4f on white.
    expect([...data.subarray(0, 4)]).toEqual([133, 182, 167, 255]);
  });

  it('that is a JPEG keeps its picture, and neither places nor comments nor what stands behind it', () => {
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, script.length + 2]), script]);
    const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, script.length + 2]), script]);
    const given = Buffer.concat([jpegOf(Buffer.concat([comment, exif])), script]);
    const { mediaType, width, height, bytes } = pictureOf(given);
    expect([mediaType, width, height]).toEqual(['image/jpeg', 8, 6]);
    expect(Buffer.from(bytes).equals(jpegOf())).toBe(true);
  });

  it('is the same picture whatever else was in its file', () => {
    expect(pictureOf(withChunk(pngOf(3, 2), 'tEXt', script)).sha256).toBe(pictureOf(pngOf(3, 2)).sha256);
  });

  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  const sized = (width: number, height: number) => {
    const png = pngOf(3, 2);
    png.writeUInt32BE(width, 16);
    png.writeUInt32BE(height, 20);
    return png;
  };
  const bomb = withChunk(interlaced(pngOf(3, 2)), 'IDAT', deflateSync(Buffer.alloc(5_000_000)));
  it.each([
    ['an SVG', 'logo_type_refused', svg],
    [
      'an SVG with a declaration',
      'logo_type_refused',
      Buffer.concat([Buffer.from('<?xml version="1.0"?>'), svg]),
    ],
    ['a GIF', 'logo_type_refused', Buffer.from('GIF89a\u0001\u0000\u0001\u0000')],
    ['a page', 'logo_type_refused', Buffer.from('<!doctype html>')],
    ['a PDF', 'logo_type_refused', Buffer.from('%PDF-1.7')],
    ['nothing', 'logo_type_refused', Buffer.alloc(0)],
    ['a PNG by its first bytes only', 'logo_malformed', Buffer.concat([pngOf(1, 1).subarray(0, 8), svg])],
    ['half a PNG', 'logo_malformed', pngOf(40, 40).subarray(0, 60)],
    ['a PNG that would unpack to 5 MB', 'logo_malformed', bomb],
    ['a PNG that says it is larger than any', 'logo_too_many_pixels', sized(4_000_000, 2)],
    ['a PNG of more than a million pixels', 'logo_too_many_pixels', sized(1_001, 1_000)],
    ['a PNG with something behind its end', 'logo_malformed', Buffer.concat([pngOf(3, 2), script])],
    ['half a JPEG', 'logo_malformed', jpegOf().subarray(0, 120)],
    ['a JPEG by its first bytes only', 'logo_malformed', Buffer.concat([Buffer.from([0xff, 0xd8]), svg])],
    [
      'more than a quarter of a megabyte',
      'logo_too_many_bytes',
      Buffer.concat([pngOf(1, 1), Buffer.alloc(logoBytesMax)]),
    ],
  ])('that is %s is refused: %s', (_name, code, bytes) => {
    expect(readLogo(bytes)).toEqual({ refusal: { code } });
  });

  it('that is damaged anywhere is read or refused, and never an accident', () => {
    const whole = [pngOf(9, 7), jpegOf()];
    holds(
      'logo-damaged',
      fc.property(fc.constantFrom(0, 1), fc.nat(), fc.nat(255), (picture, place, byte) => {
        const damaged = Buffer.from(whole[picture] ?? '');
        damaged[place % damaged.length] = byte;
        expect(Object.keys(readLogo(damaged))).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
});
