import { randomBytes } from 'node:crypto';
import type { Container } from 'inversify';
import type { InboxMail } from '../../../src/application/ports/notifications.js';
import type { PortalSessions } from '../../../src/application/ports/portal-sessions.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { createPortalArea } from '../../../src/interfaces/http/pages/portal/portal-area.js';
import {
  InMemoryLinks,
  InMemoryNotifications,
  InMemoryTemplates,
} from '../../support/in-memory-notifications.js';

/** Notices, their words and the links in them, in memory. */
export function bindNotifications(container: Container): InboxMail[] {
  const mails: InboxMail[] = [];
  container.bind(httpTokens.notifications).toConstantValue(new InMemoryNotifications());
  container.bind(httpTokens.noticeTemplates).toConstantValue(new InMemoryTemplates());
  container.bind(httpTokens.links).toConstantValue(new InMemoryLinks());
  container.bind(httpTokens.mailInbox).toConstantValue({
    latest: async () => mails,
    find: async (id) => mails.find((mail) => mail.id === id),
  });
  container.bind(httpTokens.renderMail).toConstantValue(renderMailHtml);
  return mails;
}

class InMemoryPortalSessions implements PortalSessions {
  readonly #kept = new Map<string, string>();

  async begin(customer: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    this.#kept.set(token, customer);
    return token;
  }

  async find(token: string): Promise<string | undefined> {
    return this.#kept.get(token);
  }

  async end(token: string): Promise<void> {
    this.#kept.delete(token);
  }

  async endAll(customer: string): Promise<number> {
    const tokens = [...this.#kept].filter(([, of]) => of === customer).map(([token]) => token);
    for (const token of tokens) this.#kept.delete(token);
    return tokens.length;
  }

  async prune(): Promise<number> {
    return 0;
  }
}

/** The customers' portal over what is bound already. */
export function bindPortal(container: Container): void {
  const sessions = new InMemoryPortalSessions();
  container.bind(httpTokens.portalSessions).toConstantValue(sessions);
  container.bind(httpTokens.portalArea).toConstantValue(
    createPortalArea({
      sessions,
      customers: container.get(httpTokens.customerOperations),
      accessLog: { note: (entry) => container.get(httpTokens.accessLog).note(entry) },
      businessName: container.get(httpTokens.settings).businessName,
    }),
  );
}
