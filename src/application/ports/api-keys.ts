import type { Instant } from '../../domain/shared/instant.js';
import type { Page, PageRequest } from './read-models.js';

export const scopes = [
  'payments:read',
  'payments:write',
  'refunds:read',
  'refunds:write',
  'credits:read',
  'credits:write',
  'invoices:read',
  'invoices:write',
  'branding:read',
  'branding:write',
  'customers:read',
  'customers:write',
  'ledger:read',
  'audit:read',
  'audit:write',
  'webhooks:read',
  'webhooks:write',
  'limits:read',
  'limits:write',
  'operations:read',
  'operations:write',
  'config:read',
  'keys:read',
  'keys:write',
  'orders:read',
  'orders:write',
  'plans:read',
  'plans:write',
  'manual_payments:read',
  'manual_payments:write',
  'notifications:read',
  'notifications:write',
  'alerts:read',
  'alerts:write',
  'users:read',
  'users:write',
] as const;
export type Scope = (typeof scopes)[number];

export type ApiKey = {
  /** `key_...`: names the key in events and logs; not a secret. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /**
   * Opaque id of the person who holds it; null where nobody is known to. All keys of one holder are one person wherever two
   * people are needed.
   */
  readonly holder: string | null;
  readonly livemode: boolean;
  /** Dated version of the API that it was made for: what a request is understood by that names none. */
  readonly apiVersion: string;
  readonly revokedAt: Instant | null;
};

export type ApiKeyRow = {
  readonly id: string;
  readonly name: string;
  /** The first characters of the secret. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly holder: string | null;
  readonly livemode: boolean;
  readonly api_version: string;
  readonly created_at: Instant;
  readonly expires_at: Instant | null;
  readonly revoked_at: Instant | null;
  /** To the minute; null for one that was never used. */
  readonly last_used_at: Instant | null;
};

/** API keys are kept as SHA-256 digests: whoever reads the database cannot use one. */
export interface ApiKeys {
  /** The key that this secret belongs to, revoked or not; undefined for an unknown secret. */
  authenticate(secret: string): Promise<ApiKey | undefined>;
  /**
   * Makes sure that this secret is a key of that name with every scope, held by whoever runs the deployment. One that was made
   * before keeps its version of the API.
   */
  bootstrap(secret: string, name: string, apiVersion: string): Promise<void>;
  /**
   * Makes a key under an id of the caller's. The secret is answered this once and can never be asked for again; it is null
   * where the id has a key already.
   */
  create(
    key: Omit<ApiKey, 'revokedAt'>,
  ): Promise<{ readonly row: ApiKeyRow; readonly secret: string | null }>;
  find(id: string): Promise<ApiKeyRow | undefined>;
  list(page: PageRequest): Promise<Page<ApiKeyRow>>;
  /** The key as it is afterwards; undefined when there is none. It is refused everywhere within a second. */
  revoke(id: string): Promise<ApiKeyRow | undefined>;
  /**
   * Makes a key under a new id that may do what an old one may and speaks its version, which works on for so long. The secret is null where the new
   * id has a key already; undefined when there is no such old key, or it is revoked or expired.
   */
  rotate(
    id: string,
    newId: string,
    overlapSeconds: number,
  ): Promise<{ readonly row: ApiKeyRow; readonly secret: string | null } | undefined>;
  /** Revokes the keys of a holder that may do anything else than these scopes allow. */
  revokeBeyond(holder: string, allowed: readonly Scope[]): Promise<void>;
}
