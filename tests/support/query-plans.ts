/**
 * The tables that a plan of Postgres, as JSON text, reads from one end to the other. Requests without an outcome are a handful, so that
 * reading all of them is the shortest way.
 */
export function wholeTablesIn(plan: string): readonly string[] {
  const scans = plan.matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g);
  return [...scans].map(([, table = '']) => table).filter((table) => table !== 'open_requests');
}
