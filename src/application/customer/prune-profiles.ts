import type { CustomerState } from '../../domain/customer/state.js';
import { parseCustomerId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { CustomerProfiles, KeptRecord } from '../ports/customer-profiles.js';
import type { JobReport } from '../ports/jobs.js';
import { later } from '../webhook/retry-schedule.js';
import type { CustomerHandler } from './customer-effects.js';

/** No request takes so long, and no reader of an older version is so far behind. */
const keptMs = 24 * 3_600_000;
const pageSize = 100;

/** Destroys the records that no customer names any more, or never did because a process died in between. */
export function createPruneProfiles(parts: {
  readonly profiles: Pick<CustomerProfiles, 'unnamed' | 'destroy'>;
  readonly handler: Pick<CustomerHandler, 'load'>;
  /** Records are dated by the machine. */
  readonly machineClock: Clock;
}): () => Promise<JobReport> {
  const { profiles, handler, machineClock } = parts;

  async function isNamed({ recordId, customer }: KeptRecord): Promise<boolean> {
    const id = parseCustomerId(customer);
    return id !== undefined && recordsOf((await handler.load(id)).state).includes(recordId);
  }

  return async () => {
    const before = later(machineClock.now(), -keptMs);
    const report = { looked_at: 0, destroyed: 0 };
    let after: string | null = null;
    for (let more = true; more; ) {
      const page: readonly KeptRecord[] = await profiles.unnamed(before, after, pageSize);
      for (const record of page) {
        report.looked_at += 1;
        if (await isNamed(record)) continue;
        await profiles.destroy(record.recordId);
        report.destroyed += 1;
      }
      after = page.at(-1)?.recordId ?? null;
      more = page.length === pageSize;
    }
    return report;
  };
}

function recordsOf(state: CustomerState): readonly string[] {
  if (state.status === 'absent') return [];
  return [state.profile.profileId, ...state.methods.map(({ detailsId }) => detailsId)];
}
