/** Every way in which a call can be made to go wrong. */
export const BEHAVIOURS = [
  'delay',
  'delay_after',
  'lose_answer',
  'reset_before',
  'hang',
  'error_500_before',
  'error_500_after',
  'error_500_without_effect_saved',
  'rate_limit',
  'lock_timeout',
  'decline',
] as const;

export type BehaviourName = (typeof BEHAVIOURS)[number];

/** An order for the next matching calls. */
export type QueuedBehaviour = {
  readonly behavior: BehaviourName;
  /** Operation name such as `payment_intents.create`; null matches by method and path, or everything. */
  readonly operation: string | null;
  readonly method: string | null;
  readonly pathPrefix: string | null;
  readonly delayMs: number;
  readonly declineCode: string;
  timesLeft: number;
};

/** The queue of ordered misbehaviours; each call takes the first order that matches it. */
export class BehaviourQueue {
  #orders: QueuedBehaviour[] = [];

  add(order: QueuedBehaviour): void {
    this.#orders.push(order);
  }

  clear(): void {
    this.#orders = [];
  }

  get size(): number {
    return this.#orders.length;
  }

  /** Takes the order for this call, if there is one. */
  take(operation: string, method: string, path: string): QueuedBehaviour | null {
    if (this.#orders.length === 0) return null;
    const found = this.#orders.find(
      (order) =>
        (order.operation === null || order.operation === operation) &&
        (order.method === null || order.method === method) &&
        (order.pathPrefix === null || path.startsWith(order.pathPrefix)),
    );
    if (found === undefined) return null;
    found.timesLeft -= 1;
    if (found.timesLeft <= 0) this.#orders = this.#orders.filter((order) => order !== found);
    return found;
  }
}
