import type { CreatedRange, Page, PageRequest } from '../../../application/ports/read-models.js';
import type { Instant } from '../../../domain/shared/instant.js';
import type { Answer } from './route.js';

type PageQuery = {
  readonly limit: number;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
};

export function pageOf(query: PageQuery): PageRequest {
  return {
    limit: query.limit,
    startingAfter: query.starting_after ?? null,
    endingBefore: query.ending_before ?? null,
  };
}

type CreatedQuery = { readonly [K in `created_at[${'gte' | 'gt' | 'lte' | 'lt'}]`]?: Instant | undefined };

export function createdIn(query: CreatedQuery): CreatedRange {
  return {
    createdGte: query['created_at[gte]'] ?? null,
    createdGt: query['created_at[gt]'] ?? null,
    createdLte: query['created_at[lte]'] ?? null,
    createdLt: query['created_at[lt]'] ?? null,
  };
}

/** A page as the API shows it; `lagMs` says how far the read model may be behind. */
export function listAnswer<Row>(
  url: string,
  page: Page<Row>,
  show: (row: Row) => unknown,
  options: { readonly lagMs?: number; readonly members?: Readonly<Record<string, unknown>> } = {},
): Answer {
  const { lagMs, members = {} } = options;
  return {
    status: 200,
    body: { object: 'list', url, has_more: page.hasMore, data: page.rows.map(show), ...members },
    ...(lagMs === undefined ? {} : { headers: lagHeader(lagMs) }),
  };
}

/** How far the read model that answered may be behind. */
export function lagHeader(lagMs: number): { readonly 'x-projection-lag-ms': string } {
  return { 'x-projection-lag-ms': String(Math.round(lagMs)) };
}
