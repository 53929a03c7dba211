export type AppendFault =
  | { readonly kind: 'delayed'; readonly ms: number }
  /** Refused before any work. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'not_leader'; readonly leaderPort: number }
  /** Written, but the caller is told that the connection was lost. */
  | { readonly kind: 'answer_lost' }
  /** Written, and not a word. */
  | { readonly kind: 'never_answered' };

/** What the stand-in does wrong, and when. */
export class Faults {
  /** Raised to make the subscriptions that are open now stay open and deliver nothing more. */
  silencedSubscriptions = 0;
  /** Batch appends are carried out and not answered. */
  batchAnswersHeld = false;
  readonly #appends: AppendFault[] = [];
  #cutReadAfter: number | undefined;
  readonly #subscriptions = new Set<() => void>();
  readonly #batches = new Set<() => void>();

  /** The next appends meet these faults, one each. */
  onAppends(...faults: readonly AppendFault[]): void {
    this.#appends.push(...faults);
  }

  takeAppendFault(): AppendFault | undefined {
    return this.#appends.shift();
  }

  /** The next read that has so many events breaks off after them. */
  cutNextReadAfter(events: number): void {
    this.#cutReadAfter = events;
  }

  takeReadCut(sent: number): boolean {
    if (this.#cutReadAfter !== sent) return false;
    this.#cutReadAfter = undefined;
    return true;
  }

  cutSubscriptions(): void {
    for (const cut of this.#subscriptions) cut();
  }

  onSubscriptionCut(cut: () => void): () => void {
    this.#subscriptions.add(cut);
    return () => this.#subscriptions.delete(cut);
  }

  /** Breaks one of the open streams of batch appends. */
  failOneBatchStream(): void {
    for (const fail of [...this.#batches].slice(0, 1)) fail();
  }

  onBatchFailure(fail: () => void): () => void {
    this.#batches.add(fail);
    return () => this.#batches.delete(fail);
  }
}
