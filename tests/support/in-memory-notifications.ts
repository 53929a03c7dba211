import { randomBytes, randomUUID } from 'node:crypto';
import type { NoticeKind } from '../../src/application/notification/notice-kinds.js';
import type { FollowedLink, LinkKind, Links } from '../../src/application/ports/links.js';
import type { Mail, Mailer, MailOutcome } from '../../src/application/ports/mailer.js';
import type { ChangedTemplate, NoticeTemplates } from '../../src/application/ports/notice-templates.js';
import type {
  ClaimedNotice,
  Notice,
  NoticeOutcome,
  NotificationRow,
  Notifications,
} from '../../src/application/ports/notifications.js';
import { commandIdOf } from '../../src/application/shared/event-ids.js';
import type { Instant } from '../../src/domain/shared/instant.js';
import { at } from './payment-examples.js';

type Kept = { notice: Notice; row: NotificationRow; lease: string | null };

/** The outbox in memory: what is due is due at once. */
export class InMemoryNotifications implements Notifications {
  readonly kept = new Map<string, Kept>();

  get notices(): readonly Notice[] {
    return [...this.kept.values()].map(({ notice }) => notice);
  }

  async queue(notice: Notice): Promise<boolean> {
    const { kind, subject, state, customer, eventId } = notice;
    const id = `ntf_${commandIdOf('notice', JSON.stringify([kind, subject, state]))}`;
    if (this.kept.has(id)) return false;
    const row: NotificationRow = {
      ...{ id, kind, subject, state, customer, status: 'queued', sending: 1, attempts: 0 },
      ...{ next_attempt_at: at, last_error: null, message_id: null, event_id: eventId },
      ...{ created_at: at, settled_at: null },
    };
    this.kept.set(id, { notice, row, lease: null });
    return true;
  }

  async claimDue(limit: number): Promise<readonly ClaimedNotice[]> {
    const due = [...this.kept.values()].filter(({ row, lease }) => row.status === 'queued' && lease === null);
    return due.slice(0, limit).map((kept) => {
      const lease = randomUUID();
      kept.lease = lease;
      kept.row = { ...kept.row, attempts: kept.row.attempts + 1 };
      const { id, sending, attempts } = kept.row;
      return { ...kept.notice, id, sending, attempts, lease };
    });
  }

  async settle({ id, lease }: Pick<ClaimedNotice, 'id' | 'lease'>, outcome: NoticeOutcome): Promise<void> {
    const kept = this.kept.get(id);
    if (kept === undefined || kept.lease !== lease) return;
    const note = 'error' in outcome ? outcome.error : 'reason' in outcome ? outcome.reason : null;
    kept.lease = null;
    kept.row = {
      ...kept.row,
      status: outcome.status,
      last_error: note,
      message_id: outcome.status === 'sent' ? outcome.messageId : kept.row.message_id,
      settled_at: outcome.status === 'queued' ? null : at,
    };
  }

  async find(id: string) {
    return this.kept.get(id)?.row;
  }

  async list(filter: Parameters<Notifications['list']>[0]) {
    const rows = [...this.kept.values()]
      .map(({ row }) => row)
      .filter(
        ({ kind, status, subject }) =>
          (filter.kind ?? kind) === kind &&
          (filter.status ?? status) === status &&
          (filter.subject ?? subject) === subject,
      );
    return { rows, hasMore: false };
  }

  async resend(id: string): Promise<boolean> {
    const kept = this.kept.get(id);
    if (kept === undefined) return false;
    kept.lease = null;
    kept.row = {
      ...kept.row,
      status: 'queued',
      sending: kept.row.sending + 1,
      attempts: 0,
      last_error: null,
    };
    return true;
  }

  async trouble() {
    const of = (status: string) => [...this.kept.values()].filter(({ row }) => row.status === status);
    return {
      parked: of('parked').length,
      failing: of('queued').filter(({ row }) => row.attempts >= 3).length,
      oldest_due_ms: 0,
    };
  }
}

export class InMemoryTemplates implements NoticeTemplates {
  readonly changed = new Map<string, ChangedTemplate>();

  async list() {
    return [...this.changed.values()];
  }

  async find(kind: NoticeKind, language: string) {
    return this.changed.get(`${kind}/${language}`);
  }

  async change({ kind, language, words, changedBy }: Parameters<NoticeTemplates['change']>[0]) {
    const name = `${kind}/${language}`;
    const version = (this.changed.get(name)?.version ?? 0) + 1;
    if (words === null) this.changed.delete(name);
    else this.changed.set(name, { kind, language, ...words, version, changed_at: at, changed_by: changedBy });
  }
}

type KeptLink = FollowedLink & { readonly kind: LinkKind; used: boolean };

export class InMemoryLinks implements Links {
  readonly kept = new Map<string, KeptLink>();

  async issue(kind: LinkKind, target: string, expiresAt: Instant): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    this.kept.set(token, { kind, target, expiresAt, used: false });
    return token;
  }

  async look(kind: LinkKind, token: string): Promise<FollowedLink | undefined> {
    const link = this.kept.get(token);
    return link?.kind === kind ? { target: link.target, expiresAt: link.expiresAt } : undefined;
  }

  async use(kind: LinkKind, token: string, now: Instant): Promise<string | undefined> {
    const link = this.kept.get(token);
    if (link === undefined || link.kind !== kind || link.used || link.expiresAt <= now) return undefined;
    link.used = true;
    return link.target;
  }

  async withdraw(kind: LinkKind, target: string, now: Instant): Promise<number> {
    const links = [...this.kept.values()].filter(
      (link) => link.kind === kind && link.target === target && !link.used && link.expiresAt > now,
    );
    for (const link of links) link.used = true;
    return links.length;
  }

  async prune(): Promise<number> {
    return 0;
  }
}

/** Keeps what it is given; fails as often as it is told to. */
export class KeptMails implements Mailer {
  readonly mails: Mail[] = [];
  /** What the next sends come to, before they succeed. */
  readonly failures: (Error | MailOutcome)[] = [];

  async send(mail: Mail): Promise<MailOutcome> {
    const failure = this.failures.shift();
    if (failure instanceof Error) throw failure;
    if (failure !== undefined) return failure;
    this.mails.push(mail);
    return { outcome: 'sent' };
  }
}
