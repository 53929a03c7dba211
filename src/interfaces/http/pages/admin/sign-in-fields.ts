import { z } from 'zod';
import type { Client } from '../../../../application/user/sign-in.js';
import type { PageContext } from '../shared/page.js';

/** A path of the console and nothing else, so that signing in leads nowhere foreign. */
export const nextField = z.string().regex(/^\/admin(\/[\w-]+)*(\?[\w=&%.+:[\]-]*)?$/);
export const sessionSeconds = 12 * 3600;

export function secondStepAt(next: string | undefined): string {
  return `/admin/second-step${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`;
}

export function clientOf({ network, userAgent, requestId }: PageContext): Client {
  return { network, userAgent, requestId };
}
