/** What a user of the console may be. What each may do stands in one table, `application/user/role-scopes.ts`. */
export const roles = ['owner', 'finance', 'support', 'developer', 'auditor'] as const;
export type Role = (typeof roles)[number];
