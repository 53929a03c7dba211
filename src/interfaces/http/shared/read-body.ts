import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { InvalidJson, parseJson } from './json.js';
import { refused } from './problem.js';

/** Reads and throws away this many times the limit, so that a client still sending can read why it was refused. */
const patience = 10;

/**
 * The body's bytes; undefined when there are more than `limit`. The rest of a larger body is read and dropped, within
 * bounds, because an answer on a connection that is closed while the client writes is lost.
 */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit * patience) return resolve(undefined);
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else if (length > limit * patience) resolve(undefined);
    });
    request.on('end', () => {
      const [only] = chunks;
      if (length > limit) resolve(undefined);
      else resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length));
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client went away'));
    });
  });
}

/**
 * The body as strict JSON; an absent one is an empty object.
 * @throws Refused
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const { headers } = request;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw refused('unsupported_content_encoding', { detail: 'Send the body as plain JSON.' });
  }
  const bytes = await readBytes(request, limit);
  if (bytes === undefined) {
    throw refused('body_too_large', {
      detail: `A body has at most ${limit} bytes.`,
      headers: { connection: 'close' },
    });
  }
  if (bytes.length === 0) return {};
  if (!isJson(headers['content-type'])) {
    throw refused('unsupported_media_type', { detail: 'Send Content-Type: application/json.' });
  }
  if (!isUtf8(bytes)) throw refused('invalid_json', { detail: 'The body is not UTF-8.' });
  try {
    return parseJson(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof InvalidJson) throw refused('invalid_json', { detail: error.message });
    throw error;
  }
}

function isJson(contentType: string | undefined): boolean {
  return (
    contentType === 'application/json' ||
    (contentType !== undefined && /^application\/json *(; *charset="?utf-8"?)? *$/i.test(contentType))
  );
}
