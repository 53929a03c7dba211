import { z } from 'zod';
import type { ConfigProblem } from './config-fields.js';
import { isLoopback, text, urlOf } from './config-fields.js';
import type { Role } from './domain/user/roles.js';
import { roles } from './domain/user/roles.js';

/** The identity provider that operators may sign in by. */
export type OidcConfig = {
  /** Exactly as the provider writes it; `http:` on loopback only. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the sign-in page calls it. */
  readonly name: string;
  /** With `openid` among it. */
  readonly scope: string;
  /** The claim whose values give roles: a text, or a list of texts. */
  readonly rolesClaim: string;
  /** Where several values of a person are here, the first of this list counts. */
  readonly roles: readonly { readonly value: string; readonly role: Role }[];
};

const rolesMend = `List values of the claim with their roles, such as payments-team=finance,sre=developer; the roles are ${roles.join(', ')}.`;

const mapping = z
  .string()
  .nullable()
  .default(null)
  .transform((value) => (value === null ? [] : value.split(',').map(pairOf)))
  .refine((pairs) => pairs.every(({ value, role }) => value !== '' && role !== undefined), {
    error: 'is not a list of values and their roles',
    params: { mend: rolesMend },
  });

function pairOf(text: string): { readonly value: string; readonly role: Role | undefined } {
  const at = text.lastIndexOf('=');
  const named = text.slice(at + 1).trim();
  return { value: text.slice(0, Math.max(at, 0)).trim(), role: roles.find((role) => role === named) };
}

const printable = /^[\x21-\x7e]{1,500}$/;

/** The variables, as `config.ts` reads them. */
export const oidcVariables = {
  COUNTERFOIL_OIDC_ISSUER: urlOf(
    ['https:', 'http:'],
    'Use the address that the provider calls its issuer, such as https://id.acme.example, or unset it.',
  ),
  COUNTERFOIL_OIDC_CLIENT_ID: text(
    printable,
    'is not the id of a client',
    'Copy it from the provider, or unset it.',
  ),
  COUNTERFOIL_OIDC_CLIENT_SECRET: text(
    printable,
    'is not the secret of a client',
    'Copy it from the provider, or unset it.',
  ),
  COUNTERFOIL_OIDC_ROLES: mapping,
  COUNTERFOIL_OIDC_ROLES_CLAIM: z.string().min(1).max(200).default('groups'),
  COUNTERFOIL_OIDC_NAME: text(
    /^[^\p{Cc}]{1,60}$/u,
    'is not a name of at most 60 characters',
    'Use what people call the provider, such as Acme ID.',
  ),
  COUNTERFOIL_OIDC_SCOPE: z
    .string()
    .refine((value) => value.split(' ').includes('openid') && /^[\x21-\x7e ]{1,300}$/.test(value), {
      error: 'is not a list of scopes with openid among them',
      params: { mend: 'Use scopes with spaces between them, such as openid profile email groups.' },
    })
    .default('openid profile email'),
};

type Environment = z.infer<z.ZodObject<typeof oidcVariables>>;

/** Null where the provider is not set, or not wholly: `oidcProblems` tells of that. */
export function oidcOf(env: Environment): OidcConfig | null {
  const {
    COUNTERFOIL_OIDC_ISSUER: issuer,
    COUNTERFOIL_OIDC_CLIENT_ID: clientId,
    COUNTERFOIL_OIDC_CLIENT_SECRET: clientSecret,
  } = env;
  if (issuer === null || clientId === null || clientSecret === null) return null;
  return {
    ...{ issuer, clientId, clientSecret },
    name: env.COUNTERFOIL_OIDC_NAME ?? new URL(issuer).hostname,
    scope: env.COUNTERFOIL_OIDC_SCOPE,
    rolesClaim: env.COUNTERFOIL_OIDC_ROLES_CLAIM,
    roles: env.COUNTERFOIL_OIDC_ROLES.flatMap(({ value, role }) =>
      role === undefined ? [] : [{ value, role }],
    ),
  };
}

/** All of it or nothing: half a provider would look like one that lets nobody in. */
export function oidcProblems(env: Environment): readonly ConfigProblem[] {
  const needed = [
    ['COUNTERFOIL_OIDC_ISSUER', env.COUNTERFOIL_OIDC_ISSUER !== null],
    ['COUNTERFOIL_OIDC_CLIENT_ID', env.COUNTERFOIL_OIDC_CLIENT_ID !== null],
    ['COUNTERFOIL_OIDC_CLIENT_SECRET', env.COUNTERFOIL_OIDC_CLIENT_SECRET !== null],
    ['COUNTERFOIL_OIDC_ROLES', env.COUNTERFOIL_OIDC_ROLES.length > 0],
  ] as const;
  const present = needed.flatMap(([variable, isSet]) => (isSet ? [variable] : []));
  if (present.length === 0) return [];
  const problems: ConfigProblem[] = needed.flatMap(([variable, isSet]) =>
    isSet ? [] : [{ variable, problem: `is missing beside ${present.join(', ')}`, mend: mendOf(variable) }],
  );
  const issuer = env.COUNTERFOIL_OIDC_ISSUER;
  return issuer === null ? problems : [...problems, ...issuerProblems(new URL(issuer))];
}

function mendOf(variable: string): string {
  if (variable === 'COUNTERFOIL_OIDC_ROLES') return rolesMend;
  return 'Copy it from the provider, or unset the others to have people sign in by passwords only.';
}

function issuerProblems({ protocol, hostname, search, hash, username }: URL): readonly ConfigProblem[] {
  const variable = 'COUNTERFOIL_OIDC_ISSUER';
  if (protocol === 'http:' && !isLoopback(hostname)) {
    return [
      { variable, problem: 'would sign people in over a connection in the clear', mend: 'Use https://.' },
    ];
  }
  if (search === '' && hash === '' && username === '') return [];
  return [{ variable, problem: 'has more than a host and a path', mend: 'Copy the issuer as it is.' }];
}
