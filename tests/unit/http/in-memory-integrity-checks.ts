import type {
  IntegrityCheckRow,
  IntegrityChecks,
  IntegrityResult,
} from '../../../src/application/ports/integrity-checks.js';
import type { PageRequest } from '../../../src/application/ports/read-models.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { pageOfRows } from './page-of-rows.js';

export class InMemoryIntegrityChecks implements IntegrityChecks {
  readonly #checks = new Map<string, IntegrityCheckRow>();

  async ask(check: Pick<IntegrityCheckRow, 'id' | 'requested_by' | 'reason'>) {
    const asked = { ...check, created_at: systemClock.now(), finished_at: null, result: null };
    this.#checks.set(check.id, asked);
    return asked;
  }

  async nextPending() {
    return [...this.#checks.values()].find(({ result }) => result === null)?.id;
  }

  async finish(id: string, result: IntegrityResult) {
    const asked = this.#checks.get(id);
    if (asked?.result === null) this.#checks.set(id, { ...asked, result, finished_at: systemClock.now() });
  }

  async find(id: string) {
    return this.#checks.get(id);
  }

  async list(page: PageRequest) {
    return pageOfRows([...this.#checks.values()].reverse(), page.startingAfter, page.limit);
  }
}
