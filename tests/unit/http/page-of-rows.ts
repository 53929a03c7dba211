/** A page of rows that are newest first already. */
export function pageOfRows<Row extends { readonly id: string }>(
  rows: readonly Row[],
  startingAfter: string | null,
  limit: number,
): { rows: readonly Row[]; hasMore: boolean } {
  const from = startingAfter === null ? 0 : rows.findIndex(({ id }) => id === startingAfter) + 1;
  return { rows: rows.slice(from, from + limit), hasMore: rows.length > from + limit };
}
