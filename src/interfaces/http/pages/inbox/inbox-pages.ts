import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { InboxMail, MailInbox } from '../../../../application/ports/notifications.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { refused } from '../../shared/problem.js';
import type { Page, PageArea, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';

const shownMax = 100;

/**
 * What customers would find in their mailboxes, for whoever tries the demo. It is open to anybody who reaches this program, and
 * mails hold links that let people in: so it is there in demo mode only.
 */
@injectable()
export class InboxPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.settings) settings: HttpSettings,
    @inject(httpTokens.mailInbox) inbox: MailInbox | null,
  ) {
    this.pages = settings.mode === 'demo' && inbox !== null ? pagesOf(inbox, settings) : [];
  }
}

function pagesOf(inbox: MailInbox, { businessName, publicUrl }: HttpSettings): readonly Page[] {
  const area: PageArea<never> = {
    name: 'inbox',
    path: '/sim/inbox',
    layout: '/layouts/customer',
    cookie: { name: 'counterfoil-inbox', sameSite: 'Lax' },
    visitorOf: async () => undefined,
    allows: () => false,
    signInPath: null,
    frame: () => ({ layout: '/layouts/customer', businessName: `${businessName}'s customers`, links: [] }),
  };
  return [
    page(area, {
      method: 'get',
      path: '/sim/inbox',
      access: 'anyone',
      handle: async () => {
        const mails = await inbox.latest(shownMax);
        return { kind: 'page', template: '/inbox/mails', title: 'Mails', data: { mails } };
      },
    }),
    page(area, {
      method: 'get',
      path: '/sim/inbox/mail',
      access: 'anyone',
      query: z.strictObject({ id: z.string().max(300) }),
      handle: async ({ query: { id } }) => {
        const mail = await inbox.find(id);
        if (mail === undefined) throw refused('resource_missing', { detail: 'There is no such mail.' });
        const data = { mail, lines: linesOf(mail, publicUrl) };
        return { kind: 'page', template: '/inbox/mail', title: mail.subject, data };
      },
    }),
  ];
}

/** Only addresses of ours become links: what else a mail says is text. */
function linesOf({ text }: InboxMail, publicUrl: string) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ text: line, href: line.startsWith(`${publicUrl}/`) ? line : null }));
}
