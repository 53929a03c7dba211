import { parseCurrency } from '../../domain/shared/currency.js';
import { parseInstant } from '../../domain/shared/instant.js';
import type { NoticeWords } from '../ports/notice-templates.js';
import { moneyText } from '../shared/money-text.js';
import type { Zone } from '../shared/zones.js';
import { declineWords } from './decline-words.js';
import type { FigureTable } from './digest-tables.js';
import { figureTables } from './digest-tables.js';
import { fill, oneLine } from './fill-words.js';
import type { LinkVariable, NoticeFact, NoticeFacts, NoticeKind } from './notice-kinds.js';
import { linksOf } from './notice-kinds.js';
import { phrasesIn } from './words-of-notices.js';

/** Of a mail, each piece on its own: a paragraph of text, a link that is shown as a button, or a table. */
type Piece = { readonly text: string } | { readonly label: string; readonly url: string } | FigureTable;

/** A notice in words, before it has a look. */
export type WrittenNotice = {
  readonly language: string;
  readonly subject: string;
  readonly pieces: readonly Piece[];
};

export type Reader = {
  /** Null where the customer has none. */
  readonly name: string | null;
  /** BCP 47 */
  readonly locale: string;
  readonly language: string;
  readonly zone: Zone;
};

/** Puts the facts of a notice into words that a person reads. A link that there is none of is left out with its line. */
export function writeNotice(
  kind: NoticeKind,
  words: NoticeWords,
  parts: {
    readonly facts: NoticeFacts;
    readonly links: Partial<Readonly<Record<LinkVariable, string>>>;
    readonly reader: Reader;
    readonly businessName: string;
  },
): WrittenNotice {
  const { facts, links, reader, businessName } = parts;
  const phrases = phrasesIn(reader.language);
  const values = new Map([
    ...Object.entries(facts).map(([name, fact]) => [name, factText(fact, reader)] as const),
    ['customer_name', oneLine(reader.name ?? phrases.customer)],
    ['business_name', oneLine(businessName)],
  ]);
  const linkMarks = linksOf(kind);
  const pieces = words.body.split(/\n\s*\n/).flatMap((paragraph): readonly Piece[] => {
    const only = /^\s*\{\{\s*([a-z_]+)\s*\}\}\s*$/.exec(paragraph)?.[1];
    const link = linkMarks.find((name) => name === only);
    if (link !== undefined) {
      const url = links[link];
      return url === undefined ? [] : [{ label: phrases[link], url }];
    }
    const fact = only === undefined || !Object.hasOwn(facts, only) ? undefined : facts[only];
    if (fact !== undefined && ('daily' in fact || 'objectives' in fact)) return figureTables(fact, reader);
    // A link within a sentence is written out.
    for (const name of linkMarks) values.set(name, links[name] ?? '');
    const text = fill(paragraph, values)
      .replaceAll(/[ \t]+([,.])/g, '$1')
      .trim();
    return text === '' ? [] : [{ text }];
  });
  return { language: reader.language, subject: oneLine(fill(words.subject, values)), pieces };
}

/** The plain text part of a mail. */
export function plainText({ pieces }: WrittenNotice): string {
  return `${pieces.map(pieceText).join('\n\n')}\n`;
}

function pieceText(piece: Piece): string {
  if ('text' in piece) return piece.text;
  if ('url' in piece) return `${piece.label}:\n${piece.url}`;
  return [
    piece.title,
    ...piece.rows.map(([label, value]) => `  ${label}: ${value.replaceAll('\n', '\n    ')}`),
  ].join('\n');
}

function factText(fact: NoticeFact, { locale, language, zone }: Reader): string {
  if ('text' in fact) return oneLine(fact.text);
  // Figures have a place of their own, and no words within a sentence.
  if ('daily' in fact || 'objectives' in fact) return '';
  if ('declined' in fact) return declineWords(fact.declined, language);
  if ('date' in fact) return dayText(new Date(`${fact.date}T00:00:00Z`), locale, 'UTC');
  if ('instant' in fact) return dayText(new Date(parseInstant(fact.instant) ?? fact.instant), locale, zone);
  const currency = parseCurrency(fact.currency);
  if (currency === undefined) throw new TypeError(`${fact.currency} is no currency`);
  return moneyText({ minor: BigInt(fact.amount), currency }, locale);
}

function dayText(day: Date, locale: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(day);
}
