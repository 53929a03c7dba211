import { createHash } from 'node:crypto';
import type { InboundWebhooks, ReceivedWebhook, Reception } from '../ports/inbound-webhooks.js';
import type { Logger } from '../ports/logger.js';

/** Resolves when the webhook is durable; whatever it answers, the provider need not send it again. */
export type ReceiveWebhook = (webhook: ReceivedWebhook) => Promise<Reception>;

/**
 * Keeps a verified webhook for the worker. One of the other mode, of another account or of another API version is kept parked:
 * reading it could take wrong money or wrong fields for true, and a person should know. So is one that comes under the id of
 * another, beside it and under an id of its own.
 */
export function createWebhookReceiver(parts: {
  readonly inbox: Pick<InboundWebhooks, 'receive'>;
  readonly logger: Logger;
  readonly livemode: boolean;
  readonly apiVersion: string;
  /** Called after a webhook was stored that waits to be handled. */
  readonly onStored?: () => void;
}): ReceiveWebhook {
  const { inbox, logger, livemode, apiVersion, onStored } = parts;
  return async (webhook) => {
    const parkedBecause = reasonToPark(webhook, livemode, apiVersion);
    const reception = await inbox.receive(webhook, parkedBecause);
    const { id, type } = webhook;
    switch (reception) {
      case 'stored':
        if (parkedBecause === null) onStored?.();
        else {
          const fields = { alert: true, webhookId: id, type, reason: parkedBecause };
          logger.error(fields, 'a webhook was parked as it came in');
        }
        break;
      case 'duplicate':
        break;
      case 'different_body':
        logger.error(
          { alert: true, security: true, webhookId: id, type },
          'a webhook with a known id and another body was signed with our secret',
        );
        await inbox.receive(
          besideTheFirst(webhook),
          `another body under the id ${id}, signed with our secret`,
        );
        break;
    }
    return reception;
  };
}

/** The same body again has the same id, so that sending it often fills nothing. */
function besideTheFirst(webhook: ReceivedWebhook): ReceivedWebhook {
  const digest = createHash('sha256').update(webhook.payload).digest('hex').slice(0, 12);
  return { ...webhook, id: `${webhook.id.slice(0, 180)}-other-${digest}` };
}

function reasonToPark(webhook: ReceivedWebhook, livemode: boolean, apiVersion: string): string | null {
  if (webhook.livemode !== livemode) return `livemode ${webhook.livemode}, and we run with ${livemode}`;
  if (webhook.account !== null) return `account ${webhook.account}, and we read our own`;
  if (webhook.apiVersion !== apiVersion) {
    return `API version ${webhook.apiVersion ?? 'not given'}, and we read ${apiVersion}`;
  }
  return null;
}
