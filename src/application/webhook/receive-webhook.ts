import type { InboundWebhooks, Reception, VerifiedWebhook } from '../ports/inbound-webhooks.js';
import type { Logger } from '../ports/logger.js';

/** Resolves when the webhook is durable; whatever it answers, the provider need not send it again. */
export type ReceiveWebhook = (webhook: VerifiedWebhook) => Promise<Reception>;

/**
 * Keeps a verified webhook for the worker. One of the other mode or of another API version is kept parked: reading it
 * could take wrong money or wrong fields for true, and a person should know.
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
        else
          logger.error({ webhookId: id, type, reason: parkedBecause }, 'a webhook was parked as it came in');
        break;
      case 'duplicate':
        break;
      case 'different_body':
        logger.error(
          { security: true, webhookId: id, type },
          'a webhook with a known id and another body was signed with our secret',
        );
        break;
    }
    return reception;
  };
}

function reasonToPark(webhook: VerifiedWebhook, livemode: boolean, apiVersion: string): string | null {
  if (webhook.livemode !== livemode) return `livemode ${webhook.livemode}, and we run with ${livemode}`;
  if (webhook.apiVersion !== apiVersion) {
    return `API version ${webhook.apiVersion ?? 'not given'}, and we read ${apiVersion}`;
  }
  return null;
}
