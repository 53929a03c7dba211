import type { PageLabel, Sheet } from '../../application/document/sheet.js';
import type { Styles } from './page-style.js';
import {
  bandHeight,
  baselineIn,
  lineHeight,
  margin,
  paperSizes,
  stylesOf,
  tint,
  topMargin,
} from './page-style.js';
import type { Line, Pen, TextStyle, Typesetter } from './typesetter.js';

/** A place on the page by its distance from where reading begins, the same for both directions. */
export type Box = { readonly from: number; readonly width: number };

/** Figures stand at the right in every direction of reading, so that their decimals stand below each other. */
type Align = 'start' | 'end' | 'right';

/** Writes down a document's pages, from their top to their bottom. */
export type PageFlow = {
  readonly sheet: Sheet;
  readonly styles: Styles;
  readonly set: Typesetter;
  readonly pen: Pen;
  /** Between the margins. */
  readonly width: number;
  /** How far down the page it has come. */
  y: number;
  /** Where the foot begins. */
  readonly bottom: number;
  /** The height that a page without anything offers. */
  readonly pageHeight: number;
  /** Begins a page unless so much fits; true if it did. */
  ensure(height: number): boolean;
  /** Draws lines below each other in a box, from `top`; answers where they end. */
  write(lines: readonly Line[], style: TextStyle, box: Box, top: number, align?: Align): number;
  /** A filled rectangle. */
  fill(box: Box, top: number, height: number, colour: string): void;
  /** The left end of a box. */
  leftOf(box: Box): number;
};

/** Height of what stands at the top of the second page and those after it. */
const runningHeight = 22;
const footerLineMax = 6;

export function createPageFlow(pen: Pen, sheet: Sheet, set: Typesetter): PageFlow {
  const styles = stylesOf(sheet.accent);
  const [paperWidth, paperHeight] = paperSizes[sheet.paper];
  const width = paperWidth - 2 * margin;
  const footerLines = Math.min(sheet.footer.length, footerLineMax);
  const footHeight = 34 + Math.max(1, footerLines) * lineHeight(styles.footer);
  const bottom = paperHeight - footHeight;
  const rtl = sheet.direction === 'rtl';

  const flow: PageFlow = {
    sheet,
    styles,
    set,
    pen,
    width,
    y: topMargin,
    bottom,
    pageHeight: bottom - topMargin - runningHeight,
    ensure(height) {
      if (flow.y + height <= bottom) return false;
      begin();
      running();
      return true;
    },
    leftOf: ({ from, width: wide }) => (rtl ? paperWidth - margin - from - wide : margin + from),
    write(lines, style, box, top, align = 'start') {
      const left = flow.leftOf(box);
      const atRight = align === 'right' || rtl === (align === 'start');
      let y = top;
      for (const line of lines) {
        const x = atRight ? left + box.width - line.width : left;
        set.draw(line, style, x, y + baselineIn(style));
        y += lineHeight(style);
      }
      return y;
    },
    fill(box, top, height, colour) {
      pen.rect(flow.leftOf(box), top, box.width, height).fill(colour);
    },
  };

  function begin(): void {
    pen.addPage({ size: [paperWidth, paperHeight], margin: 0 });
    pen.rect(0, 0, paperWidth, bandHeight).fill(sheet.accent);
    if (sheet.mark !== null) stamp(sheet.mark);
    flow.y = topMargin;
  }

  /** What a page that was torn off belongs to. */
  function running(): void {
    const { number, heading, seller } = sheet;
    const half: Box = { from: 0, width: width / 2 };
    const named = number === null ? heading : `${heading} ${number}`;
    const top = flow.y - 8;
    flow.write(
      set.lines(seller.name ?? '', styles.running, half.width).slice(0, 1),
      styles.running,
      half,
      top,
    );
    const end: Box = { from: width / 2, width: width / 2 };
    flow.write(set.lines(named, styles.running, end.width).slice(0, 1), styles.running, end, top, 'end');
    flow.y += runningHeight;
  }

  /** Large letters from corner to corner, below everything else. */
  function stamp(mark: string): void {
    const probe: TextStyle = { size: 100, weight: 'strong', colour: tint('#b3261e', 0.1) };
    const { width: wide } = set.line(mark, probe);
    const style = { ...probe, size: Math.min(130, (100 * paperWidth * 0.82) / Math.max(wide, 1)) };
    const line = set.line(mark, style);
    pen.save();
    pen.rotate(-38, { origin: [paperWidth / 2, paperHeight / 2] });
    set.draw(line, style, (paperWidth - line.width) / 2, paperHeight / 2 + style.size / 3);
    pen.restore();
  }

  begin();
  return flow;
}

/** The foot of every page, once it is known how many there are. */
export function drawFeet(flow: PageFlow): void {
  const { pen, sheet, styles, set, width } = flow;
  const { start, count } = pen.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    pen.switchToPage(start + page);
    const top = flow.bottom + 10;
    flow.fill({ from: 0, width }, top, 0.6, tint('#1d2530', 0.16));
    const label = labelled(sheet.pageLabel, page + 1, count);
    const end: Box = { from: width - 110, width: 110 };
    flow.write(set.lines(label, styles.footer, end.width).slice(0, 1), styles.footer, end, top + 5, 'end');
    const words: Box = { from: 0, width: width - 130 };
    let y = top + 5;
    for (const text of sheet.footer.slice(0, footerLineMax)) {
      y = flow.write(set.lines(text, styles.footer, words.width).slice(0, 1), styles.footer, words, y);
    }
  }
}

function labelled({ text, figures }: PageLabel, page: number, pages: number): string {
  const counted = (count: number) =>
    count.toString().replace(/\d/g, (figure) => figures[Number(figure)] ?? figure);
  return text.replace('{page}', () => counted(page)).replace('{pages}', () => counted(pages));
}
