import { inject, injectable } from 'inversify';
import type { NotificationRow, Notifications } from '../../../application/ports/notifications.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import {
  listNotificationsQuery,
  notificationListSchema,
  notificationParams,
  notificationSchema,
} from './notifications.schemas.js';

const shown = { description: 'The notification.', schema: notificationSchema };

/** What customers were told, are to be told, and why some were not. */
@injectable()
export class NotificationsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.notifications) private readonly notifications: Notifications,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/notifications',
      tag: 'Notifications',
      summary: 'List notifications, newest first',
      scope: 'notifications:read',
      query: listNotificationsQuery,
      answers: { 200: { description: 'A page of notifications.', schema: notificationListSchema } },
      handle: async ({ query }) => {
        const { customer = null, kind = null, status = null, subject = null } = query;
        const filter = { ...pageOf(query), ...createdIn(query), customer, kind, status, subject };
        return listAnswer('/v1/notifications', await this.notifications.list(filter), (row) =>
          this.show(row),
        );
      },
    }),
    route({
      method: 'get',
      path: '/v1/notifications/:id',
      tag: 'Notifications',
      summary: 'A notification',
      scope: 'notifications:read',
      params: notificationParams,
      answers: { 200: shown },
      handle: ({ params }) => this.find(params.id),
    }),
    route({
      method: 'post',
      path: '/v1/notifications/:id/resend',
      tag: 'Notifications',
      summary: 'Send a notification once more, as a new mail, whatever became of the first one',
      scope: 'notifications:write',
      params: notificationParams,
      answers: { 200: shown },
      handle: async ({ params }) => {
        if (!(await this.notifications.resend(params.id))) throw missing();
        return this.find(params.id);
      },
    }),
  ];

  private async find(id: string): Promise<Answer> {
    const row = await this.notifications.find(id);
    if (row === undefined) throw missing();
    return { status: 200, body: this.show(row) };
  }

  private show({ event_id: event, ...row }: NotificationRow) {
    const { livemode } = this.settings;
    return { ...row, object: 'notification', event, metadata: {}, livemode };
  }
}

function missing() {
  return refused('resource_missing', { detail: 'There is no such notification.' });
}
