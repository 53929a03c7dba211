import { inject, injectable } from 'inversify';
import type { InboundWebhook, InboundWebhooks } from '../../../application/ports/inbound-webhooks.js';
import { httpTokens } from '../http-tokens.js';
import { listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import {
  inboundWebhookListSchema,
  inboundWebhookParams,
  inboundWebhookSchema,
  listInboundWebhooksQuery,
  replayBody,
  replaySchema,
} from './inbound-webhooks.schemas.js';

/** Each is noted, and one statement does them all. */
const replayMax = 200;
const shown = { description: 'The webhook.', schema: inboundWebhookSchema };

/** What the provider told us: for looking at, and for handling again. */
@injectable()
export class InboundWebhooksController implements Controller {
  constructor(@inject(httpTokens.inboundWebhooks) private readonly inbox: InboundWebhooks) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/inbound_webhooks',
      tag: 'Webhooks in',
      summary: 'List received webhooks, newest first',
      scope: 'webhooks:read',
      query: listInboundWebhooksQuery,
      answers: { 200: { description: 'A page of webhooks.', schema: inboundWebhookListSchema } },
      handle: async ({ query }) => {
        const { status = null, type = null } = query;
        const page = await this.inbox.list({ ...pageOf(query), status, type });
        return listAnswer('/v1/inbound_webhooks', page, webhookObject);
      },
    }),
    route({
      method: 'post',
      path: '/v1/inbound_webhooks/replay',
      tag: 'Webhooks in',
      summary: `Handle parked webhooks again, the oldest first, up to ${replayMax} in a call`,
      scope: 'webhooks:write',
      body: replayBody,
      answers: { 200: { description: 'How many, and whether there are more.', schema: replaySchema } },
      handle: async ({ body: { type = null, starting_after: startingAfter = null }, context }) => {
        const wanted = { type, startingAfter, limit: replayMax };
        const { replayed, hasMore, last } = await this.inbox.replayParked(wanted, context.metadata);
        return { status: 200, body: { object: 'inbound_webhook_replay', replayed, has_more: hasMore, last } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/inbound_webhooks/:id',
      tag: 'Webhooks in',
      summary: 'A received webhook with its body',
      scope: 'webhooks:read',
      params: inboundWebhookParams,
      answers: { 200: shown },
      handle: ({ params }) => this.find(params.id),
    }),
    route({
      method: 'post',
      path: '/v1/inbound_webhooks/:id/replay',
      tag: 'Webhooks in',
      summary: 'Handle a webhook again, whatever its status',
      scope: 'webhooks:write',
      params: inboundWebhookParams,
      answers: { 200: shown },
      handle: async ({ params, context }) => {
        if (!(await this.inbox.replay(params.id, context.metadata))) throw missing();
        return this.find(params.id);
      },
    }),
    route({
      method: 'post',
      path: '/v1/inbound_webhooks/:id/ignore',
      tag: 'Webhooks in',
      summary: 'Dismiss a webhook that is parked or waits for a retry; it can be handled again later',
      scope: 'webhooks:write',
      reason: 'required',
      params: inboundWebhookParams,
      answers: { 200: shown },
      handle: async ({ params, context }) => {
        const dismissed = await this.inbox.ignore(params.id, context.metadata);
        const answer = await this.find(params.id);
        if (dismissed || answer.body.status === 'ignored') return answer;
        throw refused('webhook_handled', {
          detail: `The webhook is ${answer.body.status}, and waits for nobody.`,
        });
      },
    }),
  ];

  private async find(id: string) {
    const [webhook, acts] = await Promise.all([this.inbox.find(id), this.inbox.acts(id)]);
    if (webhook === undefined) throw missing();
    const payload = withoutSecrets(webhook.payload);
    return { status: 200, body: { ...webhookObject(webhook), payload, acts } };
  }
}

/**
 * The body stays as it was signed in the inbox; whoever may look at webhooks need not be able to act for a customer. A
 * secret stands under its name, or in an address that the customer is sent to.
 */
function withoutSecrets(payload: string): string {
  return payload.replaceAll(/("client_secret"\s*:\s*"|client_secret=)[^"&#\\]+/g, '$1[redacted]');
}

function missing() {
  return refused('resource_missing', { detail: 'No such webhook was received.' });
}

function webhookObject(webhook: InboundWebhook) {
  return {
    id: webhook.id,
    object: 'inbound_webhook',
    type: webhook.type,
    status: webhook.status,
    api_version: webhook.apiVersion,
    about: webhook.objectId,
    attempts: webhook.attempts,
    deliveries: webhook.deliveries,
    last_error: webhook.lastError,
    note: webhook.note,
    processed_at: webhook.processedAt,
    next_attempt_at: webhook.nextAttemptAt,
    metadata: {},
    livemode: webhook.livemode,
    created_at: webhook.receivedAt,
  };
}
