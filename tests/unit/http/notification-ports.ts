import type { Container } from 'inversify';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import {
  InMemoryLinks,
  InMemoryNotifications,
  InMemoryTemplates,
} from '../../support/in-memory-notifications.js';

/** Notices, their words and the links in them, in memory. */
export function bindNotifications(container: Container): void {
  container.bind(httpTokens.notifications).toConstantValue(new InMemoryNotifications());
  container.bind(httpTokens.noticeTemplates).toConstantValue(new InMemoryTemplates());
  container.bind(httpTokens.links).toConstantValue(new InMemoryLinks());
  container.bind(httpTokens.renderMail).toConstantValue(renderMailHtml);
}
