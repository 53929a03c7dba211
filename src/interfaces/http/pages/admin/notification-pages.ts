import { inject, injectable } from 'inversify';
import { z } from 'zod';
import { noticeKinds } from '../../../../application/notification/notice-kinds.js';
import type {
  MailInbox,
  NotificationRow,
  Notifications,
} from '../../../../application/ports/notifications.js';
import { notificationStatuses } from '../../../../application/ports/notifications.js';
import { parseCustomerId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import { notificationParams } from '../../notification/notifications.schemas.js';
import { withoutTokens } from '../../shared/exchange.js';
import { idField, textField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import { count, idCell, link, status, subjectCell, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays } from './form-fields.js';
import { listPages } from './list-page.js';
import type { RecordPage } from './record-page.js';
import { thingAnswer } from './record-page.js';

/** What customers were told, are to be told, and why some were not. */
@injectable()
export class NotificationPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.notifications) private readonly notifications: Notifications,
    @inject(httpTokens.mailInbox) private readonly inbox: MailInbox | null,
    @inject(httpTokens.askApi) ask: AskApi,
  ) {
    this.pages = [
      ...this.list(area),
      page(area, {
        method: 'get',
        path: '/admin/notifications/:id',
        access: 'notifications:read',
        params: notificationParams,
        handle: async ({ visitor, params, context }) => {
          const by = { caller: visitor, context, reason: null };
          const { body } = await ask('GET /v1/notifications/:id', { params }, by);
          const row = body as NotificationRow & { readonly event: string | null };
          const mayResend = visitor.scopes.includes('notifications:write');
          return thingAnswer({ ...(await this.recordOf(row)), ...actionsOf(row, mayResend) });
        },
      }),
      actionPage(
        area,
        ask,
      )({
        path: '/admin/notifications/:id/resend',
        route: 'POST /v1/notifications/:id/resend',
        access: 'notifications:write',
        params: notificationParams,
        done: 'It goes out again, as another mail.',
      }),
    ];
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/notifications',
      title: 'Notifications',
      scope: 'notifications:read',
      cursor: notificationParams.shape.id,
      fields: {
        ...createdDays,
        kind: z.enum(noticeKinds).optional(),
        status: z.enum(notificationStatuses).optional(),
        customer: idField(parseCustomerId, 'cus').optional(),
        subject: textField(120).optional(),
      },
      filters: [
        { name: 'kind', label: 'Kind', options: noticeKinds },
        { name: 'status', label: 'State', options: notificationStatuses },
        { name: 'customer', label: 'Customer' },
        { name: 'subject', label: 'About' },
        ...createdDayFilters,
      ],
      columns: [
        { title: 'Kind' },
        { title: 'State' },
        { title: 'About' },
        { title: 'Customer' },
        { title: 'Tries', amounts: true },
        { title: 'Why not' },
        { title: 'Created' },
      ],
      load: ({ kind = null, status: wanted = null, customer = null, subject = null, ...created }, request) =>
        this.notifications.list({
          ...{ ...request, ...createdIn(created), status: wanted },
          ...{ kind, customer, subject },
        }),
      cells: (row) => [
        link(row.kind.replaceAll('_', ' '), `/admin/notifications/${row.id}`),
        status(row.status),
        subjectCell(row.subject),
        idCell(row.customer),
        count(row.attempts),
        words(row.last_error),
        time(row.created_at),
      ],
    });
  }

  private async recordOf(
    row: NotificationRow & { readonly event: string | null },
  ): Promise<Omit<RecordPage, 'actions'>> {
    const mail =
      row.message_id === null || this.inbox === null ? undefined : await this.inbox.find(row.message_id);
    const trouble = row.status === 'parked' || row.status === 'queued' ? row.last_error : null;
    return {
      title: `Notification: ${row.kind.replaceAll('_', ' ')}`,
      id: row.id,
      status: row.status,
      trouble,
      figures: [],
      facts: [
        { title: 'Customer', cell: idCell(row.customer) },
        { title: 'About', cell: subjectCell(row.subject) },
        { title: 'What of it', cell: words(row.state) },
        { title: 'Follows from', cell: idCell(row.event === null ? null : `evt_${row.event}`) },
        { title: 'Mails', cell: count(row.sending) },
        { title: 'Tries', cell: count(row.attempts) },
        { title: 'Why not', cell: words(row.last_error) },
        { title: 'Tried again', cell: time(row.status === 'queued' ? row.next_attempt_at : null) },
        { title: 'Message-ID', cell: text(row.message_id) },
        { title: 'To', cell: text(mail?.to) },
        { title: 'Created', cell: time(row.created_at) },
        { title: 'Settled', cell: time(row.settled_at) },
      ],
      tables: [],
      texts: [mailAsSent(row, mail)],
    };
  }
}

/** Links in it let somebody in as the customer: whoever reads it here must not be able to follow them. */
function mailAsSent(row: NotificationRow, mail: Awaited<ReturnType<MailInbox['find']>>) {
  if (mail !== undefined) return { title: `The mail: ${mail.subject}`, text: withoutTokens(mail.text) };
  const sent = 'It went to the mail server, and nothing of it is kept here but that it was sent.';
  const not = 'None was sent yet. It is written when it goes out.';
  return { title: 'The mail', text: row.message_id === null ? not : sent };
}

function actionsOf({ id, status: state }: NotificationRow, mayResend: boolean): Pick<RecordPage, 'actions'> {
  if (!mayResend) return { actions: [] };
  const note =
    state === 'queued' ? 'It is tried at once.' : 'The customer gets another mail, as it reads today.';
  return {
    actions: [{ title: 'Send it again', path: `/admin/notifications/${id}/resend`, button: 'Send', note }],
  };
}
