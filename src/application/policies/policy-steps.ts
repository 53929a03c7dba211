import type { Handled } from '../shared/command-handler.js';
import { idOf } from '../shared/stream-parts.js';

/** The id in a stream's name, which the stream's own events have put there. */
export function idOfStream<I>(stream: string, parse: (text: string) => I | undefined): I {
  const id = parse(idOf(stream));
  if (id === undefined) throw new TypeError(`${stream} is not named after an id of its kind`);
  return id;
}

/** @throws Error when a step was refused that its policy counts on: the event waits, and shows why */
export function mustBeAccepted<S, E, R extends { readonly code: string }>(
  handled: Handled<S, E, R>,
  step: string,
): void {
  if (handled.outcome === 'accepted') return;
  const why = handled.outcome === 'rejected' ? handled.rejection.code : handled.outcome;
  throw new Error(`could not ${step}: ${why}`);
}
