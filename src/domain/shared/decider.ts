/**
 * The whole framework of the domain. `decide` says what a command does to a state, as facts or as a refusal;
 * `evolve` folds one fact into the state and decides nothing. Both are pure.
 */
export type Decision<E, R> =
  | { readonly outcome: 'accepted'; readonly events: readonly E[] }
  | { readonly outcome: 'rejected'; readonly rejection: R };

export type Decider<S, C, E, R extends { readonly code: string }> = {
  readonly initialState: S;
  decide(state: S, command: C): Decision<E, R>;
  evolve(state: S, event: E): S;
};

export function accepted<E>(...events: readonly E[]): Decision<E, never> {
  return { outcome: 'accepted', events };
}

export function rejected<R>(rejection: R): Decision<never, R> {
  return { outcome: 'rejected', rejection };
}

/** The command is already true: it is accepted, and there is no new fact to record. */
export const nothingToDo: Decision<never, never> = { outcome: 'accepted', events: [] };

/** Folds a history into a state. */
export function fold<S, E>(
  decider: Pick<Decider<S, never, E, never>, 'initialState' | 'evolve'>,
  events: Iterable<E>,
): S {
  let state = decider.initialState;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
