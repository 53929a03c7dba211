import { z } from 'zod';
import type { IntegrityCheckRow } from '../../../application/ports/integrity-checks.js';

export const checkParams = z.strictObject({
  id: z.string().regex(/^chk_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
});

export function statusOfCheck({
  result,
}: Pick<IntegrityCheckRow, 'result'>): 'pending' | 'clean' | 'findings' {
  if (result === null) return 'pending';
  return result.finding_count === 0n ? 'clean' : 'findings';
}
