import { describe, expect, it } from '@jest/globals';
import { fingerprintOf } from '../../../src/application/audit/exported-events.js';
import { verifyExport } from '../../../src/application/audit/verify-export.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { required } from '../../support/payment-examples.js';
import type { ConsoleUse } from './console-use.js';
import { madeBefore } from './made-before.js';

/** What auditors have checked, and take with them. */
export function integrityAndExportPages({ server, as }: ConsoleUse): void {
  describe('a check of everything', () => {
    const list = '/admin/audit/integrity';

    it('is asked for with a reason, once however often the button is pressed, and tells what it found', async () => {
      const { browser, id: user } = await as('auditor');
      const form = (await browser.get(`${list}/new`)).text;
      const csrf = /name="csrf" value="([^"]+)"/.exec(form)?.[1] ?? '';
      const unsaid = await browser.send(`${list}/new`, { csrf, once: 'no-reason' });
      expect(unsaid.text).toMatch(/role="alert">[^<]*reason is required/);
      const sent = [];
      for (const _click of [1, 2])
        sent.push(await browser.send(`${list}/new`, { csrf, once: 'one-check', reason: 'The yearly audit' }));
      const [at, again] = sent.map(({ headers }) => headers['location']);
      expect([at, again]).toEqual([at, at]);
      const shown = await browser.follow(required(sent[0]));
      expect(shown.text).toMatch(/pending.*The yearly audit/s);

      const checks = server().container.get(httpTokens.integrityChecks);
      const findings = [
        { kind: 'journal_unbalanced', subject: '0193f1a0-0000-7000-8000-00000000beef', position: 7n },
        { kind: 'revision_gap', subject: 'payment-pay_1', position: 6n },
        { kind: 'ledger_unbalanced', subject: 'USD', position: null },
      ] as const;
      await checks.finish(String(at).slice(list.length + 1), {
        ...{ position: 1_234n, events: 1_200n, entries: 99n, finding_count: 300n },
        findings: findings.map((each) => ({ ...each, detail: 'It <does> not fit.' })),
      });
      const { text } = await browser.get(String(at));
      expect(text).toContain('Something is not as it should be.');
      expect(text).toContain('The first 3 of 300 findings');
      expect(text).toContain('href="/admin/audit/events/evt_0193f1a0-0000-7000-8000-00000000beef"');
      expect(text).toContain('href="/admin/audit?stream=payment-pay_1"');
      expect(text).toContain('It &lt;does&gt; not fit.');
      const listed = (await browser.get(list)).text;
      expect(listed.split(`href="${at}"`)).toHaveLength(2);
      expect(listed).toContain(`href="/admin/users/${user}"`);
    });

    it('is for auditors, and not there where nobody asked for it', async () => {
      const { browser } = await as('support');
      for (const page of [list, `${list}/new`]) expect((await browser.get(page)).status).toBe(403);
      const auditor = (await as('auditor')).browser;
      const nothing = `${list}/chk_0193f1a0-0000-7000-8000-00000000dead`;
      expect((await auditor.get(nothing)).status).toBe(404);
      expect((await auditor.get(`${list}/chk_1`)).status).toBe(404);
    });
  });

  describe('a signed export', () => {
    const file = '/admin/audit/export/file';
    const verified = (text: string) => {
      async function* lines() {
        yield* text.split('\n').slice(0, -1);
      }
      return verifyExport(lines());
    };

    /** A log of 12,000 events; counts how often it is read. */
    async function longLog() {
      const { eventStore } = server();
      const readAll = eventStore.readAll.bind(eventStore);
      const event = required((await readAll(0n, 1))[0]);
      const asked = { reads: 0 };
      eventStore.readAll = async (after, limit) => {
        asked.reads += 1;
        const left = Math.max(0, Math.min(limit, 12_000 - Number(after)));
        return Array.from({ length: left }, (_, n) => ({ ...event, position: after + BigInt(n) + 1n }));
      };
      return { asked, restore: () => Object.assign(eventStore, { readAll }) };
    }

    it('is the whole log, or what follows a position, and verifies by the fingerprint that the page shows', async () => {
      await madeBefore(server(), 0, 'pm_card_visa');
      const { browser } = await as('auditor');
      const fingerprint = fingerprintOf(server().container.get(httpTokens.exportSigner).publicKey);
      const { text: shown } = await browser.get('/admin/audit/export');
      expect(shown).toContain(`npm run verify-export -- events.ndjson ${fingerprint}`);
      const { restore } = await longLog();
      try {
        const whole = await browser.get(`${file}?after_position=0`);
        expect(whole.headers['content-disposition']).toBe('attachment; filename="events.ndjson"');
        expect(await verified(whole.text)).toEqual({
          ...{ problems: [], events: 12_000, lastPosition: '12000', complete: true, keys: [fingerprint] },
        });
        const rest = await verified((await browser.get(`${file}?after_position=11990`)).text);
        expect(rest).toMatchObject({ problems: [], events: 10, lastPosition: '12000' });
      } finally {
        restore();
      }
      for (const wrong of ['-1', 'all', '1.5', '9223372036854775808'])
        expect((await browser.get(`${file}?after_position=${wrong}`)).status).toBe(400);
      expect((await (await as('support')).browser.get(file)).status).toBe(403);
    });

    it('is broken off for who was put out, so that it does not verify', async () => {
      const [owner, auditor] = [await as('owner'), await as('auditor')];
      const { asked, restore } = await longLog();
      try {
        const at = `/admin/users/${auditor.id}`;
        const headers = { cookie: `counterfoil-console=${auditor.token}` };
        server().eventStore.readAll = disabledDuring(server().eventStore.readAll, async () => {
          await owner.browser.submit(`${at}/disable`, { reason: 'Left' }, at);
        });
        const taken = fetch(`${server().url}${file}`, { headers }).then((answer) => answer.text());
        await expect(taken).rejects.toThrow();
        expect(asked.reads).toBeLessThan(12);
      } finally {
        restore();
      }
    });
  });
}

type ReadAll = ReturnType<ConsoleUse['server']>['eventStore']['readAll'];

/** Does something once, while the log is read for the second time. */
function disabledDuring(readAll: ReadAll, doIt: () => Promise<void>): ReadAll {
  let reads = 0;
  return async (...given) => {
    reads += 1;
    if (reads === 2) await doIt();
    return readAll(...given);
  };
}
