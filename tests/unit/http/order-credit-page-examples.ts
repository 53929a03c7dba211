import { describe, expect, it } from '@jest/globals';
import type { ConsoleUse } from './console-use.js';
import { customers } from './credit-ports.js';

/** What operators do with orders and with customers' credit. */
export function orderAndCreditPages({ server, as }: ConsoleUse): void {
  const api = () => server().api;

  async function order(total?: number): Promise<string> {
    const body = { customer: customers.inParis, currency: 'EUR', ...(total === undefined ? {} : { total }) };
    return String((await api().post('/v1/orders', body)).body['id']);
  }

  describe('an order on its page', () => {
    it('is taken on, priced, approved with terms, begun and completed, each step with a reason', async () => {
      const { browser } = await as('finance');
      const id = await order();
      const at = `/admin/orders/${id}`;
      const told = async (name: string, fields: Readonly<Record<string, string>>) =>
        (await browser.follow(await browser.submit(`${at}/${name}`, fields, at))).text;
      await told('analyze', { reason: 'A new one' });
      expect(await told('review', { total: '1000.005', reason: 'x' })).toMatch(/role="alert">[^<]*at most 2/);
      await told('review', { total: '1000.00', reason: 'Priced' });
      await told('total', { total: '1200.00', reason: 'One more chair' });
      const net = { timing: 'net', reason: 'As agreed' };
      expect(await told('approve', net)).toMatch(/role="alert">[^<]*days/);
      expect(await told('approve', { ...net, days: '14' })).toContain('The order is approved');
      expect((await browser.get(at)).text).toContain('1,200.00 EUR');
      expect((await browser.get(at)).text).not.toContain(`${at}/complete`);
      await told('start', { reason: 'Go' });
      expect(await told('complete', { reason: 'Delivered' })).toContain('“Delivered”');
      expect((await browser.get(at)).text).not.toContain('<h2>Actions</h2>');
      const events = await server().eventStore.readStream(`order-${id}`);
      expect(events.map(({ type, metadata }) => [type, metadata.reason])).toEqual([
        ['OrderOpened', null],
        ['OrderAnalysisStarted', 'A new one'],
        ['OrderTotalSet', 'Priced'],
        ['OrderReviewStarted', 'Priced'],
        ['OrderTotalSet', 'One more chair'],
        ['OrderApproved', 'As agreed'],
        ['OrderWorkStarted', 'Go'],
        ['OrderCompleted', 'Delivered'],
      ]);
    });

    it('is canceled by finance, and only looked at by support', async () => {
      const id = await order(5_000);
      const at = `/admin/orders/${id}`;
      const support = (await as('support')).browser;
      expect((await support.get(at)).text).not.toContain('<h2>Actions</h2>');
      expect((await support.submit(`${at}/cancel`, { reason: 'x' }, '/admin/account')).status).toBe(403);
      const { browser } = await as('finance');
      await browser.submit(`${at}/cancel`, { reason: 'They changed their mind' }, at);
      expect((await browser.get(at)).text).toContain('“They changed their mind”');
    });
  });

  describe('credit', () => {
    const grant = '/admin/credits/grant';
    const fields = {
      ...{ customer: customers.inNewYork, amount: '25.00', currency: 'usd', type: 'goodwill' },
      ...{
        description: 'Sorry for the delay',
        expires_on: '2030-06-30',
        priority: '5',
        reason: 'Late twice',
      },
    };

    it('is granted once however often the button is pressed, and what is left is taken back', async () => {
      const { browser, id: user } = await as('finance');
      const { text } = await browser.get(`${grant}?customer=${customers.inNewYork}`);
      expect(text).toContain(`value="${customers.inNewYork}"`);
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const twice = { ...fields, csrf, once: 'one-grant' };
      const [first, second] = [await browser.send(grant, twice), await browser.send(grant, twice)];
      const at = String(first.headers['location']);
      expect(second.headers['location']).toBe(at);
      const shown = (await browser.get(at)).text;
      for (const words of ['25.00 USD', 'Sorry for the delay', `user:${user}`, '“Late twice”']) {
        expect(shown).toContain(words);
      }
      await browser.send(grant, {
        ...fields,
        csrf,
        once: 'another',
        amount: '11.00',
        reason: 'A second one',
      });
      expect((await browser.get(at)).text).not.toContain('A second one');
      await browser.submit(`${at}/revoke`, { reason: 'By mistake' }, at);
      const after = (await browser.get(at)).text;
      expect(after).toContain('voided');
      expect(after).toContain('“By mistake”');
      expect(after).not.toContain('<h2>Actions</h2>');
      const facts = await server().eventStore.readStream(`creditAccount-${customers.inNewYork}`);
      expect(facts.map(({ type }) => type)).toEqual(['CreditGranted', 'CreditGranted', 'CreditRevoked']);
    });

    it.each([
      ['a word for an amount', { amount: 'many' }, 'written like 12.50'],
      ['no reason', { reason: '' }, 'reason is required'],
      ['an extension without days', { late_return: 'extension' }, 'late_return_days goes with'],
      ['a customer that there is none of', { customer: 'cus_1' }, 'An id of the form cus_'],
    ])('is not granted with %s, and what was typed stays', async (_title, wrong, words) => {
      const { browser } = await as('finance');
      const answer = await browser.submit(grant, { ...fields, ...wrong }, grant);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(new RegExp(`role="alert">[^<]*${words}`));
      expect(answer.text).toContain('value="Sorry for the delay"');
    });

    it('is told again that it was refused, and not that it was done, where the second click is answered', async () => {
      const { browser } = await as('finance');
      const { text } = await browser.get(grant);
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const wrong = { ...fields, csrf, once: 'refused', amount: 'many' };
      await browser.send(grant, wrong);
      const second = await browser.follow(await browser.send(grant, wrong));
      expect(second.text).toMatch(/role="alert">[^<]*written like 12.50/);
    });

    it('is only looked at by an auditor', async () => {
      const { browser } = await as('auditor');
      expect((await browser.get('/admin/credits')).text).not.toContain('Grant credit');
      expect((await browser.get(grant)).status).toBe(403);
      expect((await browser.submit(grant, fields, '/admin/account')).status).toBe(403);
    });
  });
}
