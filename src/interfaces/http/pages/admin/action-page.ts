import type { ZodObject, ZodType } from 'zod';
import { z } from 'zod';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';

type Body = Readonly<Record<string, unknown>>;

/**
 * A form that asks one route of the API for the thing in its path, gives a reason, and leads back to the thing.
 * `body` are further fields, sent under their own names, or as `bodyOf` makes the body of them.
 */
export function actionPage(area: ConsoleArea, ask: AskApi) {
  return <B extends Readonly<Record<string, ZodType>>>(action: {
    /** Ends in the thing's own path and one more word: `/admin/payments/:id/cancel`. */
    readonly path: string;
    readonly route: string;
    readonly access: Scope;
    readonly params: ZodObject;
    readonly body?: B;
    bodyOf?(fields: z.output<ZodObject<B>>, id: string, by: Asker): Body | Promise<Body>;
    /** Whether the route takes the reason in its body, too. */
    readonly reasonInBody?: true;
    /** Where it leads back to instead. */
    readonly to?: string;
    readonly done: string;
  }): Page => {
    const of = (params: unknown): string =>
      action.to ??
      action.path
        .slice(0, action.path.lastIndexOf('/'))
        .replace(/:(\w+)/g, (_all, name: string) =>
          String((params as Readonly<Record<string, unknown>>)[name]),
        );
    return page(area, {
      method: 'post',
      path: action.path,
      access: action.access,
      params: action.params,
      form: z.strictObject({ ...action.body, reason: reasonField }),
      back: ({ params }) => of(params),
      handle: async ({ visitor, params, form, context }) => {
        const { reason, ...fields } = form as { readonly reason: string };
        const by = { caller: visitor, context, reason };
        const id = String((params as Readonly<Record<string, unknown>>)['id']);
        const made = await action.bodyOf?.(fields as z.output<ZodObject<B>>, id, by);
        const body = { ...(made ?? fields), ...(action.reasonInBody === true ? { reason } : {}) };
        await ask(action.route, { params, body }, by);
        return { kind: 'redirect', to: of(params), told: { kind: 'good', text: action.done } };
      },
    });
  };
}
