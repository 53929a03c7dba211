import { randomUUID } from 'node:crypto';

export type ApiAnswer = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
};

/** A small client of Counterfoil's own API: JSON in, JSON out, a fresh idempotency key for every POST. */
export function createApiClient(baseUrl: string, apiKey: string) {
  async function call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { method, path, status: response.status, body: (await response.json()) as ApiAnswer['body'] };
  }
  return {
    get: (path: string): Promise<ApiAnswer> => call('GET', path),
    post: (path: string, body: unknown): Promise<ApiAnswer> => call('POST', path, body),
    put: (path: string, body: unknown): Promise<ApiAnswer> => call('PUT', path, body),
  };
}
