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
  /** `lines` has room for several; a file is picked, and never comes back to be shown. */
  readonly type?: 'text' | 'date' | 'lines' | 'file';
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
  /** A button that sends the same fields elsewhere, to be looked at; it needs no reason. */
  readonly trial?: { readonly path: string; readonly button: string };
  /** Whether it is unfolded. */
  readonly open?: boolean;
};

export type RecordPage = {
  readonly title: string;
  /** Null where the title says it. */
  readonly id: string | null;
  readonly status: string | null;
  /** What may be opened beside the title. */
  readonly links?: readonly { readonly label: string; readonly href: string; readonly newTab?: true }[];
  /** Said first, where something went wrong. */
  readonly trouble?: string | null;
  /** What can be done about it, where that is not to be seen from the actions. */
  readonly advice?: string | null;
  /** The figures that matter most. */
  readonly figures: readonly { readonly title: string; readonly cell: Cell }[];
  readonly facts: readonly { readonly title: string; readonly cell: Cell }[];
  readonly tables: readonly Table[];
  /** Its tables need the whole width: what stands beside them elsewhere stands below. */
  readonly wide?: true;
  /** Shown as they are written, line by line. */
  readonly texts?: readonly { readonly title: string; readonly text: string }[];
  readonly actions: readonly Action[];
};

const eventsShown = 200;

/** The page about one thing: its figures, what belongs to it, and what may be done to it. */
export function thingAnswer(record: RecordPage): PageAnswer {
  return { kind: 'page', template: '/admin/record', title: record.title, data: { record, history: null } };
}

/** The same of what has a stream, with everything that happened: to this one thing, where the stream is of several. */
export async function recordAnswer(
  { stream, about, ...record }: RecordPage & { readonly stream: StreamName; readonly about?: string },
  { eventStore, describe }: { readonly eventStore: EventStore; readonly describe: DescribeEvent },
): Promise<PageAnswer> {
  const all = await eventStore.readStream(stream);
  const events = about === undefined ? all : all.filter(({ data }) => formatJson(data).includes(about));
  const latest = events.slice(-eventsShown).reverse();
  const history = {
    stream,
    left: events.length - latest.length,
    events: latest.map((event) => ({
      ...event,
      sentence: describe(event),
      json: formatJson({ data: event.data, metadata: event.metadata }),
    })),
  };
  return { kind: 'page', template: '/admin/record', title: record.title, data: { record, history } };
}
