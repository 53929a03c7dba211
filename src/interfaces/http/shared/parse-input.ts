import type { ZodError, ZodType, z } from 'zod';
import type { InputError } from './problem.js';
import { refused } from './problem.js';

type Place = 'body' | 'query';
type Issue = ZodError['issues'][number];

/**
 * The value as its schema reads it.
 * @throws Refused with one error per thing that is wrong
 */
export function parseInput<S extends ZodType>(schema: S, input: unknown, place: Place): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => errorsOf(issue, input, place));
  const [first] = errors;
  throw refused('invalid_request', {
    detail: first?.message ?? 'The request is not valid.',
    errors,
    ...(first === undefined || first.pointer === '' ? {} : { param: paramOf(first.pointer) }),
  });
}

function errorsOf(issue: Issue, input: unknown, place: Place): readonly InputError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key], place),
      code: 'unknown_field',
      message: `${key} is not known here.`,
    }));
  }
  const pointer = pointerTo(issue.path, place);
  if (issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined) {
    return [{ pointer, code: 'required', message: `${String(issue.path.at(-1))} is required.` }];
  }
  const own = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return [{ pointer, code: typeof own === 'string' ? own : issue.code, message: issue.message }];
}

/** A JSON pointer into the body, or `?name` for a parameter of the address. */
export function pointerTo(path: readonly PropertyKey[], place: Place): string {
  if (place === 'query') return `?${path.map(String).join('/')}`;
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function paramOf(pointer: string): string {
  return pointer.startsWith('?') ? pointer.slice(1) : pointer.slice(1).replaceAll('/', '.');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return value;
}
