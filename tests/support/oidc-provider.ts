import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { CryptoKey } from 'jose';
import { decodeJwt, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { Configuration } from 'oidc-provider';

type Person = { readonly name?: string; readonly email?: string; readonly groups?: unknown };
type Alter = (path: string, body: Record<string, unknown>) => Promise<void> | void;

const kid = 'k1';
const wellKnown = '/.well-known/openid-configuration';

/**
 * A real provider of OpenID Connect (`oidc-provider`) on loopback, that signs in whoever the test says without asking. What it
 * answers can be altered on its way out, which is how it comes to forge.
 */
export async function createOidcProvider(parts: { readonly port: number; readonly redirectUri: string }) {
  // Another site than 127.0.0.1 to a browser, as a provider is.
  const issuer = `http://localhost:${parts.port}`;
  const client = { id: 'counterfoil', secret: 'a+secret:of%the/client' };
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const people = new Map<string, Person>();
  const state: { who: string; asks: boolean; alter: Alter | undefined } = {
    ...{ who: '', asks: false },
    alter: undefined,
  };
  const provider = await newProvider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [parts.redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a key of the cookies'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'], groups: ['groups'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
  });
  const answer = provider.callback();

  /** Nobody is asked for a password: they are signed in, at once or by a button, and agree to whatever is wanted. */
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (state.asks && request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><form method="post"><button>It is me</button></form>');
      return;
    }
    if (prompt.name === 'login') {
      const result = { login: { accountId: state.who, remember: false } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      return;
    }
    const grant = new provider.Grant({ accountId: state.who, clientId: client.id });
    grant.addOIDCScope(String(params['scope']));
    const result = { consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', issuer).pathname;
    if (path.startsWith('/interaction/')) void interact(request, response);
    else {
      alterAnswer(path, response, async (_path, body) => {
        // It claims to sign with less too, so that no forgery is refused only because of what it says of itself.
        if (path === wellKnown) body['id_token_signing_alg_values_supported'] = ['RS256', 'HS256', 'none'];
        await state.alter?.(path, body);
      });
      void answer(request, response);
    }
  }

  let server: Server | undefined;
  return {
    issuer,
    client,
    people,
    /** Whose subject signs in next. */
    set who(sub: string) {
      state.who = sub;
    },
    /** Whether people press a button on a page of the provider before they are led on. */
    set asks(asks: boolean) {
      state.asks = asks;
    },
    set alter(alter: Alter | undefined) {
      state.alter = alter;
    },
    publicPem: () => exportSPKI(publicKey),
    async listen(): Promise<void> {
      server = createServer(handle);
      await new Promise<void>((resolve) => server?.listen(parts.port, 'localhost', resolve));
    },
    async close(): Promise<void> {
      server?.closeAllConnections();
      await new Promise<void>((resolve) =>
        server === undefined ? resolve() : server.close(() => resolve()),
      );
      server = undefined;
    },
    /** The same token with other claims, by the provider's own key unless another is given. */
    signAnew(
      token: string,
      claims: Readonly<Record<string, unknown>>,
      key: CryptoKey = privateKey,
    ): Promise<string> {
      return new SignJWT({ ...decodeJwt(token), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(key);
    },
  };
}

export type OidcProvider = Awaited<ReturnType<typeof createOidcProvider>>;

/** It warns of what does not matter to a test: that Node is older than its newest, and that it keeps all in memory. */
async function newProvider(issuer: string, configuration: Configuration) {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    const { default: Provider } = await import('oidc-provider');
    return new Provider(issuer, configuration);
  } finally {
    console.warn = warn;
  }
}

/** Koa sends an answer in one piece, so its end is where it can be changed. */
function alterAnswer(path: string, response: ServerResponse, alter: Alter): void {
  const end = response.end.bind(response) as (body?: Buffer | string) => ServerResponse;
  response.end = ((body?: Buffer | string) => {
    const isJson = String(response.getHeader('content-type')).includes('json');
    if (!isJson || body === undefined) return end(body);
    const parsed = JSON.parse(body.toString()) as Record<string, unknown>;
    void Promise.resolve(alter(path, parsed)).then(() => {
      const altered = JSON.stringify(parsed);
      response.setHeader('content-length', Buffer.byteLength(altered));
      end(altered);
    });
    return response;
  }) as typeof response.end;
}
