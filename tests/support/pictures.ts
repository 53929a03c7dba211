import { crc32 } from 'node:zlib';
import { PNG } from 'pngjs';

/** Pictures for tests: as small as they can be. */
export function pngOf(width: number, height: number, alpha = 255): Buffer {
  const png = new PNG({ width, height });
  for (let at = 0; at < png.data.length; at += 4) png.data.set([0x0b, 0x6e, 0x4f, alpha], at);
  return PNG.sync.write(png);
}

/** Says that its rows come in seven passes, whatever they do. */
export function interlaced(png: Buffer): Buffer {
  const said = Buffer.from(png);
  said[28] = 1;
  said.writeUInt32BE(crc32(said.subarray(12, 29)), 29);
  return said;
}

/** A chunk behind the first one. */
export function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([png.subarray(0, 33), length, named, sum, png.subarray(33)]);
}

/** A picture of 8 by 6 points in one colour; `more` stands behind its first segment. */
export function jpegOf(more: Buffer = Buffer.alloc(0)): Buffer {
  const picture = Buffer.from(
    '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcp' +
      'LDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIy' +
      'MjIyMjIyMjIyMjIyMjL/wAARCAAGAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAA' +
      'AAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAQb/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCMAKVf/9k=',
    'base64',
  );
  return Buffer.concat([picture.subarray(0, 20), more, picture.subarray(20)]);
}
