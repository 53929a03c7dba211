import type { IncomingHttpHeaders } from 'node:http';
import { StripeFault } from './stripe-fault.js';

/** The API key of a request, sent as a bearer token or as the user of basic authentication. */
export function apiKeyOf(headers: IncomingHttpHeaders): string {
  const header = headers.authorization ?? '';
  const key = header.startsWith('Bearer ')
    ? header.slice('Bearer '.length).trim()
    : header.startsWith('Basic ')
      ? (Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8').split(':')[0] ?? '')
      : '';
  if (key === '') {
    throw unauthorized(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using ' +
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  // A live key here means somebody pointed production at the simulator: refuse it loudly.
  if (!/^(sk|rk)_test_\w+$/.test(key)) throw unauthorized(`Invalid API Key provided: ${masked(key)}`);
  return key;
}

function unauthorized(message: string): StripeFault {
  return new StripeFault(401, { type: 'invalid_request_error', message });
}

function masked(key: string): string {
  return key.length <= 12 ? '****' : `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`;
}
