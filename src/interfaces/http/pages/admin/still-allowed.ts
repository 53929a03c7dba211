import type { Scope } from '../../../../application/ports/api-keys.js';
import { refused } from '../../shared/problem.js';
import type { PageContext } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';

/** While a long file is on its way: whoever was put out meanwhile gets no more of it. */
export async function refuseUnlessStillAllowed(
  area: ConsoleArea,
  scope: Scope,
  { sessionToken = '' }: Pick<PageContext, 'sessionToken'>,
): Promise<void> {
  const reader = await area.visitorOf(sessionToken, { byItself: true });
  if (reader?.scopes.includes(scope) !== true) {
    throw refused('role_insufficient', { detail: `This needs a role with ${scope}.` });
  }
}
