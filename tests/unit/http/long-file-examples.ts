import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { anyTime, firstPage } from '../../../src/application/ports/read-models.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { required } from '../../support/payment-examples.js';
import type { ConsoleUse } from './console-use.js';
import { madeBefore } from './made-before.js';

/** Lists as files, of any length. */
export function longFiles({ server, as }: ConsoleUse): void {
  describe('a file of more rows than fit into memory', () => {
    const pagesMax = 120;
    /** Payments without an end to speak of, each half a page of text long; counts the pages that were asked for. */
    async function longList() {
      const queries = server().container.get(httpTokens.paymentQueries);
      const list = queries.list.bind(queries);
      const asked = { pages: 0, fail: false };
      const everything = { status: null, customer: null, order: null, currency: null, ...anyTime };
      const row = required((await list({ ...firstPage(1), ...everything })).rows[0]);
      queries.list = async () => {
        asked.pages += 1;
        if (asked.fail) throw new Error('the database is gone');
        const rows = Array.from({ length: 100 }, (_, n) => ({
          ...{ ...row, id: `pay_${asked.pages}-${n}`, description: 'x'.repeat(5_000) },
        }));
        return { rows, hasMore: asked.pages < pagesMax };
      };
      return { asked, restore: () => Object.assign(queries, { list }) };
    }

    it('is read as fast as it is taken, to its end, and by nobody who was put out', async () => {
      await madeBefore(server(), 0, 'pm_card_visa');
      const [owner, finance] = [await as('owner'), await as('finance')];
      const headers = { cookie: `counterfoil-console=${finance.token}` };
      const { asked, restore } = await longList();
      try {
        const answer = await fetch(`${server().url}/admin/payments/csv`, { headers });
        const reader = required(answer.body ?? undefined).getReader();
        let lines = 0;
        const count = (chunk: Uint8Array) => chunk.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
        lines += count(required((await reader.read()).value));
        await sleep(500);
        // What is on its way stands in the buffers of the connection, which hold some megabytes.
        expect(asked.pages).toBeLessThan(60);
        for (let read = await reader.read(); !read.done; read = await reader.read())
          lines += count(read.value);
        expect(lines).toBe(1 + pagesMax * 100);

        asked.pages = 0;
        const second = await fetch(`${server().url}/admin/payments/csv`, { headers });
        const at = `/admin/users/${finance.id}`;
        await owner.browser.submit(`${at}/disable`, { reason: 'Left' }, at);
        await expect(second.text()).rejects.toThrow();
        expect(asked.pages).toBeLessThan(pagesMax);
      } finally {
        restore();
      }
    });

    it('breaks off where it cannot be read on, and is an error page where it cannot begin', async () => {
      await madeBefore(server(), 0, 'pm_card_visa');
      const { token, browser } = await as('finance');
      const headers = { cookie: `counterfoil-console=${token}` };
      const { asked, restore } = await longList();
      try {
        const answer = await fetch(`${server().url}/admin/payments/csv`, { headers });
        asked.fail = true;
        await expect(answer.text()).rejects.toThrow();
        expect((await browser.get('/admin/payments/csv')).status).toBe(500);
      } finally {
        restore();
      }
    });
  });
}
