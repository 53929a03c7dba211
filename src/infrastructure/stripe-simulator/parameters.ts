import type { FormHash, FormTree } from './form-encoding.js';
import { invalidRequest } from './stripe-fault.js';

/** What one parameter may look like. `clearable` parameters take an empty text to mean "unset". */
export type Field =
  | {
      readonly kind: 'string';
      readonly required?: boolean;
      readonly clearable?: boolean;
      readonly max?: number;
    }
  | { readonly kind: 'integer'; readonly required?: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  | {
      readonly kind: 'enum';
      readonly values: readonly string[];
      readonly clearable?: boolean;
      readonly required?: boolean;
    }
  | { readonly kind: 'metadata' }
  | { readonly kind: 'strings' }
  | { readonly kind: 'range' }
  | { readonly kind: 'hash'; readonly fields: Schema; readonly clearable?: boolean }
  | { readonly kind: 'free' };

/** The parameters that one operation knows. */
export type Schema = { readonly [name: string]: Field };

/** Metadata to merge: a null value removes its key, `null` as a whole removes every key. */
export type MetadataChange = Readonly<Record<string, string | null>> | null;

/** Bounds on a timestamp, in seconds. */
export type TimeRange = {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
};

type Value =
  | { readonly kind: 'string'; readonly value: string | null }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'metadata'; readonly value: MetadataChange }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'range'; readonly value: TimeRange }
  | { readonly kind: 'hash'; readonly value: Parameters | null }
  | { readonly kind: 'free'; readonly value: FormTree };

/** Parameters that passed validation. */
export type Parameters = ReadonlyMap<string, Value>;

const EXPAND: Field = { kind: 'strings' };

/** Validates a decoded body against an operation's schema; throws the 400 that Stripe would answer. */
export function validate(schema: Schema, form: FormHash, parent = ''): Parameters {
  const values = new Map<string, Value>();
  const unknown: string[] = [];
  for (const name of Object.keys(form)) {
    const field = Object.hasOwn(schema, name)
      ? schema[name]
      : name === 'expand' && parent === ''
        ? EXPAND
        : undefined;
    const tree = form[name];
    if (field === undefined || tree === undefined) {
      unknown.push(qualified(parent, name));
    } else {
      values.set(name, read(field, tree, qualified(parent, name)));
    }
  }
  if (unknown.length > 0) throw unknownParameters(unknown);
  for (const [name, field] of Object.entries(schema)) {
    if ('required' in field && field.required === true && !values.has(name)) {
      throw missingParameter(qualified(parent, name));
    }
  }
  return values;
}

/** The 400 for a parameter that has to be there. */
export function missingParameter(name: string): Error {
  return invalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
}

function unknownParameters(names: readonly string[]): Error {
  const noun = names.length === 1 ? 'parameter' : 'parameters';
  return invalidRequest(`Received unknown ${noun}: ${names.join(', ')}`, {
    code: 'parameter_unknown',
    ...(names[0] === undefined ? {} : { param: names[0] }),
  });
}

function qualified(parent: string, name: string): string {
  return parent === '' ? name : `${parent}[${name}]`;
}

function read(field: Field, tree: FormTree, param: string): Value {
  switch (field.kind) {
    case 'string':
      return { kind: 'string', value: readText(tree, param, field.clearable === true, field.max ?? 5000) };
    case 'enum':
      return { kind: 'string', value: readChoice(tree, param, field.values, field.clearable === true) };
    case 'integer':
      return { kind: 'integer', value: readInteger(tree, param, field.min, field.max) };
    case 'boolean':
      return { kind: 'boolean', value: readBoolean(tree, param) };
    case 'metadata':
      return { kind: 'metadata', value: readMetadata(tree, param) };
    case 'strings':
      return { kind: 'strings', value: readStrings(tree, param) };
    case 'range':
      return { kind: 'range', value: readRange(tree, param) };
    case 'hash':
      return { kind: 'hash', value: readHash(tree, param, field.fields, field.clearable === true) };
    case 'free':
      return { kind: 'free', value: tree };
  }
}

