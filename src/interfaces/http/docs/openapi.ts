import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { apiVersion } from '../shared/request-headers.js';
import type { Route } from '../shared/route.js';
import { webhookPaths } from '../webhook/webhook-listener.js';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    param: z.string().optional(),
    decline_code: z.string().nullable().optional(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
    request_id: z.string(),
    retryable: z.boolean(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable; the texts are not.' });

type Responses = Parameters<OpenAPIRegistry['registerPath']>[0]['responses'];

/** The OpenAPI document of the routes, from the schemas that they validate with. */
export function openApiOf(routes: readonly Route[]): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  for (const route of routes) register(registry, route);
  for (const path of webhookPaths) registerWebhook(registry, path);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Counterfoil',
      version: apiVersion,
      description: 'A payments backend that you run yourself in front of Stripe.',
    },
    servers: [{ url: '/' }],
  });
}

function register(registry: OpenAPIRegistry, route: Route): void {
  const { method, scope, tag, summary, params, query, body } = route;
  const headers = headersOf(route);
  for (const path of [route.path, ...(route.alias === undefined ? [] : [route.alias])]) {
    registry.registerPath({
      method,
      path: path.replace(/:(\w+)/g, '{$1}'),
      tags: [tag],
      summary,
      ...(scope === 'public' ? {} : { security: [{ apiKey: [] }], description: `Scope: \`${scope}\`.` }),
      request: {
        ...(params === undefined ? {} : { params }),
        ...(query === undefined ? {} : { query }),
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
      },
      responses: responsesOf(route),
    });
  }
}

function headersOf({ method, scope, idempotency, reason }: Route) {
  if (scope === 'public' || method === 'get') return undefined;
  const key = z.string().max(255);
  const why = z.string().max(500);
  return z.object({
    'Idempotency-Key': idempotency === 'required' ? key : key.optional(),
    'X-Reason': reason === 'required' ? why : why.optional(),
    'If-Match': z.string().optional(),
  });
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

function responsesOf(route: Route): Responses {
  const { answers, params, body, method, scope } = route;
  const good = Object.entries(answers).map(([status, { description, schema, contentType }]) => [
    status,
    {
      description,
      ...(schema === undefined && contentType === undefined
        ? {}
        : { content: { [contentType ?? 'application/json']: { schema: schema ?? z.string() } } }),
    },
  ]);
  const bad: Record<string, ReturnType<typeof problem>> = scope === 'public'
    ? {}
    : {
        400: problem('The request is not valid.'),
        401: problem('No valid API key.'),
        403: problem('The API key lacks the scope.'),
        ...(params === undefined ? {} : { 404: problem('There is no such object.') }),
        ...(method === 'get'
          ? {}
          : {
              409: problem('The state does not allow it, or the same request is under way.'),
              412: problem('If-Match is stale.'),
              422: problem('A rule does not allow it, or the key was used for another body.'),
            }),
        ...(body === undefined
          ? {}
          : { 413: problem('The body is too large.'), 415: problem('Not plain JSON.') }),
        ...(route.path.startsWith('/v1/payments') && method === 'post'
          ? { 402: problem('Declined; the payment is in `payment`.') }
          : {}),
        ...(route.vital ? {} : { 429: problem('Too many requests; ask again after Retry-After.') }),
        503: problem('Not now; ask again after Retry-After.'),
      };
  return { ...bad, ...Object.fromEntries(good) };
}

function registerWebhook(registry: OpenAPIRegistry, path: string): void {
  registry.registerPath({
    method: 'post',
    path,
    tags: ['Webhooks in'],
    summary: "Stripe's webhooks, signed",
    request: {
      headers: z.object({ 'Stripe-Signature': z.string() }),
      body: { content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } } },
    },
    responses: {
      200: {
        description: 'Stored.',
        content: { 'application/json': { schema: z.object({ received: z.literal(true) }) } },
      },
      400: problem('The signature or the body is not acceptable.'),
      413: problem('The body is too large.'),
      429: problem('Too many bad signatures from this address. Good ones are taken all the same.'),
    },
  });
}
