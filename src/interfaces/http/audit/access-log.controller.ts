import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { AccessLog, AccessRow } from '../../../application/ports/access-log.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { listOf, oneCursor, oneCursorRefusal, pageParameters, timestamp } from '../shared/fields.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

const rowId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const query = z
  .strictObject({
    ...pageParameters(rowId),
    user: z
      .string()
      .regex(/^(usr|cus|key)_[\w-]{1,64}$/)
      .optional()
      .meta({ description: 'Id of a user, of a customer in the portal, or of an API key.' }),
  })
  .refine(oneCursor, oneCursorRefusal);

const accessSchema = z
  .object({
    id: z.string(),
    object: z.literal('access'),
    user: z
      .string()
      .nullable()
      .meta({ description: 'A user, a customer or an API key; null for who was not signed in.' }),
    action: z.string(),
    result: z.string().meta({ description: 'The status that was answered, or how it ended.' }),
    reason: z.string().nullable(),
    request_id: z.string(),
    network: z.string(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Access' });

/** Who looked at what: operators and customers on their pages, API keys at what is personal or audited. */
@injectable()
export class AccessLogController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.accessLog) private readonly accessLog: AccessLog,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/audit/log',
      tag: 'Audit',
      summary: 'Who looked at what, and who tried what, the latest first',
      scope: 'audit:read',
      query,
      answers: { 200: { description: 'A page of the access log.', schema: listOf(accessSchema) } },
      handle: async ({ query: { user = null, ...page } }) => {
        const found = await this.accessLog.list({ ...pageOf(page), user });
        return listAnswer('/v1/audit/log', found, (row) => this.show(row));
      },
    }),
  ];

  private show({ user_id: user, at, id, ...row }: AccessRow) {
    const { livemode } = this.settings;
    return { id, object: 'access', user, ...row, metadata: {}, livemode, created_at: at };
  }
}
