import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Clock } from '../../../../application/ports/clock.js';
import type { Session, Sessions } from '../../../../application/ports/user-accounts.js';
import type { Operator, SignIn } from '../../../../application/user/sign-in.js';
import { metadataOf } from '../../../../application/user/user-handler.js';
import type { Users } from '../../../../application/user/users.js';
import { httpTokens } from '../../http-tokens.js';
import { refused } from '../../shared/problem.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { newPasswordField, passwordField, passwordsDiffer } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';

const codeForm = z.strictObject({ code: z.string().max(12) });

/** What operators see and change of their own account. */
@injectable()
export class AccountPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.signIn) private readonly signIn: SignIn,
    @inject(httpTokens.users) private readonly users: Users,
    @inject(httpTokens.sessions) private readonly sessions: Sessions,
  ) {
    const back = () => '/admin/account';
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/account',
        access: 'signed_in',
        handle: async ({ visitor }) => ({
          kind: 'page',
          template: '/admin/account',
          title: 'My account',
          data: { operator: visitor, sessions: (await this.sessions.of(visitor.userId)).map(withBrowser) },
        }),
      }),
      page(area, {
        method: 'post',
        path: '/admin/account/password',
        access: 'signed_in',
        form: z
          .strictObject({ current: passwordField, password: newPasswordField, repeated: passwordField })
          .refine(({ password, repeated }) => password === repeated, passwordsDiffer),
        back,
        handle: async ({ visitor, form, context }) => {
          const asked = {
            current: form.current,
            next: form.password,
            token: context.sessionToken ?? '',
          };
          const done = await this.users.changePassword(visitor.userId, asked, ownMetadata(visitor, context));
          if (!done) throw refused('invalid_request', { detail: 'That is not your present password.' });
          return told('Your password is changed, and you are signed out everywhere else.');
        },
      }),
      page(area, {
        method: 'post',
        path: '/admin/account/sessions/:id/revoke',
        access: 'signed_in',
        params: z.strictObject({ id: z.string().regex(/^ses_[0-9a-f-]{36}$/) }),
        form: z.strictObject({}),
        back,
        handle: async ({ visitor, params }) => {
          const known = await this.sessions.revoke(visitor.userId, params.id);
          if (!known) throw refused('resource_missing', { detail: 'There is no such session of yours.' });
          return told('That session is over.');
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/account/second-step',
        access: 'signed_in',
        handle: ({ visitor }) => this.offer(visitor),
      }),
      page(area, {
        method: 'post',
        path: '/admin/account/second-step',
        access: 'signed_in',
        form: codeForm,
        back: () => '/admin/account/second-step',
        handle: ({ visitor, form, context }) => this.enable(visitor, codeOf(form), context),
      }),
      page(area, {
        method: 'post',
        path: '/admin/account/second-step/remove',
        access: 'signed_in',
        form: codeForm,
        back,
        handle: ({ visitor, form, context }) => this.remove(visitor, codeOf(form), context),
      }),
    ];
  }

  private async offer(operator: Operator): Promise<PageAnswer> {
    if (operator.secondStep) return { kind: 'redirect', to: '/admin/account' };
    const { base32, uri } = await this.users.offerSecondStep(operator.userId);
    const shown = base32.replace(/.{4}(?=.)/g, '$& ');
    const title = 'Set up a second step';
    return { kind: 'page', template: '/admin/set-up-second-step', title, data: { shown, uri } };
  }

  private async enable(operator: Operator, code: string, context: PageContext): Promise<PageAnswer> {
    const metadata = ownMetadata(operator, context);
    const done = await this.users.confirmSecondStep(operator.userId, code, metadata);
    if (!done) throw wrongCode();
    return told('From now on, signing in asks for a code of your app.');
  }

  private async remove(operator: Operator, code: string, context: PageContext): Promise<PageAnswer> {
    const { userId } = operator;
    if (!(await this.signIn.isRight(userId, code))) throw wrongCode();
    const command = { type: 'RemoveSecondStep', at: this.clock.now() } as const;
    await this.users.change(userId, command, ownMetadata(operator, context));
    return told('Your password alone is enough again.');
  }
}

/** `Firefox 140`: as much as somebody needs to know their own browser again. */
function withBrowser(session: Session) {
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(session.user_agent) ?? [];
  const known = { Edg: 'Edge', Version: 'Safari' }[name ?? ''] ?? name;
  const browser = known === undefined ? session.user_agent.slice(0, 40) : `${known} ${version}`;
  return { ...session, browser };
}

function codeOf({ code }: { readonly code: string }): string {
  return code.replaceAll(' ', '');
}

function wrongCode() {
  return refused('invalid_request', { detail: 'That code is not right. Wait for the next one.' });
}

function ownMetadata({ userId }: Operator, { commandId, requestId }: PageContext) {
  return metadataOf(userId, commandId, requestId);
}

function told(text: string): PageAnswer {
  return { kind: 'redirect', to: '/admin/account', told: { kind: 'good', text } };
}
