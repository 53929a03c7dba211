import type { ZodObject, ZodType, z } from 'zod';
import { z as zod } from 'zod';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { PageRequest, Page as RowPage } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { oneCursor, oneCursorRefusal, pageParameters } from '../../shared/fields.js';
import { pageOf as pageRequestOf } from '../../shared/lists.js';
import type { Asker } from '../shared/ask-api.js';
import type { Page, PageAnswer } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { Cell, Column } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { csvLine, csvTitles } from './csv.js';
import { chosenFields, savedFilterPages, shownFilters } from './saved-filter-pages.js';
import { refuseUnlessStillAllowed } from './still-allowed.js';

type Filter = {
  readonly name: string;
  readonly label: string;
  /** Of a choice; anything may be typed without them. */
  readonly options?: readonly string[];
  readonly type?: 'text' | 'date';
  /** Set where what is typed may be a customer's own: it is not kept, so that it is gone with the customer. */
  readonly personal?: true;
};

/**
 * A list with filters, pages by keys, and the same as a file.
 * @param list `fields` are the schemas of the filters by name
 */
export function listPages<Row extends { readonly id: string }, F extends Record<string, ZodType>>(
  area: ConsoleArea,
  list: {
    readonly path: string;
    readonly title: string;
    readonly scope: Scope;
    readonly cursor: ZodType<string>;
    readonly filters: readonly Filter[];
    readonly fields: F;
    readonly columns: readonly Column[];
    /** `by` is who reads, for lists that the API has. */
    load(filters: z.output<ZodObject<F>>, page: PageRequest, by: Asker): Promise<RowPage<Row>>;
    cells(row: Row): readonly Cell[];
    /** A button beside the title, for whoever may. */
    readonly action?: { readonly label: string; readonly href: string; readonly scope: Scope };
  },
): readonly Page[] {
  const { path, title, scope, columns, action } = list;
  const filtersOnly = zod.strictObject(list.fields);
  const personal = list.filters.filter((each) => each.personal === true).map(({ name }) => name);
  const kept = zod.strictObject(
    Object.fromEntries(Object.entries(list.fields).filter(([name]) => !personal.includes(name))),
  );
  const query = zod
    .strictObject({ ...pageParameters(list.cursor), ...list.fields })
    .refine(oneCursor, oneCursorRefusal);
  type Query = z.output<ZodObject<F>> & Parameters<typeof pageRequestOf>[0];

  async function show(given: Query, reader: Operator, by: Asker): Promise<PageAnswer> {
    const request = pageRequestOf(given);
    const { rows, hasMore } = await list.load(given, { ...request, limit: 50 }, by);
    const back = request.endingBefore !== null;
    const [first, last] = [rows.at(0), rows.at(-1)];
    const hasNewer = back ? hasMore : request.startingAfter !== null;
    const hasOlder = back ? true : hasMore;
    const chosen = new URLSearchParams(by.context.address.split('?')[1] ?? '');
    const savedFilters =
      list.filters.length === 0 ? null : await shownFilters(area, reader, path, chosenFields(kept, chosen));
    const data = {
      path,
      savedFilters,
      columns,
      chosen: Object.fromEntries(chosen),
      filters: list.filters,
      rows: rows.map((row) => list.cells(row)),
      next: hasOlder && last !== undefined ? at(path, chosen, 'starting_after', last.id) : null,
      previous: hasNewer && first !== undefined ? at(path, chosen, 'ending_before', first.id) : null,
      file: at(`${path}/csv`, chosen, null, ''),
      action: action !== undefined && by.caller.scopes.includes(action.scope) ? action : null,
    };
    return { kind: 'page', template: '/admin/list', title, data };
  }

  const rowsAfter = (filters: z.output<ZodObject<F>>, startingAfter: string | null, by: Asker) =>
    list.load(filters, { limit: 100, startingAfter, endingBefore: null }, by);

  /** The first rows are read before anything is sent, so that what is refused is told as such. */
  async function file(filters: z.output<ZodObject<F>>, by: Asker): Promise<PageAnswer> {
    const first = await rowsAfter(filters, null, by);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const contentType = 'text/csv; charset=utf-8; header=present';
    return { kind: 'pieces', contentType, fileName: `${name}.csv`, pieces: pieces(first, filters, by) };
  }

  async function* pieces(first: RowPage<Row>, filters: z.output<ZodObject<F>>, by: Asker) {
    yield csvTitles(columns);
    for (let some = first; ; ) {
      yield some.rows.map((row) => csvLine(columns, list.cells(row))).join('');
      const last = some.rows.at(-1);
      if (!some.hasMore || last === undefined) return;
      await refuseUnlessStillAllowed(area, scope, by.context);
      some = await rowsAfter(filters, last.id, by);
    }
  }

  return [
    page(area, {
      method: 'get',
      path,
      access: scope,
      query,
      handle: ({ visitor, query: given, context }) =>
        show(given as Query, visitor, { caller: visitor, context, reason: null }),
    }),
    page(area, {
      method: 'get',
      path: `${path}/csv`,
      access: scope,
      query: filtersOnly,
      handle: ({ visitor, query: filters, context }) =>
        file(filters, { caller: visitor, context, reason: null }),
    }),
    ...(list.filters.length === 0 ? [] : savedFilterPages(area, { path, scope, filters: kept })),
  ];
}

/** The address of another page of the same list. */
function at(path: string, chosen: URLSearchParams, cursor: string | null, id: string): string {
  const parameters = new URLSearchParams(chosen);
  for (const name of ['starting_after', 'ending_before', 'limit']) parameters.delete(name);
  if (cursor !== null) parameters.set(cursor, id);
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
