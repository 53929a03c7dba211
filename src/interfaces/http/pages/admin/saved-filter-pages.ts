import type { ZodObject } from 'zod';
import { z } from 'zod';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { SavedFilter } from '../../../../application/ports/saved-filters.js';
import { savedFiltersMax } from '../../../../application/ports/saved-filters.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { textField } from '../../shared/fields.js';
import { parseInput } from '../../shared/parse-input.js';
import { refused } from '../../shared/problem.js';
import type { Page, PageAnswer } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';

type Fields = SavedFilter['fields'];

const valueMax = 500;
const params = z.strictObject({ id: z.string().regex(/^sfl_[0-9a-f-]{36}$/) });
const filterName = textField(60)
  .transform((name) => name.trim())
  .pipe(textField(60));

/** What a list shows of the filters that its reader keeps. */
export type ShownFilters = {
  readonly path: string;
  readonly saved: readonly { readonly id: string; readonly name: string; readonly here: boolean }[];
  /** What would be saved now; empty where nothing is filtered by. */
  readonly present: Fields;
};

/** Reads what an address filters a list by: whatever else it says is left out. */
export function chosenFields(filters: ZodObject, address: URLSearchParams): Fields {
  const names = Object.keys(filters.shape);
  return Object.fromEntries([...address].filter(([name, value]) => names.includes(name) && value !== ''));
}

export async function shownFilters(
  area: ConsoleArea,
  { userId }: Operator,
  path: string,
  present: Fields,
): Promise<ShownFilters> {
  const saved = await area.savedFilters.of(userId, path);
  return {
    path: `${path}/saved-filters`,
    saved: saved.map(({ id, name, fields }) => ({ id, name, here: isSame(fields, present) })),
    present,
  };
}

function isSame(one: Fields, other: Fields): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/**
 * Keeps, applies and removes the filters of one list. What is kept are the values of its own fields, read by the schema that its
 * page is asked with; an address is only ever made of them anew. They are a reader's own, and move nothing: no reason is asked.
 */
export function savedFilterPages(
  area: ConsoleArea,
  list: { readonly path: string; readonly scope: Scope; readonly filters: ZodObject },
): readonly Page[] {
  const { path, scope, filters } = list;
  const given = Object.fromEntries(
    Object.keys(filters.shape).map((name) => [name, z.string().max(valueMax).optional()]),
  );
  const back = () => path;
  const told = (to: string, text: string): PageAnswer => ({
    kind: 'redirect',
    to,
    told: { kind: 'good', text },
  });

  return [
    page(area, {
      method: 'post',
      path: `${path}/saved-filters`,
      access: scope,
      form: z.strictObject({ ...given, filter_name: filterName }),
      back,
      handle: async ({ visitor, form }) => {
        const { filter_name: name, ...values } = form as { readonly filter_name: string } & Fields;
        parseInput(filters, values, 'body');
        if (Object.keys(values).length === 0) {
          throw refused('invalid_request', { detail: 'Filter the list by something first.' });
        }
        const saved = await area.savedFilters.save(visitor.userId, { list: path, name, fields: values });
        if (!saved) {
          throw refused('invalid_request', {
            detail: `You keep ${savedFiltersMax} filters already. Delete one first.`,
          });
        }
        return told(addressOf(path, values), `The filter is saved as ${name}.`);
      },
    }),
    page(area, {
      method: 'get',
      path: `${path}/saved-filters/:id`,
      access: scope,
      params,
      handle: async ({ visitor, params: { id } }) => {
        const { fields } = ownOf(await area.savedFilters.find(visitor.userId, id), path);
        if (filters.safeParse(fields).success) return { kind: 'redirect', to: addressOf(path, fields) };
        const text = 'That filter does not fit this list any more. Delete it, and save another one.';
        return { kind: 'redirect', to: path, told: { kind: 'bad', text } };
      },
    }),
    page(area, {
      method: 'post',
      path: `${path}/saved-filters/:id/delete`,
      access: scope,
      params,
      form: z.strictObject({}),
      handle: async ({ visitor, params: { id } }) => {
        const { name } = ownOf(await area.savedFilters.find(visitor.userId, id), path);
        await area.savedFilters.remove(visitor.userId, id);
        return told(path, `The filter ${name} is deleted.`);
      },
    }),
  ];
}

/** @throws Refused for a filter that there is none of, that is of another list, or that is somebody else's */
function ownOf(found: SavedFilter | undefined, path: string): SavedFilter {
  if (found?.list === path) return found;
  throw refused('resource_missing', { detail: 'You keep no such filter of this list.' });
}

function addressOf(path: string, fields: Fields): string {
  return `${path}?${new URLSearchParams(fields)}`;
}
