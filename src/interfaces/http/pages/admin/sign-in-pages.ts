import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ProviderSignIn } from '../../../../application/user/provider-sign-in.js';
import type { SignedIn, SignIn } from '../../../../application/user/sign-in.js';
import type { Users } from '../../../../application/user/users.js';
import { httpTokens } from '../../http-tokens.js';
import { textField } from '../../shared/fields.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { emailField, newPasswordField, passwordField, passwordsDiffer } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';
import { clientOf, nextField, secondStepAt, sessionSeconds } from './sign-in-fields.js';

const linkParams = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) });

/** The door of the console: signing in, and the links that people come by first. */
@injectable()
export class SignInPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.signIn) private readonly signIn: SignIn,
    @inject(httpTokens.users) private readonly users: Users,
    @inject(httpTokens.providerSignIn) private readonly byProvider: ProviderSignIn | null,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/sign-in',
        access: 'anyone',
        query: z.strictObject({ next: nextField.optional().catch(undefined) }),
        handle: ({ visitor, query }) =>
          visitor === undefined ? this.door({ next: query.next }) : redirect(query.next),
      }),
      page(area, {
        method: 'post',
        path: '/admin/sign-in',
        access: 'anyone',
        form: z.strictObject({
          email: emailField,
          password: passwordField,
          next: nextField.optional().catch(undefined),
        }),
        back: () => '/admin/sign-in',
        handle: async ({ form, context }) => {
          const { email, password, next } = form;
          const signedIn = await this.signIn.withPassword(email, password, clientOf(context));
          return this.after(signedIn, next, (told, status) => this.door({ next, email }, told, status));
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/second-step',
        access: 'anyone',
        query: z.strictObject({ next: nextField.optional().catch(undefined) }),
        handle: ({ query }) => codeDoor(query.next),
      }),
      page(area, {
        method: 'post',
        path: '/admin/second-step',
        access: 'anyone',
        form: z.strictObject({
          code: z.string().max(12),
          next: nextField.optional().catch(undefined),
        }),
        back: () => '/admin/second-step',
        handle: async ({ form: { code, next }, context }) => {
          const token = context.sessionToken ?? '';
          const signedIn = await this.signIn.withCode(token, code.replaceAll(' ', ''), clientOf(context));
          return this.after(signedIn, next, (told, status) => codeDoor(next, told, status));
        },
      }),
      page(area, {
        method: 'post',
        path: '/admin/sign-out',
        access: 'anyone',
        form: z.strictObject({}),
        handle: async ({ context }) => {
          if (context.sessionToken !== undefined) await this.signIn.signOut(context.sessionToken);
          const told = { kind: 'good', text: 'You are signed out.' } as const;
          return { kind: 'redirect', to: '/admin/sign-in', session: 'ended', told };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/welcome/:token',
        access: 'anyone',
        params: linkParams,
        handle: ({ params }) => this.welcome(params.token),
      }),
      page(area, {
        method: 'post',
        path: '/admin/welcome/:token',
        access: 'anyone',
        params: linkParams,
        form: z
          .strictObject({
            email: emailField.optional(),
            name: textField(100).optional(),
            password: newPasswordField,
            repeated: passwordField,
          })
          .refine(({ password, repeated }) => password === repeated, passwordsDiffer),
        back: ({ params }) => `/admin/welcome/${params.token}`,
        handle: ({ params, form, context }) => this.choose(params.token, form, context),
      }),
    ];
  }

  private door(
    form: { readonly next?: string | undefined; readonly email?: string },
    told?: string,
    status = 200,
  ): PageAnswer {
    const data = { ...form, provider: this.byProvider?.name };
    const shown = { kind: 'page', template: '/admin/sign-in', title: 'Sign in', data, status } as const;
    return told === undefined ? shown : { ...shown, told: { kind: 'bad', text: told } };
  }

  private after(
    signedIn: SignedIn,
    next: string | undefined,
    again: (told: string, status: number) => PageAnswer,
  ): PageAnswer {
    switch (signedIn.outcome) {
      case 'signed_in':
        return {
          kind: 'redirect',
          to: next ?? '/admin',
          session: { token: signedIn.token, maxAgeSeconds: sessionSeconds },
        };
      case 'second_step':
        return {
          kind: 'redirect',
          to: secondStepAt(next),
          session: { token: signedIn.token, maxAgeSeconds: 600 },
        };
      case 'refused':
        return again('That is not right. Check what you typed, and try once more.', 401);
      case 'locked':
        return again(
          `Too many tries. Wait for ${Math.ceil(signedIn.retryAfterSeconds / 60)} minutes, then try again.`,
          429,
        );
    }
  }

  private async welcome(token: string): Promise<PageAnswer> {
    const link = await this.users.lookAtLink(token);
    if (link === undefined) return voidLink;
    const title = link.purpose === 'owner' ? 'Become the owner of this Counterfoil' : 'Choose a password';
    const data = { owner: link.purpose === 'owner', account: link.account ?? null };
    return { kind: 'page', template: '/admin/welcome', title, data };
  }

  private async choose(
    token: string,
    form: {
      readonly email?: string | undefined;
      readonly name?: string | undefined;
      readonly password: string;
    },
    context: PageContext,
  ): Promise<PageAnswer> {
    const { email, name, password } = form;
    const chosen =
      email !== undefined && name !== undefined
        ? await this.users.claimOwnership(token, { email, name, password }, context)
        : await this.users.usePasswordLink(token, password, context);
    if (chosen === 'link_void') return voidLink;
    if (chosen === 'email_taken') return { ...voidLink, title: 'Another user has this e-mail address' };
    return {
      kind: 'redirect',
      to: '/admin/sign-in',
      told: { kind: 'good', text: 'Your password is set. Sign in with it.' },
    };
  }
}

const voidLink = {
  kind: 'page',
  template: '/admin/void-link',
  title: 'This link does not work',
  status: 410,
  data: {},
} as const;

function redirect(to = '/admin'): PageAnswer {
  return { kind: 'redirect', to };
}

function codeDoor(next: string | undefined, told?: string, status = 200): PageAnswer {
  const title = 'The code of your second step';
  const shown = { kind: 'page', template: '/admin/second-step', title, data: { next }, status } as const;
  return told === undefined ? shown : { ...shown, told: { kind: 'bad', text: told } };
}
