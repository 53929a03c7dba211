import { Agent, request } from 'node:http';

/** Kept alive, so that no connection is made within what is measured. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export type Fetched = {
  readonly status: number;
  /** From sending the request to the first bytes of the answer. */
  readonly firstByteMs: number;
  readonly bytes: number;
};

/** One page as a browser asks for it, with its cookies. */
export function fetchPage(url: string, cookie: string): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sent = request(url, { agent, headers: { cookie, accept: 'text/html' } }, (response) => {
      const firstByteMs = performance.now() - startedAt;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, firstByteMs, bytes }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
