import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { confluenceOf } from './confluence.js';
import { flows } from './flows.js';

const document = new URL('../../docs/confluence.md', import.meta.url);
/** `npm run confluence` tries them all. */
const ordersHere = 24;

async function reportedRows(): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(document, 'utf8')).split('\n').filter((line) => line.startsWith('| '));
  return new Map(lines.slice(2).map((line) => [line.split(' | ')[0]?.slice(2) ?? '', line]));
}

describe('webhooks in any order and number', () => {
  it.each(flows)('end in one state, as docs/confluence.md reports: $name', async (flow) => {
    const { ends, status, events } = await confluenceOf(flow, ordersHere);
    const reported = (await reportedRows()).get(flow.name);
    expect(ends.size).toBe(1);
    expect(status).toBe(flow.ends);
    for (const end of ends) expect(reported).toContain(end.slice(0, 16));
    expect(reported).toContain(`${events.length}: ${events.map((type) => `\`${type}\``).join(', ')} |`);
  });

  it('are reported for these flows and no others', async () => {
    expect([...(await reportedRows()).keys()]).toEqual(flows.map(({ name }) => name));
  });
});
