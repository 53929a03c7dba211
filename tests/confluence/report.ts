import type { Finding } from './confluence.js';

/** The report for docs/confluence.md. */
export function renderReport(findings: readonly Finding[]): string {
  return `# Confluence of webhooks

Whatever the order and number in which Stripe's webhooks come, a payment ends in one state, with one ledger and one set of read
models. \`npm run confluence\` plays each flow at the simulator, keeps only a part of the history, as if all later answers had been
lost, and then delivers the flow's webhooks: in every order of up to six events, in 720 orders drawn by a fixed seed of more;
each order one by one, together as one worker handles them, with every event twice in a row, and twice as a whole. A webhook that
must wait is tried again after the others.

The hash is the SHA-256 of the state, the ledger's journals and the rows of the read models, without what tells the order itself:
ids, revisions and positions of events. It is the same in every run and on every machine.

${renderTable(findings)}`;
}

export function renderTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ flow, events, drawn, sequences, ends, status }) =>
    [
      flow.name,
      `\`${flow.knownUpTo}\``,
      `${events.length}: ${events.map((type) => `\`${type}\``).join(', ')}`,
      `${sequences}${drawn ? ' (drawn)' : ''}`,
      String(ends.size),
      status,
      [...ends].map((hash) => `\`${hash.slice(0, 16)}\``).join(' '),
    ].join(' | '),
  );
  const head = 'Flow | Known up to | Events | Sequences | Distinct ends | Status | Hash of the end';
  return [head, head.replaceAll(/[^|]+/g, '---').replaceAll('|', ' | '), ...rows]
    .map((row) => `| ${row} |\n`)
    .join('');
}
