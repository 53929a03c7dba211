import type { Instant } from '../../domain/shared/instant.js';
import type { NoticeKind } from '../notification/notice-kinds.js';

/** The words of a kind of notice in one language, with variables as `{{name}}`. */
export type NoticeWords = {
  /** One line. */
  readonly subject: string;
  /** Plain text; an empty line parts paragraphs. */
  readonly body: string;
};

export type ChangedTemplate = NoticeWords & {
  readonly kind: NoticeKind;
  /** ISO 639, such as `de`. */
  readonly language: string;
  readonly version: number;
  readonly changed_at: Instant;
  readonly changed_by: string;
};

/** Words that somebody wrote in place of the program's own. Every version stays. */
export interface NoticeTemplates {
  /** Those that count now. */
  list(): Promise<readonly ChangedTemplate[]>;
  find(kind: NoticeKind, language: string): Promise<ChangedTemplate | undefined>;
  /** `words` null lets the program's own count again. */
  change(change: {
    readonly kind: NoticeKind;
    readonly language: string;
    readonly words: NoticeWords | null;
    readonly changedBy: string;
    readonly reason: string | null;
  }): Promise<void>;
}
