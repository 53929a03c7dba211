import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiClient } from './api-client.js';

const patienceMs = 60_000;

/**
 * A client that asks again, under the same key and after as long as it is told, where a store or the process itself was too slow
 * to answer: on a loaded machine the product says so with 503, which is no matter of most tests. A claim whose request was given
 * up on stands for some seconds more, for which its key answers 409.
 */
export function patientClient(client: ApiClient): ApiClient {
  async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
    const deadline = performance.now() + patienceMs;
    for (let wasTooSlow = false; ; ) {
      const answer = await ask();
      const { status, headers } = answer;
      const seconds = Number(headers['retry-after']);
      wasTooSlow ||= status === 503;
      const isFinal = status !== 503 && !(wasTooSlow && status === 409);
      if (isFinal || !(seconds >= 0) || performance.now() > deadline) return answer;
      await sleep(1_000 * seconds);
    }
  }
  return {
    get: (path, headers) => patiently(() => client.get(path, headers)),
    send: (method, path, body, headers) => patiently(() => client.send(method, path, body, headers)),
    post(path, body, headers) {
      const kept = { 'idempotency-key': randomUUID(), ...headers };
      return patiently(() => client.post(path, body, kept));
    },
  };
}
