import { inject, injectable } from 'inversify';
import { digestWordsIn } from '../../../../application/notification/digest-words.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { DigestQueries, ObjectiveShares } from '../../../../application/ports/digest-queries.js';
import { objectiveNames, promises } from '../../../../application/ports/digest-queries.js';
import type { Share } from '../../../../application/ports/success-figures.js';
import { basisPointsOf, percentText, whole } from '../../../../application/shared/shares.js';
import { later } from '../../../../application/webhook/retry-schedule.js';
import { httpTokens } from '../../http-tokens.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { Cell, Table } from './cells.js';
import { count, status, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { thingAnswer } from './record-page.js';

const dayMs = 86_400_000;
/** They are sums of days: what is added within a minute does not show. */
const sharedForMs = 60_000;
const periods = [
  { title: 'The last 24 hours', ms: dayMs },
  { title: 'The last 7 days', ms: 7 * dayMs },
] as const;
const words = digestWordsIn('en');

/** What the owners promise, how it was kept, and how much may still go wrong: the figures of the weekly mail as they are now. */
@injectable()
export class PromisePages implements PageController {
  readonly pages: readonly Page[];
  /** Of all who look within a minute. */
  #latest: { readonly until: number; readonly answer: Promise<PageAnswer> } | undefined;

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.digestQueries) private readonly queries: Pick<DigestQueries, 'shares'>,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/promises',
        access: 'operations:read',
        handle: () => this.show(),
      }),
    ];
  }

  private show(): Promise<PageAnswer> {
    if (this.#latest === undefined || this.#latest.until <= performance.now()) {
      const answer = this.read();
      this.#latest = { until: performance.now() + sharedForMs, answer };
      answer.catch(() => {
        this.#latest = undefined;
      });
    }
    return this.#latest.answer;
  }

  private async read(): Promise<PageAnswer> {
    const now = this.clock.now();
    const { shares, known } = await this.queries.shares(
      periods.map(({ ms }) => ({ from: later(now, -ms), to: now })),
      now,
    );
    const [lowest, highest] = known.positions;
    return thingAnswer({
      ...{ title: 'Promises', id: null, status: null, figures: [], wide: true },
      facts: [
        { title: 'As of', cell: time(known.asOf) },
        {
          title: 'Position of the log',
          cell: text(lowest === highest ? lowest : `${lowest} to ${highest}`),
        },
      ],
      tables: shares.map((share, place) => tableOf(periods[place]?.title ?? '', share)),
      actions: [],
    });
  }
}

function tableOf(caption: string, shares: ObjectiveShares): Table {
  return {
    caption,
    columns: [
      { title: 'What' },
      { title: 'Promised', amounts: true },
      { title: 'Kept' },
      { title: 'Share', amounts: true },
      { title: 'Good', amounts: true },
      { title: 'Of', amounts: true },
      { title: 'Gone wrong', amounts: true },
      { title: 'May go wrong', amounts: true },
      { title: 'Left of that', amounts: true },
      { title: 'Left out', amounts: true },
    ],
    rows: objectiveNames.map((name) => [
      text(words.objectives[name]),
      text(percentText(promises[name])),
      ...judged(shares[name], promises[name]),
    ]),
  };
}

/** The budget is the part that was not promised, of what there was. */
function judged({ good, total, excluded }: Share, promised: number): readonly Cell[] {
  const bad = total - good;
  const allowed = (total * (whole - promised)) / whole;
  const none = text(null);
  if (total === 0)
    return [text('nothing to judge'), none, count(0), count(0), none, none, none, count(excluded)];
  return [
    status(bad <= allowed ? 'kept' : 'missed'),
    text(percentText(basisPointsOf(good, total))),
    ...[count(good), count(total), count(bad)],
    ...[text(tenths(allowed)), text(tenths(allowed - bad)), count(excluded)],
  ];
}

function tenths(value: number): string {
  return (Math.round(value * 10) / 10).toFixed(1);
}
