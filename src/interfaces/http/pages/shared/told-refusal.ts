import { Refused } from '../../shared/problem.js';
import type { Told } from './page.js';

/** What a form was to act on is not there, so there is no page of it to lead back to. */
export class NothingHere extends Refused {}

/** What a reader is told of a refusal of their form, as long as it is for them to mend; undefined otherwise. */
export function toldRefusal(error: unknown): (Told & { readonly status: number }) | undefined {
  if (!(error instanceof Refused) || error instanceof NothingHere) return undefined;
  const { status, detail, errors = [] } = error.problem;
  if (status < 400 || status >= 500 || [401, 403, 429].includes(status)) return undefined;
  const text = errors.map(({ pointer, message }) => `${pointer.slice(1)}: ${message}`).join(' ');
  return { kind: 'bad', status, text: text === '' ? detail : text };
}
