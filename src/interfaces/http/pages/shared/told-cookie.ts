import type { Told } from './page.js';

const name = 'counterfoil-told';

/** What the next page tells, carried by a cookie for as long as a redirect takes. It is shown as text and believed in nothing. */
export const toldCookie = { name, sameSite: 'Lax', maxAgeSeconds: 60 } as const;

export function writeTold({ kind, text }: Told): string {
  return Buffer.from(JSON.stringify([kind, text.slice(0, 600)])).toString('base64url');
}

export function readTold(value: string | undefined): Told | null {
  if (value === undefined) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
    if (!Array.isArray(read)) return null;
    const [kind, text] = read as readonly unknown[];
    const known = (kind === 'good' || kind === 'bad') && typeof text === 'string';
    return known ? { kind, text: text.slice(0, 600) } : null;
  } catch {
    return null;
  }
}
