import { describe, expect, it } from '@jest/globals';
import type { InboundWebhook } from '../../../src/application/ports/inbound-webhooks.js';
import { at } from '../../support/payment-examples.js';
import type { ConsoleUse } from './console-use.js';

const parked: InboundWebhook = {
  id: 'evt_parked',
  type: 'charge.succeeded',
  apiVersion: null,
  livemode: true,
  objectId: 'ch_1',
  payload: '{"id":"evt_parked"}',
  status: 'parked',
  attempts: 0,
  deliveries: 1,
  lastError: 'livemode true, and we run with false',
  note: null,
  receivedAt: at,
  processedAt: null,
  nextAttemptAt: null,
};

export function webhookPages({ server, as }: ConsoleUse): void {
  describe('webhooks in', () => {
    it('that are parked are dismissed with a reason, which the page tells afterwards', async () => {
      const { inbox } = server();
      inbox.webhooks.set(parked.id, parked);
      const page = `/admin/webhooks/${parked.id}`;
      const { browser, id } = await as('developer');
      expect((await browser.get(page)).text).toContain('Dismiss it');
      const sent = await browser.submit(`${page}/ignore`, { reason: 'The other mode' }, page);
      expect(sent.status).toBe(303);
      expect(inbox.webhooks.get(parked.id)?.status).toBe('ignored');
      const shown = (await browser.get(page)).text;
      expect(shown).toContain(`user ${id}, The other mode`);
      expect(shown).not.toContain('Dismiss it');
    });

    it('that are parked are handled again together, of one type or all', async () => {
      const { inbox } = server();
      const [charge, refund] = [
        { ...parked, id: 'evt_charge' },
        { ...parked, id: 'evt_refund', type: 'refund.updated' },
      ] as const;
      for (const each of [charge, refund]) inbox.webhooks.set(each.id, each);
      const { browser } = await as('developer');
      const path = '/admin/webhooks/replay';
      expect((await browser.get('/admin/webhooks')).text).toContain(path);
      await browser.submit(path, { type: 'refund.updated', reason: 'The key is right now' }, path);
      const states = () => [charge, refund].map(({ id }) => inbox.webhooks.get(id)?.status);
      expect(states()).toEqual(['parked', 'received']);
      await browser.submit(path, { type: '', reason: 'The key is right now' }, path);
      expect(states()).toEqual(['received', 'received']);
      expect((await (await as('support')).browser.get(path)).status).toBe(403);
    });
  });
}
