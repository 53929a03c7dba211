import { describe, expect, it } from '@jest/globals';
import type { Browser } from '../../support/browser.js';
import type { ConsoleUse } from './console-use.js';

/** What operators keep of the console's lists. */
export function savedFilterPages({ server, as }: ConsoleUse): void {
  describe('saved filters', () => {
    const path = '/admin/payments';
    const present = `${path}?status=succeeded&currency=USD&created_at%5Bgte%5D=2026-01-01&limit=10`;
    /** Sends the form that saves what the page at `from` is filtered by. */
    async function save(browser: Browser, name: string, from = present) {
      const { text } = await browser.get(from);
      const form = /action="([^"]+\/saved-filters)">(.*?)<\/form>/s.exec(text);
      const hidden = [...(form?.[2] ?? '').matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
      const fields = Object.fromEntries(hidden.map(([, field = '', value = '']) => [field, value]));
      return browser.send(form?.[1] ?? '', { ...fields, filter_name: name });
    }
    const idsIn = (text: string) => [
      ...new Set([...text.matchAll(/saved-filters\/(sfl_[0-9a-f-]+)"/g)].map(([, id]) => id)),
    ];

    it('are saved under a name, listed, applied and deleted, by their own operator only', async () => {
      const support = (await as('support')).browser;
      expect((await support.get(path)).text).not.toContain('Save this filter as');
      expect((await support.get(present)).text).toContain(
        '<label for="filter-name">Save this filter as</label>',
      );
      const saved = await support.follow(await save(support, ' Dollars <b> '));
      expect(saved.text).toContain('The filter is saved as Dollars &lt;b&gt;.');
      expect(saved.text).toMatch(/sfl_[0-9a-f-]+" aria-current="true">Dollars &lt;b&gt;<\/a>/);
      expect(saved.text).toContain('aria-label="Delete the filter Dollars &lt;b&gt;"');

      const [id] = idsIn((await support.get(path)).text);
      const applied = await support.get(`${path}/saved-filters/${id}`);
      const to = new URL(String(applied.headers['location']), server().url);
      expect([applied.status, to.pathname, Object.fromEntries(to.searchParams)]).toEqual([
        ...[303, path, { status: 'succeeded', currency: 'USD', 'created_at[gte]': '2026-01-01' }],
      ]);
      expect(to.origin).toBe(server().url);

      await save(support, 'Dollars <b>', `${path}?status=failed`);
      expect(idsIn((await support.get(path)).text)).toEqual([id]);
      expect((await support.get(`${path}/saved-filters/${id}`)).headers['location']).toBe(
        `${path}?status=failed`,
      );

      const other = (await as('support')).browser;
      expect(idsIn((await other.get(path)).text)).toEqual([]);
      expect((await other.get(`${path}/saved-filters/${id}`)).status).toBe(404);
      const taken = await other.submit(`${path}/saved-filters/${id}/delete`, {}, path);
      expect(taken.status).toBe(404);
      expect((await support.get(`/admin/refunds/saved-filters/${id}`)).status).toBe(404);

      const deleted = await support.submit(`${path}/saved-filters/${id}/delete`, {}, path);
      expect((await support.follow(deleted)).text).toContain('is deleted');
      expect((await support.get(`${path}/saved-filters/${id}`)).status).toBe(404);
    });

    it('are what the list itself is asked with, and nothing else', async () => {
      const { browser } = await as('support');
      const refusedOf = async (fields: Readonly<Record<string, string>>) => {
        const answer = await browser.submit(`${path}/saved-filters`, { filter_name: 'x', ...fields }, path);
        const shown = await browser.follow(answer);
        expect(idsIn(shown.text)).toEqual([]);
        return shown.text;
      };
      expect(await refusedOf({})).toContain('Filter the list by something first.');
      expect(await refusedOf({ status: 'nonsense' })).toContain('told bad');
      expect(await refusedOf({ status: 'failed', path: '//evil.example' })).toContain(
        'path is not known here',
      );
      expect(await refusedOf({ status: 'failed', starting_after: 'pay_1' })).toContain('is not known here');
      for (const name of ['a'.repeat(61), 'a\u0000b', 'a\u202eb', ' ']) {
        expect(await refusedOf({ status: 'failed', filter_name: name })).toContain('told bad');
      }
      expect(
        (await browser.send(`${path}/saved-filters`, { filter_name: 'x', status: 'failed' })).status,
      ).toBe(403);
      expect(idsIn((await browser.get(path)).text)).toEqual([]);
    });

    it("do not keep what may be a customer's own", async () => {
      const { browser } = await as('support');
      const shown = await browser.get('/admin/customers?email=ada%40example.com');
      expect(shown.text).not.toContain('Save this filter as');
      const from = '/admin/customers?email=ada%40example.com&created_at%5Bgte%5D=2026-01-01';
      const saved = await browser.follow(await save(browser, 'New', from));
      expect(saved.text).toContain('The filter is saved as New.');
      const [id] = idsIn((await browser.get('/admin/customers')).text);
      const { location } = (await browser.get(`/admin/customers/saved-filters/${id}`)).headers;
      expect(location).toBe('/admin/customers?created_at%5Bgte%5D=2026-01-01');
      const sent = { filter_name: 'Ada', email: 'ada@example.com' };
      const refusal = await browser.submit('/admin/customers/saved-filters', sent, '/admin/customers');
      expect((await browser.follow(refusal)).text).toContain('email is not known here');
    });

    it('are there for every list that has filters, and so many at most', async () => {
      const lists = server().http.pages.filter(
        ({ method, path: at }) => method === 'get' && at.endsWith('/csv'),
      );
      const { browser } = await as('owner');
      for (const { path: csv } of lists) {
        const list = csv.slice(0, -'/csv'.length);
        const { text } = await browser.get(list);
        const hasFilters = text.includes('aria-label="This list"');
        const keeps = server().http.pages.some(({ path: at }) => at === `${list}/saved-filters`);
        expect([list, keeps]).toEqual([list, hasFilters]);
      }
      expect(lists.length).toBeGreaterThanOrEqual(10);
      let last = '';
      for (let n = 0; n <= 50; n += 1) {
        const sent = { filter_name: `f${n}`, status: 'failed' };
        last = (await browser.follow(await browser.submit(`${path}/saved-filters`, sent, path))).text;
      }
      expect(last).toContain('You keep 50 filters already');
      expect(idsIn(last)).toHaveLength(50);
    });
  });
}
