/** An event as EventStoreDB keeps it: names and documents are not looked into. */
export type LogEvent = {
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly prepare: bigint;
  /** One for all events of an append, as when a server writes its commit after them. */
  readonly commit: bigint;
  readonly createdMs: number;
};

export type Proposed = Pick<LogEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type Expected = bigint | 'no_stream' | 'any' | 'stream_exists';

export type Written =
  | {
      readonly outcome: 'written';
      readonly revision: bigint;
      readonly commit: bigint;
      readonly prepare: bigint;
    }
  | { readonly outcome: 'wrong_expected_version'; readonly current: bigint | null };

/** The log of EventStoreDB in memory, with its rules for expected revisions and repeated event ids. */
export class Log {
  readonly events: LogEvent[] = [];
  readonly #streams = new Map<string, LogEvent[]>();
  readonly #listeners = new Set<() => void>();
  #end = 0n;

  constructor() {
    // A real log never begins empty: the server's own events come first.
    this.append('$settings', 'any', [systemEvent('$ServerStarted')]);
  }

  stream(name: string): readonly LogEvent[] {
    return this.#streams.get(name) ?? [];
  }

  onGrowth(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(stream: string, expected: Expected, proposed: readonly Proposed[]): Written {
    const existing = this.#streams.get(stream) ?? [];
    const judged = judge(existing, expected, proposed);
    if (judged !== 'new') return judged;
    const places = proposed.map(({ data, metadata }) => {
      const prepare = this.#end;
      this.#end += BigInt(150 + data.length + metadata.length);
      return prepare;
    });
    // Writing the commit after its events is how the oldest servers do it, and the hardest case for a reader.
    const commit = proposed.length === 1 ? (places[0] ?? 0n) : this.#end;
    if (proposed.length > 1) this.#end += 100n;
    const createdMs = Date.now();
    proposed.forEach((event, index) => {
      const prepare = places[index] ?? 0n;
      const recorded = { ...event, stream, revision: BigInt(existing.length), prepare, commit, createdMs };
      existing.push(recorded);
      this.events.push(recorded);
    });
    this.#streams.set(stream, existing);
    for (const listener of this.#listeners) listener();
    return {
      outcome: 'written',
      revision: BigInt(existing.length - 1),
      commit,
      prepare: places.at(-1) ?? 0n,
    };
  }
}

/**
 * A repeat is recognised by its first event: in any place when no revision is expected, else right behind the expected
 * one. When the rest does not match, the append is refused.
 */
function judge(
  existing: readonly LogEvent[],
  expected: Expected,
  proposed: readonly Proposed[],
): Written | 'new' {
  const current = existing.length === 0 ? null : BigInt(existing.length - 1);
  const wrong = { outcome: 'wrong_expected_version', current } as const;
  const loose = expected === 'any' || expected === 'stream_exists';
  const start = loose
    ? existing.findIndex(({ id }) => id === proposed[0]?.id)
    : expected === 'no_stream'
      ? 0
      : Number(expected) + 1;
  if (start >= 0 && existing[start] !== undefined && existing[start].id === proposed[0]?.id) {
    const last = existing[start + proposed.length - 1];
    const same = proposed.every(({ id }, index) => existing[start + index]?.id === id);
    if (!same || last === undefined) return wrong;
    return { outcome: 'written', revision: last.revision, commit: last.commit, prepare: last.prepare };
  }
  if (expected === 'any') return 'new';
  if (expected === 'stream_exists') return current === null ? wrong : 'new';
  const head = expected === 'no_stream' ? null : expected;
  return head === current ? 'new' : wrong;
}

let systemEvents = 0;

export function systemEvent(type: string): Proposed {
  systemEvents += 1;
  const id = `00000000-0000-4000-8000-${String(systemEvents).padStart(12, '0')}`;
  const data = Buffer.from('{}');
  return { id, type, contentType: 'application/json', data, metadata: new Uint8Array() };
}
