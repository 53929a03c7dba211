import type { Fact, Party, Picture, Total } from '../../application/document/sheet.js';
import { drawTable } from './draw-table.js';
import type { Box, PageFlow } from './page-flow.js';
import { hairline, lineHeight, tint } from './page-style.js';
import type { TextStyle } from './typesetter.js';

const logoMax = { width: 170, height: 54 };
/** A name or an address of more lines than this is cut: the document is about its figures. */
const partyLinesMax = 14;
const columnGap = 22;
const totalsGap = 8;
const factsGap = 4;

/** Draws all of a sheet but the feet of its pages. */
export function drawSheet(flow: PageFlow): void {
  const { sheet } = flow;
  drawHeading(flow);
  drawParties(flow);
  drawHeadline(flow);
  if (sheet.intro !== null) drawText(flow, sheet.intro);
  const totals = sheet.totals.map((total) => measuredTotal(flow, total));
  const height = totals.reduce((sum, row) => sum + row.height, totalsGap);
  drawTable(flow, sheet.lines, height);
  drawTotals(flow, totals, height);
  for (const { title, table } of sheet.sections) {
    flow.ensure(110);
    flow.y += 22;
    const { sectionTitle } = flow.styles;
    const lines = flow.set.lines(title, sectionTitle, flow.width);
    flow.y = flow.write(lines, sectionTitle, { from: 0, width: flow.width }, flow.y);
    drawTable(flow, table);
  }
  if (sheet.closing.length > 0) flow.y += 20;
  for (const text of sheet.closing) drawText(flow, text);
}

/** Who sends it on one side, what it is on the other. */
function drawHeading(flow: PageFlow): void {
  const { sheet, styles, set, width } = flow;
  const start: Box = { from: 0, width: width * 0.54 };
  const end: Box = { from: width * 0.58, width: width * 0.42 };
  let left = flow.y;
  if (sheet.logo !== null) left += drawLogo(flow, sheet.logo, left);
  else if (sheet.seller.name !== null) {
    const lines = set.lines(sheet.seller.name, styles.sellerName, start.width).slice(0, 3);
    left = flow.write(lines, styles.sellerName, start, flow.y + 3);
  }
  let right = flow.write(
    set.lines(sheet.heading, styles.heading, end.width),
    styles.heading,
    end,
    flow.y - 4,
    'end',
  );
  if (sheet.number !== null) {
    right = flow.write(set.lines(sheet.number, styles.number, end.width), styles.number, end, right, 'end');
  }
  if (sheet.mark !== null) {
    const style = { ...styles.number, weight: 'strong', colour: '#b3261e' } as const;
    right = flow.write(set.lines(sheet.mark, style, end.width), style, end, right, 'end');
  }
  flow.y = Math.max(left, right) + 20;
}

/** As large as its place allows, but not larger than it was drawn for. Answers its height. */
function drawLogo({ pen, leftOf }: PageFlow, logo: Picture, top: number): number {
  const scale = Math.min(logoMax.width / logo.width, logoMax.height / logo.height, 1);
  const [width, height] = [logo.width * scale, logo.height * scale];
  pen.image(Buffer.from(logo.bytes), leftOf({ from: 0, width }), top, { width, height });
  return height;
}

function drawParties(flow: PageFlow): void {
  const { sheet, width } = flow;
  const column = (width - 2 * columnGap) / 3;
  const boxes = [0, 1, 2].map((place): Box => ({ from: place * (column + columnGap), width: column }));
  const [first, second, third] = boxes;
  if (first === undefined || second === undefined || third === undefined) return;
  const top = flow.y;
  const hasSeller = sheet.seller.name !== null || sheet.seller.lines.length > 0;
  const ends = [
    drawParty(flow, sheet.buyer, first, top),
    ...(hasSeller ? [drawParty(flow, sheet.seller, second, top)] : []),
    drawFacts(flow, sheet.facts, third, top),
  ];
  flow.y = Math.max(...ends) + 20;
}

function drawParty(flow: PageFlow, { label, name, lines }: Party, box: Box, top: number): number {
  const { styles, set } = flow;
  let y = flow.write(set.lines(label, styles.label, box.width), styles.label, box, top) + 1;
  if (name !== null) {
    const named = set.lines(name, styles.name, box.width).slice(0, partyLinesMax / 2);
    y = flow.write(named, styles.name, box, y);
  }
  const written = lines.flatMap((line) => set.lines(line, styles.body, box.width)).slice(0, partyLinesMax);
  return flow.write(written, styles.body, box, y);
}

