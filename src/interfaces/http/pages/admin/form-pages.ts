import type { ZodObject, ZodType } from 'zod';
import { z } from 'zod';
import type { Scope } from '../../../../application/ports/api-keys.js';
import { parseInput } from '../../shared/parse-input.js';
import type { Asker } from '../shared/ask-api.js';
import type { FormFields } from '../shared/form-body.js';
import type { Page, PageAnswer, Told } from '../shared/page.js';
import { page } from '../shared/page.js';
import { toldRefusal } from '../shared/told-refusal.js';
import { reasonField } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';
import type { ActionField } from './record-page.js';

/** What was typed; it is read by the form's own schemas. A reason is noted before that, so it is one already. */
const anything = z
  .object({ reason: reasonField.optional() })
  .catchall(z.union([z.string(), z.array(z.string())]));
/** A link may fill a form in. */
const filledIn = z.object({}).catchall(z.string().max(200));

/**
 * A page with one form and a reason, which leads on to what came of it. A refusal is told above what was typed, so that nobody
 * has to type it again.
 */
export function formPages<P, B extends Readonly<Record<string, ZodType>>>(
  area: ConsoleArea,
  form: {
    readonly path: string;
    readonly title: string;
    readonly access: Scope;
    readonly params?: ZodObject & ZodType<P>;
    /** As they are shown before anything is typed. */
    fields(params: P, by: Asker): readonly ActionField[] | Promise<readonly ActionField[]>;
    readonly body: B;
    readonly note?: string;
    readonly button: string;
    /** Set where a field is a file. */
    readonly uploadBytesMax?: number;
    send(
      body: z.output<ZodObject<B>>,
      by: Asker,
      params: P,
    ): Promise<{ readonly to: string; readonly done: string }>;
  },
): readonly Page[] {
  const schema = z.strictObject({ ...form.body, reason: reasonField });
  const pathOf = (params: unknown): string =>
    form.path.replace(/:(\w+)/g, (_all, name: string) =>
      String((params as Readonly<Record<string, unknown>>)[name]),
    );

  async function show(
    params: P,
    by: Asker,
    typed: FormFields,
    told?: Told & { readonly status: number },
  ): Promise<PageAnswer> {
    const fields = (await form.fields(params, by)).map((field) => {
      const value = typed[field.name];
      return typeof value === 'string' && field.type !== 'file' ? { ...field, value } : field;
    });
    const { button, note = null } = form;
    const reason = typeof typed['reason'] === 'string' ? typed['reason'] : '';
    const data = { path: pathOf(params), fields, button, note, reason };
    const shown = { kind: 'page', template: '/admin/form', title: form.title, data } as const;
    return told === undefined ? shown : { ...shown, told, status: told.status };
  }

  const common = {
    path: form.path,
    access: form.access,
    ...(form.params === undefined ? {} : { params: form.params as ZodObject }),
  };
  return [
    page(area, {
      ...common,
      method: 'get',
      query: filledIn,
      handle: ({ visitor, params, query, context }) =>
        show(params as P, { caller: visitor, context, reason: null }, query),
    }),
    page(area, {
      ...common,
      method: 'post',
      form: anything,
      ...(form.uploadBytesMax === undefined ? {} : { uploadBytesMax: form.uploadBytesMax }),
      back: ({ params }) => pathOf(params),
      handle: async ({ visitor, params, form: typed, context }) => {
        try {
          const { reason, ...body } = parseInput(schema, typed, 'body') as { readonly reason: string };
          const by = { caller: visitor, context, reason };
          const { to, done } = await form.send(body as z.output<ZodObject<B>>, by, params as P);
          return { kind: 'redirect', to, told: { kind: 'good', text: done } };
        } catch (error) {
          const told = toldRefusal(error);
          if (told === undefined || told.status === 404) throw error;
          return show(params as P, { caller: visitor, context, reason: null }, typed, told);
        }
      },
    }),
  ];
}
