import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore, StreamName } from '../../../../application/ports/event-store.js';
import { formatJson } from '../shared/format.js';
import type { PageAnswer } from '../shared/page.js';
import type { Cell, Table } from './cells.js';

/** What is sent, and what stands for it. */
export type Choice = { readonly value: string; readonly label: string };

export type ActionField = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** A code is shown in words. */
  readonly options?: readonly (string | Choice)[];
  readonly optional?: true;
  readonly type?: 'text' | 'date';
  readonly value?: string;
};

/** A form that changes the record; each asks for a reason, too. */
export type Action = {
  readonly title: string;
  readonly path: string;
  readonly button: string;
  readonly danger?: true;
  readonly fields?: readonly ActionField[];
  readonly note?: string;
};

export type RecordPage = {
  readonly title: string;
  readonly id: string;
  readonly status: string | null;
  /** Said first, where something went wrong. */
  readonly trouble?: string | null;
  /** What can be done about it, where that is not to be seen from the actions. */
  readonly advice?: string | null;
  /** The figures that matter most. */
  readonly figures: readonly { readonly title: string; readonly cell: Cell }[];
  readonly facts: readonly { readonly title: string; readonly cell: Cell }[];
  readonly tables: readonly Table[];
  readonly actions: readonly Action[];
  readonly stream: StreamName;
};

const eventsShown = 200;

/** The page about one thing: its figures, what belongs to it, what may be done to it, and everything that happened. */
export async function recordAnswer(
  record: RecordPage,
  { eventStore, describe }: { readonly eventStore: EventStore; readonly describe: DescribeEvent },
): Promise<PageAnswer> {
  const events = await eventStore.readStream(record.stream);
  const latest = events.slice(-eventsShown).reverse();
  const data = {
    record,
    left: events.length - latest.length,
    events: latest.map((event) => ({
      ...event,
      sentence: describe(event),
      json: formatJson({ data: event.data, metadata: event.metadata }),
    })),
  };
  return { kind: 'page', template: '/admin/record', title: record.title, data };
}
