import { readFile } from 'node:fs/promises';
import { root } from '../../../root.js';

const file = new URL('../docs/runbook.md', root);

/** Where somebody reads what to do about a check of health or an alert's rule; no key is needed there. */
export function runbookLink(publicUrl: string, name: string): string {
  return `${publicUrl}/runbook/${name}`;
}

/** The whole runbook, as Markdown. */
export function readRunbook(): Promise<string> {
  return readFile(file, 'utf8');
}

/** The section of a check or a rule, with its heading; undefined where there is none. */
export async function runbookSection(name: string): Promise<string | undefined> {
  const [, ...sections] = (await readRunbook()).split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${name}\n`));
  return section === undefined ? undefined : `## ${section.trimEnd()}\n`;
}
