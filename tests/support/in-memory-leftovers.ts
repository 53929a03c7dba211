import type { KeptLeftover, Leftover, Leftovers } from '../../src/application/ports/leftovers.js';

/** What was left over, for as long as the process lives. */
export class InMemoryLeftovers implements Leftovers {
  readonly kept = new Map<string, KeptLeftover & { readonly reason: string }>();

  async keep(leftover: Leftover, reason: string): Promise<void> {
    const tries = (this.kept.get(leftover.id)?.tries ?? 0) + 1;
    this.kept.set(leftover.id, { ...leftover, tries, reason });
  }

  async list(after: string, limit: number): Promise<readonly KeptLeftover[]> {
    const listed = [...this.kept.values()]
      .filter(({ id }) => id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return listed.slice(0, limit).map(({ reason: _, ...leftover }) => leftover);
  }

  async forget({ id, tries }: Pick<KeptLeftover, 'id' | 'tries'>): Promise<void> {
    if (this.kept.get(id)?.tries === tries) this.kept.delete(id);
  }
}
