import type { RecordedEvent } from '../ports/event-store.js';
import { MalformedEvent, UnknownEventType } from '../shared/event-codec.js';
import type { AuditedCategories } from './audited-category.js';
import { categoryIn } from './audited-category.js';

export type DescribeEvent = (event: RecordedEvent) => string;

/** One sentence for any stored event; a plain one where this version does not know its type or category. */
export function createDescribeEvent(categories: AuditedCategories): DescribeEvent {
  return (event) => {
    try {
      return categoryIn(categories, event.stream).category?.describe(event) ?? unknown(event);
    } catch (error) {
      if (error instanceof UnknownEventType || error instanceof MalformedEvent) return unknown(event);
      throw error;
    }
  };
}

function unknown({ type }: RecordedEvent): string {
  return `${type} was recorded; this version cannot say more about it.`;
}
