import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { refused } from '../../shared/problem.js';

/** 256 bits that nobody guesses, for cookies. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What a form of a session carries: it follows from the session's cookie, which no other site can read, and tells nothing
 * of it.
 */
export function csrfTokenOf(cookieToken: string): string {
  return createHmac('sha256', cookieToken).update('counterfoil form').digest('base64url');
}

/**
 * A form must come from a page of ours: with the token of its session, and not from another site as far as the browser says.
 * @throws Refused
 */
export function checkForm(
  headers: IncomingHttpHeaders,
  given: unknown,
  cookieToken: string | undefined,
): void {
  const known = cookieToken !== undefined && typeof given === 'string';
  if (known && sameText(given, csrfTokenOf(cookieToken)) && !isForeign(headers)) return;
  throw refused('form_out_of_date', {
    detail: 'Nothing was done. Go back, load the page again and send the form once more.',
  });
}

function isForeign({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
