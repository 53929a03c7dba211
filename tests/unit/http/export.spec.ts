import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyExport } from '../../../src/application/audit/verify-export.js';
import { createExportSigner } from '../../../src/infrastructure/export-signer.js';
import type { RunningServer } from './running-server.js';
import { allScopesSecret, startServer } from './running-server.js';

let app: RunningServer;
let whole: readonly string[];
beforeAll(async () => {
  app = await startServer();
  for (const amount of [1000, 2000]) {
    const body = { amount, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };
    expect((await app.api.post('/v1/payments', body)).status).toBe(201);
  }
  whole = await part('');
});
afterAll(() => app.stop());

async function part(query: string): Promise<readonly string[]> {
  const answer = await fetch(`${app.url}/v1/audit/export${query}`, {
    headers: { authorization: `Bearer ${allScopesSecret}` },
  });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await answer.text()).split('\n');
  expect(lines.pop()).toBe('');
  return lines;
}

async function verified(lines: readonly string[]) {
  async function* given() {
    yield* lines;
  }
  return verifyExport(given());
}
const problemsOf = async (lines: readonly string[]) => (await verified(lines)).problems;

describe('an export of the log', () => {
  it('holds every event as it is stored, and is complete', async () => {
    const events = await app.eventStore.readAll(0n, 1_000);
    expect(whole).toHaveLength(events.length + 1);
    const { keys, ...found } = await verified(whole);
    const lastPosition = String(events.at(-1)?.position);
    expect(found).toEqual({ problems: [], events: events.length, lastPosition, complete: true });
    expect(keys).toHaveLength(1);
    const { id, type, data, metadata } = events[0] ?? {};
    expect(JSON.parse(whole[0] ?? '').event).toMatchObject({ id, type, data, metadata, position: '1' });
  });

  it('goes on after any part, and parts in a row are one export', async () => {
    const first = await part('?limit=3');
    const second = await part('?after_position=3');
    expect(await verified([...first, ...second])).toMatchObject({
      ...{ problems: [], events: whole.length - 1, complete: true },
    });
    expect(await verified(first)).toMatchObject({ problems: [], events: 3, complete: false });
    expect(await problemsOf([...first, ...(await part('?after_position=4'))])).toEqual([
      expect.stringContaining('a part after 3 is missing'),
    ]);
    expect((await verified(await part('?after_position=999'))).problems).toEqual([]);
  });

  it('shows a line that was changed, is missing, or was swapped', async () => {
    const changed = whole.with(1, (whole[1] ?? '').replace('"correlationId":"', '"correlationId":"x'));
    expect(await problemsOf(changed)).toEqual(['line 2: the event at 2 was changed']);
    const missing = whole.toSpliced(1, 1);
    expect(await problemsOf(missing)).toContain('line 2: a line before 3 is missing');
    const swapped = whole.with(1, whole[2] ?? '').with(2, whole[1] ?? '');
    expect(await problemsOf(swapped)).toContain('line 3: the event at 2 was swapped');
    const cut = whole.slice(0, -1);
    expect(await problemsOf(cut)).toEqual([expect.stringContaining('the export was cut off')]);
    const short = whole.toSpliced(-2, 1);
    expect(await problemsOf(short)).toContain(
      `line ${whole.length - 1}: the last line is not the one that was signed`,
    );
    expect(await problemsOf(whole.with(0, 'no line'))).toContain('line 1: this is no line of an export');
    expect(await problemsOf([])).toHaveLength(1);
  });

  it('is signed: a chain that somebody made anew is not', async () => {
    const manifest = whole.at(-1) ?? '';
    const told = JSON.parse(manifest);
    const forged = JSON.stringify({ ...told, manifest: { ...told.manifest, complete: false } });
    expect(await problemsOf(whole.with(-1, forged))).toEqual([
      expect.stringContaining('the signature does not fit'),
    ]);
    const other = createExportSigner('cd'.repeat(32)).publicKey;
    const theirs = JSON.stringify({ ...told, manifest: { ...told.manifest, public_key: other } });
    expect(await problemsOf(whole.with(-1, theirs))).toEqual([
      expect.stringContaining('the signature does not fit'),
    ]);
  });

  it('is read by auditors only, and each look is noted', async () => {
    app.addKey('sk_test_nobodyinparticular0000000000', ['payments:read']);
    const refused = await app.as('sk_test_nobodyinparticular0000000000').get('/v1/audit/export');
    expect(refused.status).toBe(403);
    const noted = await app.api.get('/v1/audit/log');
    const actions = (noted.body['data'] as { action: string; result: string }[]).map(
      ({ action, result }) => `${action} ${result}`,
    );
    expect(actions).toEqual(expect.arrayContaining(['GET /v1/audit/export 403', 'GET /v1/audit/export 200']));
    expect((await app.api.get('/v1/audit/export?limit=10001')).status).toBe(400);
  });

  it('is verified by a command that needs nothing but the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'export-'));
    const file = join(folder, 'export.ndjson');
    const command = 'dist/verify-export.js';
    const run = (...given: readonly string[]) =>
      new Promise<readonly [unknown, string]>((resolve) => {
        execFile(process.execPath, [command, file, ...given], (error, stdout) =>
          resolve([error?.code ?? 0, stdout]),
        );
      });
    await writeFile(file, `${whole.join('\n')}\n`);
    const [key = ''] = (await verified(whole)).keys;
    expect(await run(key)).toEqual([0, expect.stringContaining(`signed by ${key}`)]);
    expect(await run('ab'.repeat(32))).toEqual([1, expect.stringContaining('signed by another key')]);
    await writeFile(file, `${whole.toSpliced(1, 1).join('\n')}\n`);
    expect(await run()).toEqual([1, expect.stringContaining('FAIL  line 2: a line before 3 is missing')]);
    await rm(folder, { recursive: true });
  });
});
