import type { Json, JsonObject } from './json.js';
import { isJsonObject } from './json.js';

/** A changed row on its way to the journal or back. */
export type NamedRow = { readonly name: string; readonly row: JsonObject };

/**
 * Writes rows as the `put` list of a journal line. Most events show an object, and most saved answers show
 * one, that is itself a row of the same line; those are written once and referred to by their place.
 */
export function encodeRows(rows: readonly NamedRow[]): string {
  const places = new Map<unknown, number>(rows.map(({ row }, place) => [row, place]));
  const objects = rows.map(({ name, row }) => {
    if (name === 'idempotency') return '';
    return JSON.stringify(name === 'event' ? withReference(row, places) : row);
  });
  const entries = rows.map(({ name, row }, place) => {
    const text = name === 'idempotency' ? JSON.stringify(withShownRow(row, objects)) : objects[place];
    return `["${name}",${text}]`;
  });
  return `[${entries.join(',')}]`;
}

function withReference(event: JsonObject, places: ReadonlyMap<unknown, number>): JsonObject {
  const data = event['data'];
  const place = isJsonObject(data) ? places.get(data['object']) : undefined;
  if (place === undefined || !isJsonObject(data)) return event;
  return { ...event, data: { ...data, object: { $row: place } } };
}

function withShownRow(record: JsonObject, objects: readonly string[]): JsonObject {
  const place = objects.indexOf(String(record['body']));
  return place === -1 ? record : { ...record, body: { $row: place } };
}

/** Reads a `put` list back, with every reference replaced by what it stands for. */
export function decodeRows(put: Json | undefined): readonly NamedRow[] {
  if (!Array.isArray(put)) return [];
  const entries = put as readonly Json[];
  return entries.flatMap((item) => {
    const [name, row] = Array.isArray(item) ? (item as readonly Json[]) : [];
    if (typeof name !== 'string' || !isJsonObject(row)) return [];
    return [{ name, row: resolved(name, row, entries) }];
  });
}

function resolved(name: string, row: JsonObject, entries: readonly Json[]): JsonObject {
  if (name === 'idempotency') {
    const shown = referred(row['body'], entries);
    // Rows keep the order of their keys, so the text comes out byte for byte as it was sent.
    return shown === undefined ? row : { ...row, body: JSON.stringify(shown) };
  }
  const data = row['data'];
  const shown = name === 'event' && isJsonObject(data) ? referred(data['object'], entries) : undefined;
  return shown === undefined ? row : { ...row, data: { ...(data as JsonObject), object: shown } };
}

function referred(value: Json | undefined, entries: readonly Json[]): JsonObject | undefined {
  const place = isJsonObject(value) ? value['$row'] : undefined;
  const item = typeof place === 'number' ? entries[place] : undefined;
  const row = Array.isArray(item) ? (item as readonly Json[])[1] : undefined;
  return isJsonObject(row) ? row : undefined;
}
