import { z } from 'zod';
import type { Answer } from './route.js';

/** What may be shown in full in place of its id, by the field that holds the id: as the API shows it by itself. */
const showing = {
  customer: '/v1/customers/:id',
  payment: '/v1/payments/:id',
} as const;

type Shown = keyof typeof showing;
type Expandable = Shown | `${Shown}.${Shown}`;

/** The parameter's name in an address. */
const name = 'expand[]';
const shownAtOnce = 10;

/** The query's field, once, several times or not at all: at most two deep, as in `payment.customer`. */
export function expandField<const E extends readonly [Expandable, ...Expandable[]]>(allowed: E) {
  const one = z.enum(allowed);
  return {
    [name]: z
      .union([one, z.array(one).max(allowed.length)], { error: `Takes ${allowed.join(', ')}, each once.` })
      .optional()
      .transform((value) => [value].flat().filter((each) => each !== undefined))
      .meta({ type: 'array', items: { type: 'string', enum: [...allowed] } }),
  };
}

/** What a query, as its schema read it, wants shown in full. */
export function expandedBy(query: unknown): readonly string[] {
  return (query as { readonly [name]?: readonly string[] } | undefined)?.[name] ?? [];
}

/** Where the API shows by itself what is wanted. */
export function pathsShown(wanted: readonly string[]): readonly string[] {
  return wanted.flatMap((path) => path.split('.').map((field) => showing[field as Shown]));
}

/** Shows one thing to whoever asks. @throws Refused when they may not see such things */
type Show = (path: string, id: string) => Promise<unknown>;

/**
 * The answer with objects in place of ids. It has no ETag: the objects change without it.
 * @throws Refused when the caller may not see what is to be shown
 */
export async function expanded(answer: Answer, wanted: readonly string[], show: Show): Promise<Answer> {
  const { etag: _etag, ...rest } = answer;
  const { body } = answer;
  if (isList(body)) return { ...rest, body: { ...body, data: await expandAll(body.data, wanted, show) } };
  const [object] = await expandAll([body], wanted, show);
  return { ...rest, body: object };
}

async function expandAll(
  objects: readonly unknown[],
  wanted: readonly string[],
  show: Show,
): Promise<readonly unknown[]> {
  let all = objects;
  for (const field of new Set(wanted.map((path) => path.split('.')[0] as Shown))) {
    const deeper = wanted
      .filter((path) => path.startsWith(`${field}.`))
      .map((path) => path.slice(field.length + 1));
    const ids = [...new Set(all.map((object) => fieldOf(object, field)))].filter(
      (id) => typeof id === 'string',
    );
    const shown: unknown[] = [];
    for (let from = 0; from < ids.length; from += shownAtOnce) {
      const some = ids.slice(from, from + shownAtOnce);
      shown.push(...(await Promise.all(some.map((id) => show(showing[field], id)))));
    }
    const full = await expandAll(shown, deeper, show);
    const byId = new Map(ids.map((id, place) => [id, full[place]]));
    all = all.map((object) => {
      const id = fieldOf(object, field);
      return typeof id === 'string' ? { ...(object as object), [field]: byId.get(id) } : object;
    });
  }
  return all;
}

function fieldOf(object: unknown, field: string): unknown {
  return typeof object === 'object' && object !== null
    ? (object as Readonly<Record<string, unknown>>)[field]
    : undefined;
}

function isList(body: unknown): body is { readonly object: 'list'; readonly data: readonly unknown[] } {
  return fieldOf(body, 'object') === 'list';
}
