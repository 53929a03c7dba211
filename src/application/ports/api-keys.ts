import type { Instant } from '../../domain/shared/instant.js';

export const scopes = [
  'payments:read',
  'payments:write',
  'refunds:read',
  'refunds:write',
  'ledger:read',
  'audit:read',
  'audit:write',
  'webhooks:read',
  'webhooks:write',
  'operations:read',
  'operations:write',
  'config:read',
] as const;
export type Scope = (typeof scopes)[number];

export type ApiKey = {
  /** `key_...`: names the key in events and logs; not a secret. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly livemode: boolean;
  readonly revokedAt: Instant | null;
};

/** API keys are kept as SHA-256 digests: whoever reads the database cannot use one. */
export interface ApiKeys {
  /** The key that this secret belongs to, revoked or not; undefined for an unknown secret. */
  authenticate(secret: string): Promise<ApiKey | undefined>;
  /** Makes sure that this secret is a key of that name with every scope. */
  bootstrap(secret: string, name: string): Promise<void>;
}
