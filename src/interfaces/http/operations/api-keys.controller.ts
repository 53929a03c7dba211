import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ApiKeyRow, ApiKeys } from '../../../application/ports/api-keys.js';
import { scopes } from '../../../application/ports/api-keys.js';
import { parseUserId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import {
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
  wholeField,
} from '../shared/fields.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import { apiVersion } from '../shared/request-headers.js';
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

const rotateBody = z
  .strictObject({
    overlap_seconds: wholeField(0, 30 * 86_400)
      .optional()
      .meta({ description: 'For how long the old key works on; a day by default.' }),
  })
  .meta({ id: 'RotateApiKey' });

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
    api_version: z.string().meta({
      description: 'What a request with this key is understood by that names no `Counterfoil-Version`.',
    }),
    created_at: timestamp,
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
    last_used_at: timestamp.nullable().meta({ description: 'To the minute.' }),
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
      path: '/v1/api_keys/:id/rotate',
      tag: 'Operations',
      summary: 'Make a key in the place of another one, which works on for a while',
      scope: 'keys:write',
      params,
      body: rotateBody,
      answers: { 201: { description: 'The new key, with its secret.', schema: keySchema } },
      handle: ({ params: { id }, body, context }) => this.rotate(id, body.overlap_seconds ?? 86_400, context),
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

  private async create(body: z.output<typeof createBody>, context: RequestContext): Promise<Answer> {
    checkWithin(body.scopes, context);
    const { row, secret } = await this.keys.create({
      id: `key_${context.commandId}`,
      name: body.name,
      scopes: [...new Set(body.scopes)],
      holder: holderOf(body.holder, context),
      livemode: this.settings.livemode,
      apiVersion,
    });
    return { status: 201, body: keyObject(row), ...(secret === null ? {} : { toldOnce: { secret } }) };
  }

  private async rotate(id: string, overlapSeconds: number, context: RequestContext): Promise<Answer> {
    const old = await this.keys.find(id);
    if (old === undefined) throw refused('resource_missing', { detail: 'There is no such API key.' });
    checkWithin(old.scopes, context);
    if (isUser(context) && old.holder !== context.caller?.holder) {
      throw refused('api_key_of_another', { detail: 'Only its holder may make a key in its place.' });
    }
    const made = await this.keys.rotate(id, `key_${context.commandId}`, overlapSeconds);
    if (made === undefined) {
      throw refused('api_key_over', { detail: 'A key that is revoked or has expired is not replaced.' });
    }
    const { row, secret } = made;
    return { status: 201, body: keyObject(row), ...(secret === null ? {} : { toldOnce: { secret } }) };
  }
}

/** Nobody hands out more than they have themselves. @throws Refused */
function checkWithin(asked: readonly string[], { caller }: RequestContext): void {
  const own = new Set<string>(caller?.scopes ?? []);
  const beyond = asked.filter((each) => !own.has(each));
  if (beyond.length === 0) return;
  throw refused('insufficient_scope', {
    detail: `You do not have ${beyond.join(', ')} yourself.`,
    param: 'scopes',
  });
}

/**
 * A user's keys are the user's own: with keys of an invented holder, one person could be two.
 * @throws Refused
 */
function holderOf(asked: string | undefined, context: RequestContext): string | null {
  if (!isUser(context)) return asked ?? null;
  const own = context.caller?.holder ?? null;
  if (asked === undefined || asked === own) return own;
  throw refused('api_key_of_another', {
    detail: 'A user makes keys for themselves only.',
    param: 'holder',
  });
}

function isUser({ caller }: RequestContext): boolean {
  return parseUserId(caller?.holder ?? '') !== undefined;
}

function keyObject(row: ApiKeyRow) {
  const { id, name, prefix, scopes: given, holder, livemode, api_version } = row;
  const { created_at, expires_at, revoked_at, last_used_at } = row;
  const times = { created_at, expires_at, revoked_at, last_used_at };
  return {
    id,
    object: 'api_key',
    name,
    prefix,
    scopes: given,
    holder,
    metadata: {},
    livemode,
    api_version,
    ...times,
  };
}
