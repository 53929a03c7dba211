import type { IncomingMessage } from 'node:http';
import type { ApiKey, ApiKeys, Scope } from '../../../application/ports/api-keys.js';
import { refused } from './problem.js';

const bearer = /^Bearer (sk_(test|live)_[A-Za-z0-9_]{8,250})$/;
const keyInAddress = /(sk_(test|live)_|[?&](api_?key|access_token|authorization)=)/i;

/** A key in an address ends up in logs and histories, so it is refused, and must be taken for leaked. */
export function hasKeyInAddress(url: string): boolean {
  return keyInAddress.test(url);
}

/**
 * The caller's key. Why a key is not accepted is not told: only that it is not.
 * @throws Refused
 */
export async function authenticate(
  request: IncomingMessage,
  apiKeys: ApiKeys,
  livemode: boolean,
): Promise<ApiKey> {
  const match = bearer.exec(request.headers.authorization ?? '');
  const secret = match?.[1];
  if (secret === undefined) throw unauthenticated('Send Authorization: Bearer sk_...');
  const key = await apiKeys.authenticate(secret);
  const valid = key !== undefined && key.revokedAt === null && key.livemode === livemode;
  if (!valid || key.livemode !== (match?.[2] === 'live'))
    throw unauthenticated('This API key is not valid here.');
  return key;
}

/** @throws Refused */
export function checkScope(key: ApiKey, scope: Scope): void {
  if (key.scopes.includes(scope)) return;
  throw refused('insufficient_scope', { detail: `This needs an API key with the scope ${scope}.` });
}

function unauthenticated(detail: string) {
  return refused('invalid_api_key', { detail, headers: { 'www-authenticate': 'Bearer' } });
}