function drawFacts(flow: PageFlow, facts: readonly Fact[], box: Box, top: number): number {
  const { styles, set } = flow;
  const labelsWidth = widthOfLabels(flow, facts, box.width - factsGap);
  const labels: Box = { from: box.from, width: labelsWidth };
  const values: Box = {
    from: box.from + labelsWidth + factsGap,
    width: box.width - labelsWidth - factsGap,
  };
  let y = top;
  for (const { label, value } of facts) {
    const down = (lineHeight(styles.body) - lineHeight(styles.label)) / 2 + 0.4;
    const left = flow.write(set.lines(label, styles.label, labels.width), styles.label, labels, y + down);
    const right = flow.write(set.lines(value, styles.body, values.width), styles.body, values, y, 'end');
    y = Math.max(left, right) + 2.5;
  }
  return y;
}

/**
 * Breaks no word of a label, and no date and no number where there is room; otherwise as few lines as can be, and rather a
 * label in two lines than a value.
 */
function widthOfLabels({ styles, set }: PageFlow, facts: readonly Fact[], width: number): number {
  // A little more than it is, since what is measured in one piece is set in several.
  const widest = (texts: readonly string[], style: TextStyle): number =>
    Math.max(0, ...texts.map((text) => set.line(text, style).width)) + 0.3;
  const names = facts.map(({ label }) => label);
  const values = facts.map(({ value }) => value);
  const words = names.flatMap((name) => name.split(' '));
  const least = widest(words, styles.label);
  const linesOf = (labels: number): number =>
    facts.reduce((count, { label, value }) => {
      const beside = set.lines(value, styles.body, width - labels).length;
      return count + Math.max(set.lines(label, styles.label, labels).length, beside);
    }, 0);
  const figures = values.filter((value) => /\p{Nd}/u.test(value));
  const broken = (labels: number): number =>
    figures.filter((value) => widest([value], styles.body) > width - labels).length;
  const wanted = [
    width - widest(values, styles.body),
    width - widest(figures, styles.body),
    widest(names, styles.label),
    width * 0.43,
  ];
  const [best = least] = wanted
    .map((each) => Math.min(Math.max(each, least), width * 0.6))
    .toSorted((a, b) => broken(a) - broken(b) || linesOf(a) - linesOf(b));
  return best;
}

function drawHeadline(flow: PageFlow): void {
  const { sheet, styles, set, width } = flow;
  if (sheet.headline === null) return;
  const { amount, note } = sheet.headline;
  const written = set.line(amount, styles.headline);
  const height = lineHeight(styles.headline) + 14;
  flow.fill({ from: 0, width }, flow.y, height, tint(sheet.accent, 0.07));
  flow.fill({ from: 0, width: 3 }, flow.y, height, sheet.accent);
  const inner: Box = { from: 14, width: width - 28 };
  flow.write([written], styles.headline, inner, flow.y + 7);
  const from = 14 + written.width + 12;
  const beside: Box = { from, width: Math.max(width - from - 14, 60) };
  const noted = set.lines(note, styles.note, beside.width).slice(0, 1);
  // On the baseline of the amount beside it.
  const down = 7 + (styles.headline.size - styles.note.size) * 1.06;
  flow.write(noted, styles.note, beside, flow.y + down);
  flow.y += height + 16;
}

function drawText(flow: PageFlow, text: string): void {
  const { styles, set, width } = flow;
  const box: Box = { from: 0, width: width * 0.82 };
  for (const line of set.lines(text, styles.body, box.width)) {
    flow.ensure(lineHeight(styles.body));
    flow.y = flow.write([line], styles.body, box, flow.y);
  }
  flow.y += 8;
}

/** Under the amounts that they sum, all on one page where a page can hold them. */
function drawTotals(flow: PageFlow, rows: readonly ReturnType<typeof measuredTotal>[], height: number): void {
  const widest = Math.max(0, ...rows.map(({ value }) => value.width));
  flow.ensure(Math.min(height, flow.pageHeight));
  flow.y += totalsGap;
  for (const { weight, style, label, value, padding, height: rowHeight } of rows) {
    flow.ensure(rowHeight);
    const box = totalsBox(flow);
    if (weight === 'strong') flow.fill(box, flow.y, 0.6, hairline);
    if (weight === 'grand') flow.fill(box, flow.y, 1.2, flow.sheet.accent);
    flow.write(label, style, box, flow.y + padding);
    const figures: Box = { from: box.from + box.width - widest, width: widest };
    flow.write([value], style, figures, flow.y + padding, 'right');
    flow.y += rowHeight;
  }
}

function totalsBox({ width }: PageFlow): Box {
  return { from: width * 0.44, width: width * 0.56 };
}

function measuredTotal(flow: PageFlow, total: Total) {
  const { styles, set } = flow;
  const style = { plain: styles.total, strong: styles.totalStrong, grand: styles.totalGrand }[total.weight];
  const { width } = totalsBox(flow);
  const value = set.line(total.value, style);
  const label = set.lines(total.label, style, Math.max(width - value.width - 14, width * 0.3));
  const padding = { plain: 2.6, strong: 4, grand: 6 }[total.weight];
  const height = Math.max(1, label.length) * lineHeight(style) + 2 * padding;
  return { weight: total.weight, style, label, value, padding, height };
}
