import type { IncomingHttpHeaders } from 'node:http';

export type SameSite = 'Lax' | 'Strict';

export type CookieToSet = {
  readonly name: string;
  /** Null takes the cookie away. */
  readonly value: string | null;
  readonly sameSite: SameSite;
  /** Null lives for as long as the browser is open. */
  readonly maxAgeSeconds: number | null;
};

/** Over https a browser takes `__Host-` from this very host only, so that no neighbour can plant one. */
function nameOf(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

/** Values are letters, digits, `-`, `_` and `.`; undefined where there is none of that name, or one that is not like that. */
export function readCookie(headers: IncomingHttpHeaders, name: string, secure: boolean): string | undefined {
  const wanted = `${nameOf(name, secure)}=`;
  for (const part of (headers.cookie ?? '').split(';')) {
    const pair = part.trim();
    if (!pair.startsWith(wanted)) continue;
    const value = pair.slice(wanted.length);
    return /^[\w.-]{1,4000}$/.test(value) ? value : undefined;
  }
  return undefined;
}

export function cookieHeader(cookie: CookieToSet, secure: boolean): string {
  const { name, value, sameSite, maxAgeSeconds } = cookie;
  const age = value === null ? '; Max-Age=0' : maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`;
  return `${nameOf(name, secure)}=${value ?? ''}; Path=/; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}${age}`;
}
