import type { Exchange } from '../../shared/exchange.js';
import type { PageArea, PageContext } from './page.js';

/**
 * Whether the browser came here from another site, and so without the cookie of an area that keeps its own for requests from its
 * own pages: somebody who is signed in looks like somebody who is not.
 */
export function isFromElsewhere({ area, exchange, context }: Reading): boolean {
  const { 'sec-fetch-site': site } = exchange.request.headers;
  return area.cookie.sameSite === 'Strict' && context.sessionToken === undefined && site === 'cross-site';
}

/** A reader's request, as far as it is known. */
export type Reading = {
  readonly exchange: Exchange;
  readonly area: PageArea<unknown>;
  readonly secure: boolean;
  readonly context: PageContext;
  /** Of the area's own kind; undefined where nobody is signed in. */
  visitor: unknown;
  /** Of a form that could be read, where it asks for one. */
  reason: string | undefined;
};
