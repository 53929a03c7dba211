import { parseCurrency } from '../../domain/shared/currency.js';
import type { CountedAmount, DailyFigures } from '../ports/digest-queries.js';
import type { Share } from '../ports/success-figures.js';
import { moneyText } from '../shared/money-text.js';
import { basisPointsOf, percentText, whole } from '../shared/shares.js';
import type { DigestWords } from './digest-words.js';
import { digestWordsIn } from './digest-words.js';
import type { FiguresFact, ToldObjective } from './notice-kinds.js';

/** Lines of a label and what stands against it. */
export type FigureTable = {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
};

type Reader = { readonly locale: string; readonly language: string };
type Rows = FigureTable['rows'];

/** Figures as an operator reads them. Every share says of how many it is, and what was left out of it. */
export function figureTables(fact: FiguresFact, reader: Reader): readonly FigureTable[] {
  const words = digestWordsIn(reader.language);
  const tables =
    'daily' in fact
      ? dailyTables(fact.daily, words, reader)
      : objectiveTables(fact.objectives, words, reader);
  return tables.map(([title, rows]) => ({ title, rows: rows.length === 0 ? [[words.none, '–']] : rows }));
}

type Titled = readonly [title: string, rows: Rows];

function dailyTables(figures: DailyFigures, words: DigestWords, reader: Reader): readonly Titled[] {
  const { titles, labels, statuses } = words;
  const { outcomes, webhooks, inDoubt } = figures;
  const number = (count: number): string => numberText(count, reader.locale);
  const amount = (counted: CountedAmount): string => amountText(counted, reader.locale);
  const ended = outcomes.succeeded + outcomes.failed;
  const first = outcomes.firstSucceeded + outcomes.firstFailed;
  const tried = webhooks.handled + webhooks.failed;
  const part = (good: number, whole: number): string =>
    words.of(partText(good, whole, reader.locale), number(good), number(whole));
  const doubt = inDoubt.since === null ? '' : `, ${words.since(inDoubt.since)}`;
  return [
    [titles.payments, figures.payments.map((each): Rows[number] => [statuses[each.status], amount(each)])],
    [
      titles.outcomes,
      [
        [labels.succeeded, part(outcomes.succeeded, ended)],
        [labels.first, part(outcomes.firstSucceeded, first)],
        [labels.later, part(outcomes.succeeded - outcomes.firstSucceeded, ended - first)],
        [labels.unfinished, number(outcomes.unfinished)],
        [labels.unanswered, number(outcomes.unanswered)],
      ],
    ],
    [
      titles.declines,
      figures.declines.map(({ reason, count }): Rows[number] => [reason.replaceAll('_', ' '), number(count)]),
    ],
    [titles.refunds, figures.refunds.map((each): Rows[number] => [statuses[each.status], amount(each)])],
    [
      titles.look,
      [
        [labels.stuck, number(figures.stuck)],
        [labels.inDoubt, `${number(inDoubt.count)}${doubt}`],
      ],
    ],
    [
      titles.alerts,
      figures.alerts.map(({ rule, openedAt, closedAt }): Rows[number] => [
        rule.replaceAll('_', ' '),
        `${words.opened(openedAt)}, ${closedAt === null ? words.stillOpen : words.closed(closedAt)}`,
      ]),
    ],
    [
      titles.due,
      [
        ...figures.overdue.map((each): Rows[number] => [labels.overdue, amount(each)]),
        ...figures.dueToday.map((each): Rows[number] => [labels.dueToday, amount(each)]),
      ],
    ],
    [
      titles.webhooks,
      [
        [labels.webhooksFailed, part(webhooks.failed, tried)],
        [labels.webhooksWaiting, number(webhooks.waiting)],
        [labels.webhooksDismissed, number(webhooks.dismissed)],
      ],
    ],
  ];
}

function objectiveTables(
  objectives: readonly ToldObjective[],
  words: DigestWords,
  reader: Reader,
): readonly Titled[] {
  const table = (title: string, shareOf: (objective: ToldObjective) => Share): Titled => [
    title,
    objectives.map((objective) => {
      const promised = words.promised(percentText(objective.promised, reader.locale));
      return [
        `${words.objectives[objective.name]} (${promised})`,
        shareText(shareOf(objective), objective.promised, words, reader.locale),
      ];
    }),
  ];
  return [
    table(words.titles.objectives, ({ share }) => share),
    table(words.titles.before, ({ before }) => before),
  ];
}

/** How a promise was kept: the share, and how much of what may go wrong has gone wrong. */
function shareText(
  { good, total, excluded }: Share,
  promised: number,
  words: DigestWords,
  locale: string,
): string {
  const left = excluded === 0 ? [] : [words.excluded(numberText(excluded, locale))];
  if (total === 0) return [words.nothing, ...left].join('\n');
  const bad = total - good;
  const allowed = (total * (whole - promised)) / whole;
  const budget = {
    bad: numberText(bad, locale),
    allowed: numberText(allowed, locale),
    left: numberText(allowed - bad, locale),
  };
  return [
    words.of(partText(good, total, locale), numberText(good, locale), numberText(total, locale)),
    bad <= allowed ? words.kept(budget) : words.missed(budget),
    ...left,
  ].join('\n');
}

function amountText({ count, minor, currency: code }: CountedAmount, locale: string): string {
  const currency = parseCurrency(code);
  if (currency === undefined) throw new TypeError(`${code} is no currency`);
  return `${numberText(count, locale)} × ${code}: ${moneyText({ minor: BigInt(minor), currency }, locale)}`;
}

function numberText(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);
}

function partText(part: number, of: number, locale: string): string {
  return of === 0 ? '–' : percentText(basisPointsOf(part, of), locale);
}
