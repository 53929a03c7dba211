import { isUtf8 } from 'node:buffer';
import type { KeyObject } from 'node:crypto';
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { ReceivedWebhook } from '../../application/ports/inbound-webhooks.js';

type WebhookVerification =
  | { readonly outcome: 'verified'; readonly webhook: ReceivedWebhook }
  | {
      readonly outcome: 'refused';
      readonly code:
        | 'payload_too_large'
        | 'signature_missing'
        | 'signature_malformed'
        | 'signature_invalid'
        | 'timestamp_out_of_range'
        | 'payload_malformed';
    };

/** A header of Stripe's has one timestamp and one or two signatures; anything near these limits is an attack. */
const headerCharactersMax = 2_048;
const partsMax = 16;
/** Stripe's objects nest about ten deep. */
const depthMax = 64;

export type VerifyWebhook = (rawBody: Buffer, header: string | undefined) => WebhookVerification;

/**
 * Checks that a body was signed by Stripe with one of the secrets, and within the tolerance of our clock in both
 * directions: the SDK takes a signature from the future. The bytes are hashed as they came, where the SDK would hash
 * their text, which drops a byte order mark and forgives invalid UTF-8.
 * @param secrets one, or two while they are rotated; none may be empty
 * @param toleranceSeconds above zero
 * @param now milliseconds since 1970
 */
export function verifyStripeWebhook(options: {
  readonly secrets: readonly string[];
  readonly toleranceSeconds: number;
  readonly now?: () => number;
  readonly payloadBytesMax?: number;
}): VerifyWebhook {
  const { toleranceSeconds, now = Date.now, payloadBytesMax = 1_048_576 } = options;
  if (options.secrets.length === 0 || options.secrets.some((secret) => secret.trim() === '')) {
    throw new TypeError('a webhook secret is empty: every signature would be worthless');
  }
  if (!(toleranceSeconds > 0)) throw new TypeError('the signature tolerance must be above zero');
  const keys = options.secrets.map((secret) => createSecretKey(secret, 'utf8'));

  return (rawBody, header) => {
    if (header === undefined || header === '') return refused('signature_missing');
    if (rawBody.length > payloadBytesMax) return refused('payload_too_large');
    const signed = parseHeader(header);
    if (signed === undefined) return refused('signature_malformed');
    if (!keys.some((key) => isSignedBy(key, signed, rawBody))) return refused('signature_invalid');
    if (Math.abs(Math.floor(now() / 1_000) - Number(signed.timestamp)) > toleranceSeconds) {
      return refused('timestamp_out_of_range');
    }
    const webhook = readEvent(rawBody);
    return webhook === undefined ? refused('payload_malformed') : { outcome: 'verified', webhook };
  };
}

type SignatureHeader = { readonly timestamp: string; readonly signatures: readonly Buffer[] };

const hexDigest = /^[0-9a-f]{64}$/;

/** Reads `t=...,v1=...,v1=...`; other schemes are skipped. Undefined when there is nothing to compare. */
function parseHeader(header: string): SignatureHeader | undefined {
  if (header.length > headerCharactersMax) return undefined;
  let timestamp: string | undefined;
  const signatures: Buffer[] = [];
  const parts = header.split(',', partsMax + 1);
  if (parts.length > partsMax) return undefined;
  for (const part of parts) {
    if (part.startsWith('t=')) {
      if (timestamp !== undefined) return undefined;
      timestamp = part.slice(2);
    } else if (part.startsWith('v1=')) {
      const digest = part.slice(3);
      if (hexDigest.test(digest)) signatures.push(Buffer.from(digest, 'hex'));
    }
  }
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return undefined;
  return signatures.length === 0 ? undefined : { timestamp, signatures };
}

function isSignedBy(key: KeyObject, { timestamp, signatures }: SignatureHeader, rawBody: Buffer): boolean {
  const expected = createHmac('sha256', key).update(`${timestamp}.`).update(rawBody).digest();
  let found = false;
  for (const signature of signatures) found = timingSafeEqual(expected, signature) || found;
  return found;
}

const plainId = /^[\w.:-]{1,255}$/;
const plainType = /^[\w.]{1,255}$/;

/** The envelope of a snapshot event, or of a thin one (`v2.core.event`), which carries no API version. */
function readEvent(rawBody: Buffer): ReceivedWebhook | undefined {
  if (!isUtf8(rawBody)) return undefined;
  const payload = rawBody.toString('utf8');
  const event = parseJson(payload);
  if (!isObject(event) || isDeeper(event, depthMax)) return undefined;
  const { id, type, livemode, api_version: apiVersion } = event;
  if (typeof id !== 'string' || !plainId.test(id)) return undefined;
  if (typeof type !== 'string' || !plainType.test(type)) return undefined;
  if (typeof livemode !== 'boolean') return undefined;
  return {
    id,
    type,
    apiVersion: typeof apiVersion === 'string' && plainId.test(apiVersion) ? apiVersion : null,
    livemode,
    objectId: objectIdOf(event),
    payload,
    account: accountOf(event),
  };
}

/** A connected account of ours, or the path to one below an organization. */
function accountOf({ account, context }: Readonly<Record<string, unknown>>): string | null {
  const named = account ?? context ?? null;
  if (named === null) return null;
  return typeof named === 'string' && /^[\w./:-]{1,255}$/.test(named) ? named : 'named in an unknown form';
}

/** The payment intent that the event's object belongs to, or the object itself: what a handler will look up. */
function objectIdOf(event: Readonly<Record<string, unknown>>): string | null {
  const data = event['data'];
  const object = isObject(data) ? data['object'] : event['related_object'];
  if (!isObject(object)) return null;
  const id = typeof object['payment_intent'] === 'string' ? object['payment_intent'] : object['id'];
  return typeof id === 'string' && plainId.test(id) ? id : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stops at the limit, so that no nesting can exhaust the stack. */
function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  for (const key in value) {
    const part = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof part === 'object' && part !== null && isDeeper(part, levels - 1)) return true;
  }
  return false;
}

function refused(code: Extract<WebhookVerification, { outcome: 'refused' }>['code']): WebhookVerification {
  return { outcome: 'refused', code };
}
