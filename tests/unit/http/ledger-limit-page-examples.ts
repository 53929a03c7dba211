import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { at, usd } from '../../support/payment-examples.js';
import { date } from '../../support/plan-examples.js';
import type { ConsoleUse } from './console-use.js';

/** What operators see of penalties, of the health so far and of the books. */
export function ledgerAndLimitPages({ server, as }: ConsoleUse): void {
  describe('a penalty', () => {
    it('is listed, and ended with a reason by who may, once however often the button is pressed', async () => {
      const { limiting, eventStore } = server();
      const id = limiting.ids('declines_of_customer', `cus_${v7()}`);
      await limiting.penalties.impose(id, 'declines_of_customer', 'cus_of_the_penalty', 'req_1');
      const form = `/admin/limits/${id}/pardon`;
      const auditor = (await as('auditor')).browser;
      const listed = (await auditor.get('/admin/limits')).text;
      expect(listed).toContain('cus_of_the_penalty');
      expect(listed).not.toContain(form);
      expect((await auditor.get(form)).status).toBe(403);
      const { browser, id: user } = await as('developer');
      const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get(form)).text)?.[1] ?? '';
      const unsaid = await browser.send(form, { csrf, once: 'no-reason' });
      expect(unsaid.text).toMatch(/role="alert">[^<]*reason is required/);
      for (const _click of [1, 2]) {
        const sent = await browser.send(form, { csrf, once: 'one-pardon', reason: 'Their test ran wild' });
        expect(sent.headers['location']).toBe('/admin/limits');
      }
      const facts = await eventStore.readStream(`limit-${id}`);
      expect(facts.map(({ type, metadata }) => [type, metadata.reason])).toEqual([
        ['PenaltyImposed', null],
        ['PenaltyPardoned', 'Their test ran wild'],
      ]);
      expect(facts.at(-1)?.metadata.actor).toEqual({ kind: 'user', id: user });
      expect((await browser.get('/admin/limits')).text).not.toContain('cus_of_the_penalty');
    });
  });

  describe('the health so far', () => {
    it('says what was wrong and when', async () => {
      const { browser } = await as('developer');
      const { text } = await browser.get('/admin/health?status=unavailable');
      expect(text).toContain('projections: late');
      expect((await (await as('support')).browser.get('/admin/health')).status).toBe(403);
    });
  });

  describe('the books', () => {
    it('are read line by line for an account, from the trial balance on', async () => {
      const ledger = server().container.get(httpTokens.ledgerQueries);
      const { entries, trialBalance } = ledger;
      const eventId = v7();
      ledger.entries = async (account) => ({
        rows: [
          {
            ...{ id: `${eventId}/1`, account, amount: -12_345n, currency: 'USD', description: 'A sale' },
            ...{ event_id: eventId, stream: 'invoice-inv_1', position: 9n, recorded_at: at },
          },
        ],
        hasMore: false,
      });
      ledger.trialBalance = async () => ({
        position: 9n,
        asOf: at,
        rows: [{ account: 'revenue', currency: 'USD', debits: 0n, credits: 12_345n, balance: -12_345n }],
      });
      const { browser } = await as('auditor');
      expect((await browser.get('/admin/audit/trial-balance')).text).toContain(
        'href="/admin/ledger?account=revenue"',
      );
      const shown = (await browser.get('/admin/ledger?account=revenue')).text;
      for (const words of [
        'A sale',
        '\u2212123.45 USD',
        'invoice-inv_1',
        `/admin/audit/events/evt_${eventId}`,
      ]) {
        expect(shown).toContain(words);
      }
      expect((await browser.get('/admin/ledger?account=petty_cash')).status).toBe(400);
      Object.assign(ledger, { entries, trialBalance });
      expect((await (await as('support')).browser.get('/admin/ledger')).status).toBe(403);
    });

    it('tell what is owed by how late it is, at the end of a day, also as a file', async () => {
      const invoices = server().container.get(httpTokens.invoiceQueries);
      const { dueAt } = invoices;
      const asked: string[] = [];
      invoices.dueAt = async (instant) => {
        asked.push(instant);
        return {
          position: 9n,
          due: [
            { dueOn: date('2026-03-01'), amount: usd(1_000) },
            { dueOn: date('2026-01-15'), amount: usd(2_000) },
          ],
        };
      };
      const { browser } = await as('finance');
      const shown = (await browser.get('/admin/aging?as_of=2026-02-28')).text;
      expect(asked).toEqual(['2026-03-01T00:00:00.000Z']);
      for (const words of ['10.00 USD', '20.00 USD', '30.00 USD']) expect(shown).toContain(words);
      const file = await browser.get('/admin/aging/csv?as_of=2026-02-28');
      expect(file.text.split('\r\n')[1]).toBe(
        '"USD",10.00,"USD",0.00,"USD",20.00,"USD",0.00,"USD",0.00,"USD",20.00,"USD",30.00,"USD"',
      );
      Object.assign(invoices, { dueAt });
      expect((await browser.get('/admin/aging?as_of=soon')).status).toBe(400);
    });
  });
}
