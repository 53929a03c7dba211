import type { Column, Row, Table } from '../../application/document/sheet.js';
import type { Box, PageFlow } from './page-flow.js';
import { hairline, lineHeight } from './page-style.js';
import type { Line, TextStyle } from './typesetter.js';

const gap = 12;
const padding = 4.5;
/** Figures shrink before words are left without room. */
const scales = [1, 0.9, 0.8, 0.7, 0.6, 0.5];
/** The least share of the width that the growing column gets. */
const wordsMin = 0.3;
/** No other column is wider than this share, however long a word of it is. */
const columnMax = 0.34;

type Sizing = { readonly boxes: readonly Box[]; readonly scale: number };

/** One line of text in each cell: a row is broken between pages only between its bands. */
type Band = { readonly cells: readonly (Line | undefined)[]; readonly style: TextStyle };

/** The last row of a table is kept with what follows, unless it is higher than this. */
const keptMax = 80;

/**
 * Draws a table over as many pages as it takes, with its head on each of them.
 * @param after height of what belongs to its last row
 */
export function drawTable(flow: PageFlow, table: Table, after = 0): void {
  const sizing = sizeColumns(flow, table);
  const head = bandsOf(flow, headStyle(flow, sizing), sizing, table.columns, labelsOf(table));
  const [first] = table.rows;
  const firstHeight = first === undefined ? 0 : heightOf(rowBands(flow, sizing, table.columns, first));
  flow.ensure(heightOf(head) + Math.min(firstHeight, flow.pageHeight / 2));
  drawHead(flow, table.columns, sizing, head);
  const page = flow.pageHeight - heightOf(head);
  for (const row of table.rows) {
    const bands = rowBands(flow, sizing, table.columns, row);
    const height = heightOf(bands);
    const kept = row === table.rows.at(-1) && height <= keptMax ? height + after : height;
    // A row that fits on a page is not torn apart.
    const room = [kept, height].find((wanted) => wanted <= page) ?? lineHeight(flow.styles.cell) * 3;
    if (flow.ensure(room)) drawHead(flow, table.columns, sizing, head);
    drawRow(flow, table.columns, sizing, bands, head);
  }
}

function labelsOf({ columns }: Table): readonly string[] {
  return columns.map(({ label }) => label);
}

function headStyle({ styles }: PageFlow, { scale }: Sizing): TextStyle {
  return { ...styles.columnHead, size: styles.columnHead.size * Math.max(scale, 0.8) };
}

function drawHead(
  flow: PageFlow,
  columns: readonly Column[],
  { boxes }: Sizing,
  head: readonly Band[],
): void {
  flow.y += padding;
  for (const band of head) drawBand(flow, columns, boxes, band);
  flow.y += padding;
  flow.fill({ from: 0, width: flow.width }, flow.y - 1, 1, flow.sheet.accent);
}

function drawRow(
  flow: PageFlow,
  columns: readonly Column[],
  sizing: Sizing,
  bands: readonly Band[],
  head: readonly Band[],
): void {
  flow.y += padding;
  for (const band of bands) {
    if (flow.ensure(lineHeight(band.style) + padding)) {
      drawHead(flow, columns, sizing, head);
      flow.y += padding;
    }
    drawBand(flow, columns, sizing.boxes, band);
  }
  flow.y += padding;
  flow.fill({ from: 0, width: flow.width }, flow.y - 0.5, 0.5, hairline);
}

function drawBand(
  flow: PageFlow,
  columns: readonly Column[],
  boxes: readonly Box[],
  { cells, style }: Band,
): void {
  for (const [place, line] of cells.entries()) {
    const [box, column] = [boxes[place], columns[place]];
    if (line === undefined || box === undefined || column === undefined) continue;
    flow.write([line], style, box, flow.y, column.align === 'end' ? 'right' : 'start');
  }
  flow.y += lineHeight(style);
}

function heightOf(bands: readonly Band[]): number {
  return bands.reduce((sum, { style }) => sum + lineHeight(style), 2 * padding);
}

function rowBands(flow: PageFlow, sizing: Sizing, columns: readonly Column[], row: Row): readonly Band[] {
  const { cell, detail } = flow.styles;
  return [
    ...bandsOf(flow, cell, sizing, columns, row.cells),
    ...row.details.flatMap((cells) => bandsOf(flow, detail, sizing, columns, cells)),
  ];
}

function bandsOf(
  { set }: PageFlow,
  style: TextStyle,
  { boxes, scale }: Sizing,
  columns: readonly Column[],
  texts: readonly string[],
): readonly Band[] {
  const cells = texts.map((text, place) => {
    const width = boxes[place]?.width ?? 0;
    const scaled = columns[place]?.align === 'end' ? { ...style, size: style.size * scale } : style;
    return set.lines(text, scaled, width).map((line) => resized(line, scaled, style));
  });
  const count = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: count }, (_, at) => ({ cells: cells.map((lines) => lines[at]), style }));
}

/** A line of smaller figures among words of the usual size. */
function resized(line: Line, drawn: TextStyle, usual: TextStyle): Line {
  return drawn.size === usual.size ? line : { ...line, size: drawn.size };
}

function sizeColumns(flow: PageFlow, table: Table): Sizing {
  const gaps = gap * (table.columns.length - 1);
  for (const scale of scales) {
    const natural = table.columns.map((column, place) =>
      column.grows ? 0 : naturalWidth(flow, table, column, place, scale),
    );
    const taken = natural.reduce((sum, width) => sum + width, 0);
    const rest = flow.width - gaps - taken;
    if (rest >= flow.width * wordsMin || scale === scales.at(-1)) {
      return { boxes: boxesOf(table.columns, natural, Math.max(rest, flow.width * 0.12)), scale };
    }
  }
  throw new RangeError('a table has no scale');
}

function naturalWidth(flow: PageFlow, table: Table, column: Column, place: number, scale: number): number {
  const { set, styles, width } = flow;
  const scaled = (style: TextStyle): TextStyle =>
    column.align === 'end' ? { ...style, size: style.size * scale } : style;
  const of = (text: string | undefined, style: TextStyle) =>
    text === undefined || text === '' ? 0 : set.line(text, scaled(style)).width;
  const head = set.line(column.label, styles.columnHead).width;
  const widths = table.rows.flatMap(({ cells, details }) => [
    of(cells[place], styles.cell),
    ...details.map((detail) => of(detail[place], styles.detail)),
  ]);
  const widest = Math.max(Math.min(head, width * 0.16), ...widths) + 0.5;
  return column.align === 'end' ? widest : Math.min(widest, width * columnMax);
}

function boxesOf(columns: readonly Column[], natural: readonly number[], rest: number): readonly Box[] {
  let from = 0;
  return columns.map(({ grows }, place) => {
    const width = grows ? rest : (natural[place] ?? 0);
    const box = { from, width };
    from += width + gap;
    return box;
  });
}
