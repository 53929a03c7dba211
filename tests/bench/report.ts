import { readFile, writeFile } from 'node:fs/promises';
import type { BenchResult, Figure, PlainTable, Target } from './bench.js';
import { median } from './rounds.js';

export type NamedResult = BenchResult & { readonly name: string };

type Row = readonly [
  path: string,
  product: string,
  floor: string,
  ratio: string,
  target: string,
  met: string,
];

const heading: Row = ['Path', 'Counterfoil', 'Floor', 'Ratio', 'Target', ''];

export function ratioOf({ product, floor }: Figure): number {
  return median(product) / median(floor);
}

/** Undefined when there is nothing to reach. */
export function isMet(figure: Figure): boolean | undefined {
  const { target } = figure;
  const ratio = ratioOf(figure);
  switch (target.kind) {
    case 'at_least':
      return ratio >= target.ratio;
    case 'at_most':
      return ratio <= target.ratio;
    case 'none':
      return undefined;
  }
}

/** The table for a terminal. */
export function renderTable(results: readonly NamedResult[]): string {
  const rows = results.flatMap(({ figures }) => figures.map(rowOf));
  const others = results.flatMap(({ table }) =>
    table === undefined ? [] : [`\n${table.title}\n\n${inColumns(table)}`],
  );
  return inColumns({ heading, rows }) + others.join('');
}

function inColumns(table: Pick<PlainTable, 'heading' | 'rows'>): string {
  const rows = [table.heading, ...table.rows];
  const widths = table.heading.map((_title, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${lines.join('\n')}\n`;
}

/** The part of docs/performance.md that a run writes. */
export function renderMarkdown(results: readonly NamedResult[], machine: string, command: string): string {
  const rows = results.flatMap(({ figures }) => figures.map(rowOf));
  const floors = results.flatMap(({ name, figures, notes }) => [
    ...figures.map(({ path, floorName }) => `- \`${name}\`, ${path}. Floor: ${floorName}.`),
    ...notes.map((note) => `  ${note}`),
  ]);
  return [
    `Measured with \`${command}\` on ${machine}`,
    '',
    'Medians of the rounds, with the smallest and the largest in brackets.',
    '',
    ...markdownOf({ heading, rows }),
    '',
    'What stands beside what:',
    '',
    ...floors,
    ...results.flatMap(({ table }) =>
      table === undefined ? [] : ['', table.title, '', ...markdownOf(table)],
    ),
  ].join('\n');
}

function markdownOf({ heading: titles, rows }: Pick<PlainTable, 'heading' | 'rows'>): readonly string[] {
  return [titles, titles.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

const markers = ['<!-- bench:begin -->', '<!-- bench:end -->'] as const;

/** Puts the text between the markers of a document and leaves the rest. */
export async function writeBetweenMarkers(file: URL, text: string): Promise<void> {
  const document = await readFile(file, 'utf8');
  const [begin, end] = markers.map((marker) => document.indexOf(marker));
  if (begin === undefined || end === undefined || begin === -1 || end < begin) {
    throw new Error(`${file.pathname} has no ${markers.join(' ... ')}`);
  }
  const from = begin + markers[0].length;
  await writeFile(file, `${document.slice(0, from)}\n${text}\n${document.slice(end)}`);
}

function rowOf(figure: Figure): Row {
  const met = isMet(figure);
  return [
    figure.path,
    shown(figure.product, figure.unit),
    shown(figure.floor, figure.unit),
    `${ratioOf(figure).toFixed(2)}x`,
    shownTarget(figure.target),
    met === undefined ? '' : met ? 'met' : 'missed',
  ];
}

function shown(values: readonly number[], unit: string): string {
  const range =
    values.length > 1 ? ` [${rounded(Math.min(...values))} - ${rounded(Math.max(...values))}]` : '';
  return `${rounded(median(values))} ${unit}${range}`;
}

function shownTarget(target: Target): string {
  if (target.kind === 'none') return '';
  return `${target.kind === 'at_least' ? '>=' : '<='} ${target.ratio}x`;
}

export function rounded(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
