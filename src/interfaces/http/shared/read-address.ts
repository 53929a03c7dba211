import type { Request } from 'express';
import { parseInput } from './parse-input.js';
import { refused } from './problem.js';
import type { Route } from './route.js';

/**
 * The parameters that stand in the path.
 * @throws Refused where nothing can have them
 */
export function readParams(route: Route, request: Request): unknown {
  const result = route.params?.safeParse(request.params);
  if (result?.success) return result.data;
  throw refused('resource_missing', { detail: 'There is no object of this kind with this id.' });
}

/**
 * The parameters behind the `?`. One that is given twice means nothing certain, unless its name says that it is a list.
 * @throws Refused
 */
export function readQuery(route: Route, request: Request): unknown {
  if (!request.url.includes('?'))
    return route.query === undefined ? undefined : parseInput(route.query, {}, 'query');
  const given: Readonly<Record<string, unknown>> = request.query;
  for (const [name, value] of Object.entries(given)) {
    const twice = Array.isArray(value) && !name.endsWith('[]');
    if (twice || route.query === undefined) {
      const code = twice ? 'duplicate_parameter' : 'unknown_field';
      const message = `${name} is ${twice ? 'given twice' : 'not known here'}.`;
      throw refused('invalid_request', {
        detail: message,
        param: name,
        errors: [{ pointer: `?${name}`, code, message }],
      });
    }
  }
  return route.query === undefined ? undefined : parseInput(route.query, given, 'query');
}

/** One spelling for one address, so that an escaped letter does not make a repeat look new. */
export function canonicalPath(route: Route, params: unknown): string {
  const values = (params ?? {}) as Readonly<Record<string, unknown>>;
  return route.path.replace(/:(\w+)/g, (_whole, name: string) => String(values[name]));
}
