import { randomUUID } from 'node:crypto';
import type { EventToAppend } from '../../src/application/ports/event-store.js';

/** JSON text of data and metadata together. */
const eventBytes = 500;

/** An event whose data and metadata are 500 bytes of JSON, under a fresh id. */
export function sampleEvent(): EventToAppend {
  const commandId = randomUUID();
  const metadata = {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    actor: { kind: 'system', id: 'bench' },
    reason: null,
  } as const;
  const room = eventBytes - JSON.stringify(metadata).length - '{"text":""}'.length;
  return { id: randomUUID(), type: 'BenchHappened', data: { text: 'x'.repeat(room) }, metadata };
}

/** The same bytes as SQL literals, for the floors. */
export function sampleLiterals(): { readonly data: string; readonly metadata: string } {
  const { data, metadata } = sampleEvent();
  // pgbench would take `:null` for a variable of its own.
  const spaced = JSON.stringify(metadata).replace(':null', ': null');
  return { data: `'${JSON.stringify(data)}'`, metadata: `'${spaced}'` };
}

/** A table with the columns, checks and indexes of the product's own, and a sequence for its positions. */
export const floorTables = `
  create schema floor;
  create sequence floor.positions;
  create table floor.events (like eventstore.events including all);
  create table floor.streams (stream text primary key, revision bigint not null);
  insert into floor.streams values ('bench-hot', -1);`;
