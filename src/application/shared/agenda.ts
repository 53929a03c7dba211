import type { Instant } from '../../domain/shared/instant.js';
import type { AgendaItem } from '../ports/agenda.js';

/**
 * What one fact says about the work of its stream: something is to be done at a time, or needs doing no more. Promising
 * the same kind and item again moves it to the new time.
 */
export type AgendaEntry =
  | { readonly entry: 'promised'; readonly kind: string; readonly item: string; readonly dueAt: Instant }
  | { readonly entry: 'kept'; readonly kind: string; readonly item: string };

/** Stands for the item where a stream has only one of a kind. */
const only = '';

/** @param kind `<module>.<what>`, such as `credit.expiry`; names the task that does it */
export function promised(kind: string, dueAt: Instant, item: string = only): AgendaEntry {
  return { entry: 'promised', kind, item, dueAt };
}

export function kept(kind: string, item: string = only): AgendaEntry {
  return { entry: 'kept', kind, item };
}

/**
 * Does what has become due, by a command that the stream's own decider accepts once. The fact that follows takes the item
 * off the agenda; while none does, the task is run again, later each time. Throwing is the same as not being done.
 */
export type AgendaTask = (item: AgendaItem) => Promise<void>;

/** By kind. */
export type AgendaTasks = Readonly<Record<string, AgendaTask>>;
