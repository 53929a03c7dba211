import type { UserId } from '../../domain/shared/ids.js';

/** What an operator wants to see of a list again, under a name of their own. */
export type SavedFilter = {
  /** `sfl_...` */
  readonly id: string;
  /** The list that it is of: the path of its page. */
  readonly list: string;
  readonly name: string;
  /** Values by the names of the list's filters, as its form sends them; at least one. */
  readonly fields: Readonly<Record<string, string>>;
};

export const savedFiltersMax = 50;

/** Filters that operators keep for themselves. Nobody sees or removes another one's. */
export interface SavedFilters {
  /** Those of one list, by name. */
  of(user: UserId, list: string): Promise<readonly SavedFilter[]>;
  /** Durable before it answers. The same name is the same filter, with other fields; false where the user has too many. */
  save(user: UserId, filter: Omit<SavedFilter, 'id'>): Promise<boolean>;
  find(user: UserId, id: string): Promise<SavedFilter | undefined>;
  /** False when the user has none of that id. */
  remove(user: UserId, id: string): Promise<boolean>;
}
