import type pg from 'pg';
import type { EventMetadata, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import { instantOfTimestamptz } from '../postgres/value-parsers.js';

/** The columns of a recorded event, in the order that `toRecorded` takes them. */
export const recordedColumns = 'position, stream, revision, event_id, type, data, metadata, recorded_at';

/** Every column as the text that the server sends: reading a stream spends its time in turning text into values. */
export const asText: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text };

export type RecordedRow = [
  position: string,
  stream: string,
  revision: string,
  id: string,
  type: string,
  data: string,
  metadata: string,
  recordedAt: string,
];

export function toRecorded([
  position,
  stream,
  revision,
  id,
  type,
  data,
  metadata,
  at,
]: RecordedRow): RecordedEvent {
  return {
    stream: stream as StreamName,
    revision: BigInt(revision),
    position: BigInt(position),
    id,
    type,
    data: JSON.parse(data) as Record<string, unknown>,
    metadata: JSON.parse(metadata) as EventMetadata,
    recordedAt: instantOfTimestamptz(at),
  };
}
