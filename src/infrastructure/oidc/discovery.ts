import type { ClientAuth, Configuration } from 'openid-client';
import * as oidc from 'openid-client';

export type OidcSettings = {
  /** `https:`, or `http:` on loopback. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

const timeoutSeconds = 5;

/**
 * What a provider says of itself. Tokens are believed by their signature, and not only because they came over TLS as the library
 * would do: so algorithms without a public key are refused as well.
 * @throws Error where it does not answer, or answers for another issuer
 */
export function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<Configuration> {
  const address = new URL(issuer);
  const inTheClear = address.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  return oidc.discovery(address, clientId, undefined, secretAuth(clientSecret), {
    timeout: timeoutSeconds,
    execute: [...inTheClear, oidc.enableNonRepudiationChecks],
  });
}

/** Null where the provider answers as it should; what is wrong otherwise. */
export async function pingProvider(settings: OidcSettings): Promise<string | null> {
  try {
    await discover(settings);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** In the body where the provider says that it takes that, and in a header as the standard's default is. */
function secretAuth(clientSecret: string): ClientAuth {
  const [inBody, inHeader] = [oidc.ClientSecretPost(clientSecret), oidc.ClientSecretBasic(clientSecret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? inHeader : inBody)(server, ...rest);
  };
}

/** What the library says, with its innermost cause; no token is in it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const inner = cause instanceof Error && cause.message !== error.message ? `: ${cause.message}` : '';
  return `${error.message}${inner}`.slice(0, 300);
}
