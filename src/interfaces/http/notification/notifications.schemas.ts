import { z } from 'zod';
import { isNoticeKind, noticeKinds } from '../../../application/notification/notice-kinds.js';
import { notificationStatuses } from '../../../application/ports/notifications.js';
import { parseCustomerId } from '../../../domain/shared/ids.js';
import {
  createdParameters,
  idField,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
} from '../shared/fields.js';

const notificationId = z
  .string()
  .regex(/^ntf_[0-9a-f-]{36}$/)
  .meta({ examples: ['ntf_0193f1a0-0000-7000-8000-000000000001'] });
const kind = z.enum(noticeKinds);
const status = z.enum(notificationStatuses);

export const notificationParams = z.strictObject({ id: notificationId });

export const listNotificationsQuery = z
  .strictObject({
    ...pageParameters(notificationId),
    ...createdParameters,
    customer: idField(parseCustomerId, 'cus').optional(),
    kind: kind.optional(),
    status: status.optional(),
    subject: textField(120).optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

export const notificationSchema = z
  .object({
    id: z.string(),
    object: z.literal('notification'),
    kind,
    subject: z.string().meta({ description: 'Id of what it is about.' }),
    state: z.string().meta({ description: 'One kind, subject and state are told once.' }),
    customer: z.string().nullable().meta({ description: 'Null for what operators are told.' }),
    status,
    sending: z.int().meta({ description: '1, and one more with each resend.' }),
    attempts: z.int(),
    next_attempt_at: timestamp.nullable(),
    last_error: z.string().nullable().meta({ description: 'Why it was skipped or parked.' }),
    message_id: z.string().nullable(),
    event: z.string().nullable().meta({ description: 'The event that it follows from.' }),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
    settled_at: timestamp.nullable(),
  })
  .meta({ id: 'Notification' });

export const notificationListSchema = listOf(notificationSchema).meta({ id: 'NotificationList' });

/** A path with another kind or language names no template. */
export const templateParams = z.strictObject({
  kind: z.string().refine(isNoticeKind),
  language: z.string().regex(/^[a-z]{2,3}$/),
});

/** Lines, with no other control character and no mark that turns the direction of what follows. */
const linesField = z
  .string()
  .min(1)
  .max(5_000)
  .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*(\n[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*)*$/u, {
    error: 'Control characters other than line feeds, and marks of direction, are not allowed.',
  });

const subject = textField(200).meta({ description: 'One line.' });
const body = linesField.meta({
  description:
    'Plain text with variables as {{name}}. An empty line parts paragraphs; a variable that stands alone in one becomes a button where it is a link, and tables where it is figures.',
});

export const changeTemplateBody = z.strictObject({ subject, body }).meta({ id: 'NotificationWords' });
export const previewTemplateBody = z
  .strictObject({
    subject: subject.optional(),
    body: body.optional(),
  })
  .meta({ id: 'PreviewNotification', description: 'Words to try; those that count now where absent.' });

export const templateSchema = z
  .object({
    id: z.string(),
    object: z.literal('notification_template'),
    kind,
    language: z.string(),
    subject: z.string(),
    body: z.string(),
    variables: z.array(z.string()).meta({ description: 'What the words may name.' }),
    version: z.int().meta({ description: "0 for the program's own words." }),
    changed_by: z.string().nullable(),
    changed_at: timestamp.nullable(),
  })
  .meta({ id: 'NotificationTemplate' });

export const templateListSchema = listOf(templateSchema).meta({ id: 'NotificationTemplateList' });

export const previewSchema = z
  .object({
    object: z.literal('notification_preview'),
    language: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
  })
  .meta({ id: 'NotificationPreview' });
