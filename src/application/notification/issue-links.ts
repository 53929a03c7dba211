import type { Clock } from '../ports/clock.js';
import type { Links } from '../ports/links.js';
import type { Notice } from '../ports/notifications.js';
import { later } from '../webhook/retry-schedule.js';
import type { LinkVariable } from './notice-kinds.js';

export const payLinkMs = 30 * 24 * 3_600_000;
export const signInMinutes = 15;

/** A link of a mail, as an address. What it lets in by is made now and kept nowhere. */
export type IssueLinks = (
  variable: Exclude<LinkVariable, 'console_link'>,
  notice: Pick<Notice, 'customer' | 'facts'>,
) => Promise<string>;

/** @param publicUrl where customers reach this program, without a slash at its end */
export function createIssueLinks(parts: {
  readonly links: Pick<Links, 'issue'>;
  readonly clock: Clock;
  readonly publicUrl: string;
}): IssueLinks {
  const { links, clock, publicUrl } = parts;
  return async (variable, { customer, facts }) => {
    switch (variable) {
      case 'pay_link': {
        const invoice = facts['invoice'];
        if (invoice === undefined || !('text' in invoice)) throw new Error('a pay link needs an invoice');
        const token = await links.issue('pay', invoice.text, later(clock.now(), payLinkMs));
        return `${publicUrl}/pay/${token}`;
      }
      case 'portal_link':
        return `${publicUrl}/portal`;
      case 'sign_in_link': {
        if (customer === null) throw new Error('a link to sign in needs a customer');
        const token = await links.issue('portal', customer, later(clock.now(), signInMinutes * 60_000));
        return `${publicUrl}/portal/sign-in/${token}`;
      }
    }
  };
}
