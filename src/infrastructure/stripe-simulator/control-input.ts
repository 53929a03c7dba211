import type { JsonObject } from './json.js';
import { isJsonObject } from './json.js';

/** A request to a control route. */
export type ControlRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly contentType: string;
};

/** A control request that cannot be understood; answered 400 with the message. */
export class ControlError extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

/** The JSON object of a control request; an empty body is an empty object. */
export function controlBody(body: string): JsonObject {
  if (body.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new ControlError('The body is not JSON');
  }
  if (!isJsonObject(value)) throw new ControlError('The body must be a JSON object');
  return value;
}

/** Refuses fields that a route does not know, so that a misspelt order does not pass in silence. */
export function onlyFields(input: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ControlError(`Unknown field ${unknown.join(', ')}; this route knows ${known.join(', ')}`);
  }
}

export function numberField(input: JsonObject, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ControlError(`${name} must be a number`);
  return value;
}

export function flagField(input: JsonObject, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new ControlError(`${name} must be true or false`);
  return value;
}

export function textField(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new ControlError(`${name} must be a text`);
  return value;
}
