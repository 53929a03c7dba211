import type { Configuration, IDToken } from 'openid-client';
import * as oidc from 'openid-client';
import type {
  IdentityProvider,
  ProvidedIdentity,
  SignInAttempt,
} from '../../application/ports/identity-provider.js';
import type { OidcSettings } from './discovery.js';
import { discover, reasonOf } from './discovery.js';

/** Asked often enough that no browser is sent to a provider that is down, and not for each of many who ask. */
const discoveryMs = 10_000;
const roleValuesMax = 500;

/** A provider of OpenID Connect: the flow with a code, PKCE, state and nonce. */
export class OpenidIdentityProvider implements IdentityProvider {
  readonly name: string;
  readonly #settings: OidcSettings;
  readonly #redirectUri: string;
  readonly #scope: string;
  readonly #rolesClaim: string;
  #known: { readonly until: number; readonly configuration: Promise<Configuration> } | undefined;

  /** @param parts `redirectUri` is where browsers come back, as it is registered with the provider */
  constructor(
    parts: OidcSettings & {
      readonly name: string;
      readonly redirectUri: string;
      readonly scope: string;
      readonly rolesClaim: string;
    },
  ) {
    this.name = parts.name;
    this.#settings = parts;
    this.#redirectUri = parts.redirectUri;
    this.#scope = parts.scope;
    this.#rolesClaim = parts.rolesClaim;
  }

  async begin(): ReturnType<IdentityProvider['begin']> {
    const attempt = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    };
    try {
      const address = oidc.buildAuthorizationUrl(await this.#configuration(), {
        response_type: 'code',
        redirect_uri: this.#redirectUri,
        scope: this.#scope,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { outcome: 'begun', address: address.href, attempt };
    } catch (error) {
      return { outcome: 'unreachable', reason: reasonOf(error) };
    }
  }

  async finish(returned: URLSearchParams, attempt: SignInAttempt): ReturnType<IdentityProvider['finish']> {
    try {
      const configuration = await this.#configuration();
      const cameTo = new URL(this.#redirectUri);
      cameTo.search = returned.toString();
      const tokens = await oidc.authorizationCodeGrant(configuration, cameTo, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return { outcome: 'refused', reason: 'there is no ID token' };
      const told = await this.#moreOf(configuration, claims, tokens.access_token);
      return { outcome: 'known', identity: this.#identityOf(claims, told) };
    } catch (error) {
      return { outcome: isUnreachable(error) ? 'unreachable' : 'refused', reason: reasonOf(error) };
    }
  }

  /** Some providers tell everything in the ID token, others only when they are asked with the access token. */
  async #moreOf(
    configuration: Configuration,
    claims: IDToken,
    accessToken: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
    const isAllTold = ['name', 'email', this.#rolesClaim].every((claim) => claims[claim] !== undefined);
    if (isAllTold || endpoint === undefined) return claims;
    return { ...(await oidc.fetchUserInfo(configuration, accessToken, claims.sub)), ...claims };
  }

  #identityOf({ iss, sub }: IDToken, told: Readonly<Record<string, unknown>>): ProvidedIdentity {
    const email = textOf(told['email'], 254);
    const name = textOf(told['name'], 100) || textOf(told['preferred_username'], 100) || email || sub;
    const given = told[this.#rolesClaim];
    const values: readonly unknown[] = Array.isArray(given) ? given.slice(0, roleValuesMax) : [given];
    const roleValues = values.filter((value) => typeof value === 'string');
    return { issuer: iss, subject: sub, name: name.slice(0, 100), email, roleValues };
  }

  /** What the provider says of itself; asked again at once after a failure. */
  #configuration(): Promise<Configuration> {
    const now = performance.now();
    if (this.#known !== undefined && this.#known.until > now) return this.#known.configuration;
    const configuration = discover(this.#settings);
    const known = { until: now + discoveryMs, configuration };
    this.#known = known;
    configuration.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return configuration;
  }
}

/** One line without control characters, so long at most; empty for what is no text. */
function textOf(value: unknown, charactersMax: number): string {
  if (typeof value !== 'string') return '';
  return value
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, charactersMax);
}

/** It did not answer, or answered that it cannot; everything else is an answer that is not to be believed. */
function isUnreachable(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown };
  return [error, cause].some((each) => {
    if (typeof each !== 'object' || each === null) return false;
    const { name, message, status } = each as { name?: unknown; message?: unknown; status?: unknown };
    if (name === 'TimeoutError' || name === 'AbortError' || message === 'fetch failed') return true;
    return typeof status === 'number' && status >= 500;
  });
}