function readText(tree: FormTree, param: string, clearable: boolean, max: number): string | null {
  if (typeof tree !== 'string') throw invalidRequest(`Invalid string: ${JSON.stringify(tree)}`, { param });
  if (tree === '') {
    if (clearable) return null;
    throw invalidRequest(
      `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; ` +
        `however '${param}' cannot be unset. You should remove '${param}' from your request or supply a ` +
        'non-empty value.',
      { code: 'parameter_invalid_empty', param },
    );
  }
  if (tree.length > max) {
    throw invalidRequest(`Invalid string: ${tree.slice(0, 40)}...; must be at most ${max} characters`, {
      param,
    });
  }
  return tree;
}

function readChoice(
  tree: FormTree,
  param: string,
  values: readonly string[],
  clearable: boolean,
): string | null {
  const text = readText(tree, param, clearable, 5000);
  if (text !== null && !values.includes(text)) {
    const known =
      values.length === 1 ? values[0] : `one of ${values.slice(0, -1).join(', ')}, or ${values.at(-1)}`;
    throw invalidRequest(`Invalid ${param}: must be ${known}`, { param });
  }
  return text;
}

/** Reads an integer as Stripe does: digits only, within bounds that are part of the parameter's type. */
function readInteger(tree: FormTree, param: string, min?: number, max?: number): number {
  if (typeof tree !== 'string' || !/^-?\d{1,15}$/.test(tree)) {
    const shown = typeof tree === 'string' ? tree : JSON.stringify(tree);
    throw invalidRequest(`Invalid integer: ${shown}`, { code: 'parameter_invalid_integer', param });
  }
  const value = Number(tree);
  if (min !== undefined && value < min) {
    const message =
      min === 1 ? 'Invalid positive integer' : `This value must be greater than or equal to ${min}.`;
    throw invalidRequest(message, { code: 'parameter_invalid_integer', param });
  }
  if (max !== undefined && value > max) {
    throw invalidRequest(`This value must be less than or equal to ${max} (it currently is '${tree}').`, {
      code: 'parameter_invalid_integer',
      param,
    });
  }
  return value;
}

function readBoolean(tree: FormTree, param: string): boolean {
  if (tree === 'true') return true;
  if (tree === 'false') return false;
  throw invalidRequest(`Invalid boolean: ${typeof tree === 'string' ? tree : JSON.stringify(tree)}`, {
    param,
  });
}

function readStrings(tree: FormTree, param: string): readonly string[] {
  if (tree === '') return [];
  if (!Array.isArray(tree)) throw invalidRequest('Invalid array', { param });
  return tree.map((entry) => {
    if (typeof entry !== 'string') throw invalidRequest('Invalid array', { param });
    return entry;
  });
}

function readRange(tree: FormTree, param: string): TimeRange {
  if (typeof tree === 'string') {
    const exact = readInteger(tree, param);
    return { gte: exact, lte: exact };
  }
  if (Array.isArray(tree)) throw invalidRequest('Invalid object', { param });
  const bounds: Record<string, number> = {};
  for (const [name, bound] of Object.entries(tree)) {
    if (!['gt', 'gte', 'lt', 'lte'].includes(name)) throw unknownParameters([`${param}[${name}]`]);
    bounds[name] = readInteger(bound, `${param}[${name}]`);
  }
  return bounds;
}

function readHash(tree: FormTree, param: string, fields: Schema, clearable: boolean): Parameters | null {
  if (tree === '' && clearable) return null;
  if (typeof tree === 'string' || Array.isArray(tree)) throw invalidRequest('Invalid object', { param });
  return validate(fields, tree, param);
}

function readMetadata(tree: FormTree, param: string): MetadataChange {
  if (tree === '') return null;
  if (typeof tree === 'string') throw invalidRequest('Invalid object', { param });
  const entries = Object.entries(tree);
  if (entries.length > 50) throw invalidRequest('You can have up to 50 metadata keys.', { param });
  const change: Record<string, string | null> = {};
  for (const [key, value] of entries) {
    if (typeof value !== 'string') throw invalidRequest('Metadata values must be strings.', { param });
    if (key.length > 40) throw invalidRequest('Metadata keys can have up to 40 characters.', { param });
    if (value.length > 500) {
      throw invalidRequest(
        `Metadata values can have up to 500 characters, but you passed in a value that is ${value.length} characters.`,
        { param },
      );
    }
    change[key] = value === '' ? null : value;
  }
  return change;
}
