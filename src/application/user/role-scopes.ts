import type { Role } from '../../domain/user/roles.js';
import type { Scope } from '../ports/api-keys.js';
import { scopes } from '../ports/api-keys.js';

const reads = scopes.filter((scope) => scope.endsWith(':read'));
/** Keys and users are for those who run the deployment. */
const readsOfBusiness = reads.filter((scope) => !['keys:read', 'users:read'].includes(scope));

/** What each role may do: the same scopes that API keys have. */
export const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  owner: scopes,
  finance: [
    ...readsOfBusiness,
    'payments:write',
    'refunds:write',
    'credits:write',
    'invoices:write',
    'plans:write',
    'orders:write',
    'manual_payments:write',
    'alerts:write',
  ],
  support: [
    'payments:read',
    'refunds:read',
    'refunds:write',
    'customers:read',
    'customers:write',
    'orders:read',
    'invoices:read',
    'credits:read',
    'plans:read',
    'manual_payments:read',
  ],
  developer: [
    ...reads.filter((scope) => scope !== 'users:read'),
    'keys:write',
    'webhooks:write',
    'limits:write',
    'alerts:write',
    'operations:write',
    'audit:write',
  ],
  /** To replay and compare changes nothing; what a replay found is put in place by those who may operate. */
  auditor: [...reads, 'audit:write'],
};
