import type { Instant } from '../../domain/shared/instant.js';
import type { Page, PageRequest } from './read-models.js';

export type AccessRow = {
  readonly id: string;
  readonly at: Instant;
  /** The id of a user, of a customer in the portal, or of an API key; null for who was not signed in. */
  readonly user_id: string | null;
  /** `GET /admin/payments` and the like, or what was tried: `sign in`. */
  readonly action: string;
  /** The status that was answered, or how it ended: `refused`, `locked`. */
  readonly result: string;
  /** What was given as the reason of a form; null where none was asked for, or the form was refused. */
  readonly reason: string | null;
  readonly request_id: string;
  readonly network: string;
};

/** Who looked at what, and who tried what. What they changed stands in the events. */
export interface AccessLog {
  /** Does not make its caller wait, and never throws. */
  note(entry: Omit<AccessRow, 'id' | 'at' | 'reason'> & { readonly reason?: string }): void;
  /** Resolves when what was noted is written, or could not be for now. */
  settled(): Promise<void>;
  list(filter: PageRequest & { readonly user: string | null }): Promise<Page<AccessRow>>;
}
