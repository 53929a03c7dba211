import type { IncomingMessage } from 'node:http';
import type { ApiKey, ApiKeys, Scope } from '../../../application/ports/api-keys.js';
import type { Refused } from './problem.js';
import { refused } from './problem.js';

const bearer = /^Bearer (sk_(test|live)_[A-Za-z0-9_]{8,250})$/;
const keyInAddress = /(sk_(test|live)_|[?&](api_?key|access_token|authorization)=)/i;

/** A key in an address ends up in logs and histories, so it is refused, and must be taken for leaked. */
export function hasKeyInAddress(url: string): boolean {
  return keyInAddress.test(url);
}

/**
 * What was sent for an API key, and has the form of one.
 * @throws Refused
 */
export function secretOf(request: IncomingMessage): string {
  const secret = bearer.exec(request.headers.authorization ?? '')?.[1];
  if (secret === undefined) throw unauthenticated('Send Authorization: Bearer sk_...');
  return secret;
}

/** The key that a secret belongs to, where it may be used here. */
export async function authenticate(
  secret: string,
  apiKeys: ApiKeys,
  livemode: boolean,
): Promise<ApiKey | undefined> {
  const key = await apiKeys.authenticate(secret);
  const valid = key !== undefined && key.revokedAt === null && key.livemode === livemode;
  return valid && key.livemode === secret.startsWith('sk_live_') ? key : undefined;
}

/** Why a key is not accepted is not told: only that it is not. */
export function invalidKey(): Refused {
  return unauthenticated('This API key is not valid here.');
}

/** @throws Refused */
export function checkScope(key: Pick<ApiKey, 'scopes'> | null, scope: Scope): void {
  if (key?.scopes.includes(scope)) return;
  throw refused('insufficient_scope', { detail: `This needs an API key with the scope ${scope}.` });
}

function unauthenticated(detail: string): Refused {
  return refused('invalid_api_key', { detail, headers: { 'www-authenticate': 'Bearer' } });
}
