import type { Exchange } from '../../shared/exchange.js';
import type { PageArea, PageContext } from './page.js';

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
