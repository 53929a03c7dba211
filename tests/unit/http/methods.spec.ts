import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openApiOf } from '../../../src/interfaces/http/docs/openapi.js';
import type { Answer, Call, Controller } from '../../../src/interfaces/http/shared/route.js';
import { route } from '../../../src/interfaces/http/shared/route.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const json = { 'content-type': 'application/json' };
const params = z.strictObject({ id: z.string() });
const body = z.strictObject({ name: z.string().min(1) });
const calls: { readonly method: string; readonly body: unknown; readonly ifRevision: bigint | undefined }[] =
  [];

function answerOf(method: string) {
  return ({ body: sent, context }: Call<unknown, unknown, unknown>): Answer => {
    calls.push({ method, body: sent, ifRevision: context.ifRevision });
    return { status: 200, body: { method, command: context.commandId } };
  };
}

const facts = {
  path: '/v1/things/:id',
  tag: 'Things',
  summary: 'A thing',
  scope: 'payments:write',
  params,
  answers: { 200: { description: 'The thing.' } },
} as const;

/** One address that takes every method. */
const things: Controller = {
  routes: [
    route({ ...facts, method: 'get', scope: 'payments:read', handle: answerOf('get') }),
    route({ ...facts, method: 'put', body, handle: answerOf('put') }),
    route({ ...facts, method: 'patch', body, handle: answerOf('patch') }),
    route({ ...facts, method: 'delete', handle: answerOf('delete') }),
  ],
};

describe('PUT, PATCH and DELETE', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer({ furtherControllers: [things] });
  });
  afterAll(() => app.stop());
  beforeEach(() => {
    calls.length = 0;
  });
  const send = (method: string, text: string, headers: Record<string, string> = {}) =>
    app.api.send(method, '/v1/things/1', text, { ...json, ...headers });

  it.each([
    ['PUT', '{"name":"x"}', { name: 'x' }],
    ['PATCH', '{"name":"x"}', { name: 'x' }],
    ['DELETE', '', undefined],
    ['DELETE', '{}', undefined],
  ])('%s %s reaches its handler with what was sent', async (method, text, read) => {
    const answer = await send(method, text, { 'if-match': '"7"' });
    expect([answer.status, answer.body['method']]).toEqual([200, method.toLowerCase()]);
    expect(calls).toEqual([{ method: method.toLowerCase(), body: read, ifRevision: 7n }]);
  });

  it('check their bodies', async () => {
    for (const [method, text, code] of [
      ['PUT', '{"name":""}', 'too_small'],
      ['PATCH', '{"other":1}', 'unknown_field'],
      ['DELETE', '{"force":true}', 'unknown_field'],
    ] as const) {
      const answer = await send(method, text);
      expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
      expect(answer.body['errors']).toContainEqual(expect.objectContaining({ code }));
    }
    expect(calls).toEqual([]);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('%s is executed once per Idempotency-Key', async (method) => {
    const text = method === 'DELETE' ? '' : '{"name":"x"}';
    const first = await send(method, text, { 'idempotency-key': `once ${method}` });
    const again = await send(method, text, { 'idempotency-key': `once ${method}` });
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(calls).toHaveLength(1);
  });

  it('do not share a key with another method on the same address', async () => {
    const put = await send('PUT', '{"name":"x"}', { 'idempotency-key': 'shared' });
    const patch = await send('PATCH', '{"name":"x"}', { 'idempotency-key': 'shared' });
    expect([put.body['method'], patch.body['method']]).toEqual(['put', 'patch']);
  });

  it('need the scope and an If-Match that can be read', async () => {
    app.addKey('sk_test_readsonly00000000000', ['payments:read']);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await app.as('sk_test_readsonly00000000000').send(method, '/v1/things/1', '{}', json);
      expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
      expect((await send(method, '{}', { 'if-match': 'W/"7"' })).body['param']).toBe('If-Match');
    }
    expect(calls).toEqual([]);
  });

  it('are named by Allow where another method is refused', async () => {
    const answer = await app.api.send('POST', '/v1/things/1', '{}', json);
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, PUT, PATCH, DELETE']);
  });

  it('are in the OpenAPI document with their headers', () => {
    const document = openApiOf(things.routes) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
    };
    const thing = document.paths['/v1/things/{id}'];
    expect(Object.keys(thing ?? {}).sort()).toEqual(['delete', 'get', 'patch', 'put']);
    for (const method of ['put', 'patch', 'delete']) {
      const { parameters, responses } = thing?.[method] ?? {};
      const names = (parameters as readonly { readonly name: string }[]).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['id', 'Idempotency-Key', 'X-Reason', 'If-Match']));
      expect(Object.keys(responses as object)).toEqual(expect.arrayContaining(['409', '412', '422']));
    }
  });
});
