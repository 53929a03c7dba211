import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ProviderSignedIn, ProviderSignIn } from '../../../../application/user/provider-sign-in.js';
import { httpTokens } from '../../http-tokens.js';
import type { CookieToSet } from '../shared/cookies.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';
import { clientOf, nextField, secondStepAt, sessionSeconds } from './sign-in-fields.js';

const cookieName = 'counterfoil-oidc';

/** Lax, since it must come along when the provider leads the browser back. */
function cookie(value: string | null): CookieToSet {
  return { name: cookieName, value, sameSite: 'Lax', maxAgeSeconds: 600 };
}

/** Signing in by an identity provider: away to it, and back. There only where one is configured. */
@injectable()
export class ProviderSignInPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.providerSignIn) signIn: ProviderSignIn | null,
  ) {
    this.pages = signIn === null ? [] : pagesOf(area, signIn);
  }
}

function pagesOf(area: ConsoleArea, signIn: ProviderSignIn): readonly Page[] {
  return [
    page(area, {
      method: 'get',
      path: '/admin/sign-in/oidc',
      access: 'anyone',
      query: z.strictObject({ next: nextField.optional().catch(undefined) }),
      handle: async ({ query, context }) => {
        const begun = await signIn.begin(query.next ?? null, context);
        if (begun.outcome === 'unreachable') return notSignedIn(begun, signIn.name, context);
        return { kind: 'away', to: begun.address, cookies: [cookie(begun.token)] };
      },
    }),
    page(area, {
      method: 'get',
      path: '/admin/sign-in/oidc/callback',
      access: 'anyone',
      fromElsewhere: true,
      handle: async ({ context }) => {
        const { searchParams } = new URL(context.address, 'http://us');
        const about = { ...clientOf(context), commandId: context.commandId };
        const signedIn = await signIn.finish(context.cookie(cookieName), searchParams, about);
        return 'token' in signedIn ? welcome(signedIn) : notSignedIn(signedIn, signIn.name, context);
      },
    }),
  ];
}

type LetIn = Extract<ProviderSignedIn, { readonly token: string }>;
type NotLetIn = Exclude<ProviderSignedIn, LetIn>;

/**
 * A page that leads on by itself. A redirect would not do: the browser comes from another site, so it would go on without the
 * session's cookie, which is for requests from our own pages only.
 */
function welcome({ outcome, token, next }: LetIn): PageAnswer {
  const isIn = outcome === 'signed_in';
  return {
    kind: 'page',
    template: '/admin/signed-in',
    title: isIn ? 'You are signed in' : 'One more step',
    data: { goOn: isIn ? (next ?? '/admin') : secondStepAt(next ?? undefined) },
    session: { token, maxAgeSeconds: isIn ? sessionSeconds : 600 },
    cookies: [cookie(null)],
  };
}

function notSignedIn({ outcome }: NotLetIn, name: string, { requestId }: PageContext): PageAnswer {
  const { status, title, what } = tellings(name)[outcome];
  const data = { what, requestId };
  return { kind: 'page', template: '/admin/not-signed-in', title, status, data, cookies: [cookie(null)] };
}

function tellings(name: string) {
  return {
    expired: {
      status: 403,
      title: 'This sign-in is over',
      what: 'It took longer than ten minutes, was done already, or was begun in another browser or at another address of the console. Begin once more.',
    },
    refused: {
      status: 403,
      title: 'You are not signed in',
      what: `${name} did not sign you in, or its answer could not be believed. Whoever runs this Counterfoil finds the reason in the log.`,
    },
    no_role: {
      status: 403,
      title: 'You have no role here',
      what: `${name} knows you, and gives you no role in this console. Ask whoever keeps your groups there.`,
    },
    disabled: {
      status: 403,
      title: 'You cannot sign in here',
      what: 'An owner of this console has disabled your account. Ask them.',
    },
    unreachable: {
      status: 503,
      title: `${name} does not answer`,
      what: 'Try again in a moment. Who has a password here can sign in with it meanwhile.',
    },
  } as const satisfies Record<NotLetIn['outcome'], unknown>;
}
