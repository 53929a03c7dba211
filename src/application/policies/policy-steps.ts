import type { InvoiceRejection } from '../../domain/invoice/rejections.js';
import type { Handled } from '../shared/command-handler.js';
import { idOf } from '../shared/stream-parts.js';

const overtaken: readonly InvoiceRejection['code'][] = [
  'invoice_already_being_collected',
  'invoice_due_changed',
];

/** Another payment of the invoice came first, in the moment between looking and claiming: nothing was tried, nor did anything go wrong. */
export function wasOvertaken(failure: string): boolean {
  return overtaken.some((code) => code === failure);
}

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
