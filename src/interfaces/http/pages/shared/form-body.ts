import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { refused } from '../../shared/problem.js';
import { readBytes } from '../../shared/read-body.js';

export type FormFields = Readonly<Record<string, string | readonly string[]>>;

const fieldsMax = 200;

/**
 * The fields of a form as a browser sends them. An empty field is one that was left out; only a name that ends in `[]` may
 * come more than once.
 * @throws Refused
 */
export async function readForm(request: IncomingMessage, limit: number): Promise<FormFields> {
  if (!/^application\/x-www-form-urlencoded *(; *charset="?utf-8"?)? *$/i.test(typeOf(request)))
    throw notOurs();
  const bytes = await bytesOf(request, limit);
  if (!isUtf8(bytes)) throw refused('invalid_request', { detail: 'The form is not UTF-8.' });
  return fieldsOf(new URLSearchParams(bytes.toString('utf8')));
}

/**
 * The fields of a form that may send files. The bytes of a file are read as base64, which is for the form's schema to judge: what a
 * browser calls the file, and what it says of its type, is worth nothing and left out. No file is a field that was left out.
 * @throws Refused
 */
export async function readFormWithFiles(request: IncomingMessage, limit: number): Promise<FormFields> {
  const type = typeOf(request);
  if (!/^multipart\/form-data *;/i.test(type)) return readForm(request, limit);
  const bytes = await bytesOf(request, limit);
  const sent = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw refused('invalid_request', { detail: 'The form is broken off, or none.' });
    });
  const fields: (readonly [string, string])[] = [];
  for (const [name, value] of sent) {
    const text =
      typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('base64');
    fields.push([name, text]);
  }
  return fieldsOf(fields);
}

function notOurs() {
  return refused('unsupported_media_type', { detail: 'A page takes what its own form sends.' });
}

async function bytesOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const bytes = await readBytes(request, limit);
  if (bytes !== undefined) return bytes;
  throw refused('body_too_large', {
    detail: `A form has at most ${limit} bytes.`,
    headers: { connection: 'close' },
  });
}

function typeOf({ headers }: IncomingMessage): string {
  return headers['content-type'] ?? '';
}

function fieldsOf(sent: Iterable<readonly [string, string]>): FormFields {
  const fields = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, untidy] of sent) {
    count += 1;
    if (count > fieldsMax) throw refused('invalid_request', { detail: 'The form has too many fields.' });
    const value = untidy.replaceAll('\r\n', '\n').trim();
    if (value === '') continue;
    const known = fields.get(name);
    if (name.endsWith('[]')) fields.set(name, [...(Array.isArray(known) ? known : []), value]);
    else if (known === undefined) fields.set(name, value);
    else throw refused('invalid_request', { detail: `${name} is given twice.`, param: name });
  }
  return Object.fromEntries(fields);
}
