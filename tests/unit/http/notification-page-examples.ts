import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { InMemoryNotifications } from '../../support/in-memory-notifications.js';
import { at } from '../../support/payment-examples.js';
import type { ConsoleUse } from './console-use.js';

/** What operators see and do of the mails to customers. */
export function notificationPages({ server, as }: ConsoleUse): void {
  const outbox = () => server().container.get(httpTokens.notifications) as InMemoryNotifications;

  async function queued(): Promise<string> {
    const customer = 'cus_0193f1a0-0000-7000-8000-000000000001';
    const facts = { amount: { amount: '500', currency: 'EUR' } };
    const notice = { kind: 'receipt', subject: `pay_${v7()}`, state: 'captured', customer, facts } as const;
    await outbox().queue({ ...notice, eventId: null });
    return [...outbox().kept.keys()].at(-1) ?? '';
  }

  describe('mails to customers', () => {
    it('are listed, and one that was parked says why and is sent again, once however often the button is pressed', async () => {
      const { browser } = await as('owner');
      const id = await queued();
      const [claimed] = await outbox().claimDue(1);
      await outbox().settle(claimed ?? { id, lease: '' }, { status: 'parked', error: 'no such mailbox' });
      expect((await browser.get('/admin/notifications?status=parked')).text).toContain(
        `/admin/notifications/${id}`,
      );
      expect((await browser.get('/admin/notifications?status=sent')).text).not.toContain(id);
      const address = `/admin/notifications/${id}`;
      const { text } = await browser.get(address);
      expect(text).toContain('<div class="told bad">no such mailbox</div>');
      expect(text).toContain('None was sent yet.');
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const fields = { csrf, once: 'one-click', reason: 'The mailbox is there again' };
      for (const _click of [1, 2]) await browser.send(`${address}/resend`, fields);
      expect(outbox().kept.get(id)?.row).toMatchObject({ status: 'queued', sending: 2 });
      const auditor = (await as('auditor')).browser;
      expect((await auditor.get(address)).text).not.toContain('<h2>Actions</h2>');
      expect((await auditor.submit(`${address}/resend`, { reason: 'x' }, '/admin/account')).status).toBe(403);
      outbox().kept.clear();
    });

    it('are shown as they were sent, without what lets somebody in', async () => {
      const { browser } = await as('auditor');
      const token = 'a'.repeat(43);
      const id = await queued();
      const [claimed] = await outbox().claimDue(1);
      const messageId = `<${id}.1@acme.example>`;
      await outbox().settle(claimed ?? { id, lease: '' }, { status: 'sent', messageId });
      const text = `Pay <here>:\nhttps://pay.example/pay/${token}\nThank you`;
      server().mails.push({
        ...{ id: messageId, to: 'ada@example.com', subject: 'Your receipt', text, html: '' },
        sent_at: at,
      });
      const shown = (await browser.get(`/admin/notifications/${id}`)).text;
      expect(shown).toContain('Pay &lt;here&gt;:\nhttps://pay.example/pay/[token]\nThank you');
      expect(shown).toContain('ada@example.com');
      expect(shown).not.toContain(token);
      const plan = `plan_${v7()}`;
      const part = { kind: 'installment_failed', subject: `${plan}/2`, state: 'attempt_1' } as const;
      await outbox().queue({ ...part, customer: 'cus_1', facts: {}, eventId: null });
      expect((await browser.get('/admin/notifications')).text).toMatch(
        new RegExp(`<a href="/admin/plans/${plan}">plan_…[0-9a-f]{12}, 2</a>`),
      );
      outbox().kept.clear();
    });
  });

  describe('the words of mails', () => {
    const root = '/admin/notification-templates';
    const english = `${root}/receipt/en`;

    it('are tried before they are kept, kept with who wrote them, and taken away again', async () => {
      const { browser, id } = await as('owner');
      expect((await browser.get(root)).text).toContain('Your receipt for {{amount}}');
      expect((await browser.get(english)).text).toContain('Your receipt for €1,234.50');
      const words = { subject: 'Thanks for {{amount}}', body: 'Dear {{customer_name}},\r\n\r\n<b>bye' };
      const tried = await browser.submit(`${english}/preview`, words, english);
      expect(tried.text).toContain('Thanks for €1,234.50\n\nDear Ada Lovelace,\n\n&lt;b&gt;bye');
      expect(tried.text).toContain('value="Thanks for {{amount}}"');
      expect((await browser.get(english)).text).not.toContain('Thanks for');
      await browser.submit(`${english}/change`, { ...words, reason: 'Warmer' }, english);
      const kept = (await browser.get(english)).text;
      expect(kept).toContain('Thanks for {{amount}}\n\nDear {{customer_name}},\n\n&lt;b&gt;bye');
      expect(kept).toContain(`user:${id}`);
      await browser.submit(`${english}/reset`, { reason: 'Too warm' }, english);
      expect((await browser.get(english)).text).toContain('Your receipt for {{amount}}');
    });

    it('are refused with a variable that there is none of, and written in a language that had none', async () => {
      const { browser } = await as('owner');
      const words = { subject: 'Merci', body: 'Merci {{password}}', reason: 'French customers' };
      const write = `${root}/write`;
      const french = { ...words, kind: 'receipt', language: 'fr' };
      const told = await browser.follow(await browser.submit(write, french, write));
      expect(told.text).toMatch(/role="alert">There is no password here/);
      const made = await browser.submit(write, { ...french, body: 'Merci {{customer_name}}' }, write);
      expect(made.headers['location']).toBe(`${root}/receipt/fr`);
      expect((await browser.get(`${root}/receipt/fr`)).text).toContain('Merci Ada Lovelace');
      await browser.submit(`${root}/receipt/fr/reset`, { reason: 'x' }, `${root}/receipt/fr`);
    });

    it('are read and tried, and not written, by who may only read', async () => {
      const { browser } = await as('finance');
      const { text } = await browser.get(english);
      expect(text).not.toContain('<h2>Actions</h2>');
      const words = { subject: 'x', body: 'y', reason: 'z' };
      expect((await browser.submit(`${english}/change`, words, '/admin/account')).status).toBe(403);
      expect((await browser.get(`${root}/write`)).status).toBe(403);
    });
  });
}
