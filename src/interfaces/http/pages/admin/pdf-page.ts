import type { ZodObject } from 'zod';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';

/** A document of the API's, for a tab of its own. */
export function pdfPage(
  area: ConsoleArea,
  ask: AskApi,
  {
    path,
    route,
    access,
    params,
    query = {},
  }: {
    readonly path: string;
    readonly route: string;
    readonly access: Scope;
    readonly params?: ZodObject;
    readonly query?: Readonly<Record<string, string>>;
  },
): Page {
  return page(area, {
    method: 'get',
    path,
    access,
    ...(params === undefined ? {} : { params }),
    handle: async ({ visitor, params: of, context }) => {
      const answer = await ask(
        route,
        { params: of ?? {}, query },
        { caller: visitor, context, reason: null },
      );
      const [, name = 'document.pdf'] =
        /filename="([^"]+)"/.exec(answer.headers?.['content-disposition'] ?? '') ?? [];
      const body = Buffer.from(answer.body as Uint8Array);
      return { kind: 'file', contentType: 'application/pdf', fileName: name, body, inline: true };
    },
  });
}
