import { ControlError } from './control-input.js';
import { derivedText } from './ids.js';
import type { Json } from './json.js';
import { isJsonObject } from './json.js';
import type { WebhookEndpoint } from './world.js';

/** An endpoint as it is configured. */
export type WebhookEndpointOptions = {
  readonly url: string;
  readonly secrets: readonly string[];
  /** All events when left out. */
  readonly enabledEvents?: readonly string[];
};

/** Names an endpoint after its URL, so that deliveries pending at a restart find it again. */
export function webhookEndpoint(options: WebhookEndpointOptions): WebhookEndpoint {
  if (!/^https?:\/\//.test(options.url)) throw new Error(`Not a webhook URL: ${options.url}`);
  return {
    id: `we_1${derivedText(`endpoint:${options.url}`, 23)}`,
    url: options.url,
    secrets: options.secrets,
    enabledEvents: options.enabledEvents ?? ['*'],
  };
}

/** Endpoints out of a control request. */
export function endpointsFrom(value: Json | undefined): readonly WebhookEndpoint[] {
  if (!Array.isArray(value)) throw new ControlError('endpoints must be a list');
  return value.map((entry: Json) => {
    const url = isJsonObject(entry) ? entry['url'] : undefined;
    const secrets = isJsonObject(entry) ? texts(entry['secrets']) : null;
    const events = isJsonObject(entry) ? texts(entry['enabled_events']) : null;
    if (typeof url !== 'string' || !/^https?:\/\//.test(url) || secrets === null) {
      throw new ControlError('Each endpoint needs a url and a list of secrets');
    }
    return webhookEndpoint({ url, secrets, ...(events === null ? {} : { enabledEvents: events }) });
  });
}

function texts(value: Json | undefined): readonly string[] | null {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : null;
}
