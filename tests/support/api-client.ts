import { randomUUID } from 'node:crypto';
import { request } from 'node:http';

/** JSON as the API answers it; amounts in tests are small enough for numbers. */
export type Json = Readonly<Record<string, unknown>>;

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  readonly body: Json;
};

export type ApiClient = {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** With a fresh idempotency key unless the headers carry one. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Sends exactly these bytes. */
  send(method: string, path: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer>;
};

/** A client of the API as an integrator would write it, on plain node:http so that every byte is the test's own. */
export function apiClient(baseUrl: string, apiKey: string | null): ApiClient {
  function send(
    method: string,
    path: string,
    body: string | Buffer | null,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const key = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
    // Node says how long a body is for the methods only that always have one.
    const length = body === null || body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, baseUrl),
        { method, headers: { ...key, ...length, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            const text = bytes.toString('utf8');
            const isJson = String(response.headers['content-type']).match(/\bjson\b/) !== null;
            const parsed = isJson && text !== '' ? (JSON.parse(text) as Json) : {};
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes,
              text,
              body: parsed,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }
  return {
    send,
    get: (path, headers = {}) => send('GET', path, null, headers),
    post: (path, body, headers = {}) =>
      send('POST', path, JSON.stringify(body), {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...headers,
      }),
  };
}

/** Reads along a path of names: `field(answer.body, 'provider', 'payment_intent')`. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? (inner as Json)[name] : undefined),
    value,
  );
}

export function items(answer: Answer): readonly Json[] {
  const { data } = answer.body;
  return Array.isArray(data) ? (data as Json[]) : [];
}
