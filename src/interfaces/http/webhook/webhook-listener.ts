import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientLimits, Verdict } from '../../../application/limit/client-limits.js';
import type { Logger } from '../../../application/ports/logger.js';
import type { ReceiveWebhook } from '../http-tokens.js';
import type { Admission } from '../shared/admission.js';
import { addressOf, networkOf } from '../shared/client-address.js';
import { stringifyJson } from '../shared/json.js';
import { problem, problemBody, Refused } from '../shared/problem.js';
import { problemOfError } from '../shared/problem-of-error.js';
import { readBytes } from '../shared/read-body.js';
import { requestIdOf } from '../shared/request-headers.js';
import { retryHeaders } from '../shared/request-limits.js';

/** Both addresses are the same thing; the second is an older name of it. */
export const webhookPaths = ['/webhooks/stripe', '/api/stripe/webhook'] as const;

const received = Buffer.from('{"received":true}');
const receivedHeaders = { 'content-type': 'application/json', 'content-length': received.length };

/**
 * Takes the provider's webhooks: the body's bytes as they came, within a limit, to the receiver and a short answer. Needs
 * no API key and tells nothing of our insides.
 */
export function createWebhookListener(parts: {
  readonly receive: ReceiveWebhook;
  readonly limits: ClientLimits;
  readonly logger: Logger;
  readonly trustedProxies: number;
  readonly bytesMax: number;
  readonly admission: Admission;
}) {
  const { receive, limits, logger, trustedProxies, bytesMax, admission } = parts;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['content-encoding'] !== undefined) {
      return refuse(request, response, 415, 'unsupported_content_encoding');
    }
    const bytes = await readBytes(request, bytesMax);
    if (bytes === undefined) return refuse(request, response, 413, 'body_too_large');
    const signature = request.headers['stripe-signature'];
    const header = typeof signature === 'string' ? signature : undefined;
    const address = addressOf(request, trustedProxies);
    const result = await admission.run('webhooks', () => receive(bytes, header, address));
    if (result.status === 400 && !(await mayFail(request, response, address))) return;
    if (result.status !== 200)
      return refuse(request, response, result.status, result.code ?? 'webhook_refused');
    response.writeHead(200, receivedHeaders);
    response.end(received);
  }

  /**
   * Counts a bad signature. What the provider signed never comes here, so it is neither counted nor refused, whoever else has
   * called from its address.
   */
  async function mayFail(
    request: IncomingMessage,
    response: ServerResponse,
    address: string,
  ): Promise<boolean> {
    const cause = requestIdOf(request.headers);
    const verdict = await limits.spend('bad_signatures_from_address', networkOf(address), cause);
    if (verdict.allowed) return true;
    refuse(request, response, 429, 'rate_limited', verdict);
    return false;
  }

  return {
    takes(request: IncomingMessage): boolean {
      const { url = '', method } = request;
      return method === 'POST' && webhookPaths.some((path) => url === path || url.startsWith(`${path}?`));
    },

    listen(request: IncomingMessage, response: ServerResponse): void {
      take(request, response).catch((error: unknown) => {
        if (!(error instanceof Refused)) {
          logger.error({ err: error, path: request.url }, 'a webhook could not be taken in');
        }
        if (response.headersSent || response.destroyed) return;
        // Stripe sends it again on any answer but a success, for up to three days.
        const { status, code } = problemOfError(error).problem;
        refuse(request, response, status, code);
      });
    },
  };
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  verdict?: Verdict,
): void {
  const said = {
    ...problem('invalid_request', { detail: 'The webhook was not taken in.', code }),
    title: 'The webhook was refused',
    status,
    ...(status >= 500 || status === 429 ? { retryable: true as const } : {}),
  };
  const body = stringifyJson(
    problemBody(said, { id: requestIdOf(request.headers), path: request.url ?? '/' }),
  );
  response.writeHead(status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(status === 413 ? { connection: 'close' } : {}),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
    ...(verdict === undefined ? {} : retryHeaders(verdict)),
  });
  response.end(body);
}
