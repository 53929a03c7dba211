import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ApiKeyRow, ApiKeys } from '../../../application/ports/api-keys.js';
import { scopes } from '../../../application/ports/api-keys.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import {
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
} from '../shared/fields.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';

const keyId = z.string().regex(/^key_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const params = z.strictObject({ id: keyId });
const scope = z.enum(scopes);

const createBody = z
  .strictObject({
    name: textField(100),
    scopes: z.array(scope).min(1).max(scopes.length),
    holder: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional()
      .meta({
        description:
          'Opaque id of the person who will hold it. Keys of one holder are one person where two people are needed.',
      }),
  })
  .meta({ id: 'CreateApiKey' });

const listQuery = z.strictObject(pageParameters(keyId)).refine(oneCursor, oneCursorRefusal);

const keySchema = z
  .object({
    id: z.string(),
    object: z.literal('api_key'),
    name: z.string(),
    prefix: z.string().meta({ description: 'How the secret begins.' }),
    secret: z.string().optional().meta({ description: 'Told once, when the key is made.' }),
    scopes: z.array(z.string()),
    holder: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    livemode: z.boolean(),
    created_at: timestamp,
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
  })
  .meta({ id: 'ApiKey' });

/** Who may call this API, and who they are. */
@injectable()
export class ApiKeysController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.apiKeys) private readonly keys: ApiKeys,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/api_keys',
      tag: 'Operations',
      summary: 'Make an API key; its secret is in this answer and never told again',
      scope: 'keys:write',
      body: createBody,
      answers: { 201: { description: 'The key, with its secret.', schema: keySchema } },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/api_keys',
      tag: 'Operations',
      summary: 'List API keys, newest first',
      scope: 'keys:read',
      query: listQuery,
      answers: { 200: { description: 'A page of keys, without their secrets.', schema: listOf(keySchema) } },
      handle: async ({ query }) => listAnswer('/v1/api_keys', await this.keys.list(pageOf(query)), keyObject),
    }),
    route({
      method: 'post',
      path: '/v1/api_keys/:id/revoke',
      tag: 'Operations',
      summary: 'Take an API key out of use for good',
      scope: 'keys:write',
      params,
      answers: { 200: { description: 'The key.', schema: keySchema } },
      handle: async ({ params: { id } }) => {
        const row = await this.keys.revoke(id);
        if (row === undefined) throw refused('resource_missing', { detail: 'There is no such API key.' });
        return { status: 200, body: keyObject(row) };
      },
    }),
  ];

  /** Nobody hands out more than they have themselves. */
  private async create(body: z.output<typeof createBody>, context: RequestContext): Promise<Answer> {
    const own = new Set(context.caller?.scopes ?? []);
    const beyond = body.scopes.filter((each) => !own.has(each));
    if (beyond.length > 0) {
      throw refused('insufficient_scope', {
        detail: `Your own key does not have ${beyond.join(', ')}.`,
        param: 'scopes',
      });
    }
    const { row, secret } = await this.keys.create({
      id: `key_${context.commandId}`,
      name: body.name,
      scopes: [...new Set(body.scopes)],
      holder: body.holder ?? null,
      livemode: this.settings.livemode,
    });
    return { status: 201, body: keyObject(row), ...(secret === null ? {} : { toldOnce: { secret } }) };
  }
}

function keyObject(row: ApiKeyRow) {
  const { id, name, prefix, scopes: given, holder, livemode, created_at, expires_at, revoked_at } = row;
  const times = { created_at, expires_at, revoked_at };
  return { id, object: 'api_key', name, prefix, scopes: given, holder, metadata: {}, livemode, ...times };
}
