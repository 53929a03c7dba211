import { exponentOf, parseCurrency } from '../../../../domain/shared/currency.js';
import type { Cell, Column } from './cells.js';

/** What a spreadsheet would take for a formula, or for the beginning of one. */
const formula = /^[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]/u;

/** A text is quoted (RFC 4180), and one that a spreadsheet would carry out gets an apostrophe in front. */
export function csvText(value: string): string {
  const inert = formula.test(value) ? `'${value}` : value;
  return `"${inert.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

/** Numbers are numbers by their column, also negative ones; an amount has its currency in a column of its own. */
function csvCells(cell: Cell): readonly string[] {
  switch (cell.kind) {
    case 'money':
      return [decimalOf(cell.minor, cell.currency), csvText(cell.currency)];
    case 'count':
      return [String(cell.count)];
    case 'text':
    case 'link':
      return [csvText(cell.text ?? '')];
    case 'id':
      return [csvText(cell.id)];
    case 'status':
      return [csvText(cell.status)];
    case 'time':
      return [csvText(cell.at)];
    case 'day':
      return [csvText(cell.on)];
  }
}

function decimalOf(minor: bigint, code: string): string {
  const currency = parseCurrency(code);
  const exponent = currency === undefined ? 0 : exponentOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  return `${minor < 0n ? '-' : ''}${whole}${exponent === 0 ? '' : `.${digits.slice(-exponent)}`}`;
}

/** The line of titles; a column of amounts is followed by that of their currency. */
export function csvTitles(columns: readonly Column[]): string {
  const titles = columns.flatMap(({ title, amounts }) =>
    amounts === true ? [csvText(title), csvText(`${title}, currency`)] : [csvText(title)],
  );
  return `${titles.join(',')}\r\n`;
}

export function csvLine(columns: readonly Column[], cells: readonly Cell[]): string {
  const values = cells.flatMap((cell, place) => {
    const isEmptyAmount = columns[place]?.amounts === true && cell.kind === 'text';
    return isEmptyAmount ? ['', '""'] : csvCells(cell);
  });
  return `${values.join(',')}\r\n`;
}
