import { writeFile } from 'node:fs/promises';
import type { Finding } from './confluence.js';
import { confluenceOf } from './confluence.js';
import { flows } from './flows.js';
import { renderReport, renderTable } from './report.js';

/** `npm run confluence`: tries every order of every flow, and writes docs/confluence.md. Compiled to dist-sim/tests/confluence. */
const document = new URL('../../../docs/confluence.md', import.meta.url);

const findings: Finding[] = [];
for (const flow of flows) {
  const finding = await confluenceOf(flow);
  process.stderr.write(`${flow.name}: ${finding.sequences} sequences, ${finding.ends.size} end\n`);
  findings.push(finding);
}
process.stdout.write(renderTable(findings));
await writeFile(document, renderReport(findings));
if (findings.some(({ ends }) => ends.size !== 1)) process.exitCode = 1;
