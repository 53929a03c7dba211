import { z } from 'zod';
import type { planObject } from '../../plan/plan-object.js';
import { planParams } from '../../plan/plans.schemas.js';
import { milestoneName } from '../../plan/terms.schemas.js';
import { refused } from '../../shared/problem.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import type { ConsoleArea } from './console-area.js';
import { minorOf, typedDate, typedWhole } from './form-fields.js';
import type { Action } from './record-page.js';

type Plan = ReturnType<typeof planObject>;

/** What changes a plan; which of it a plan may is for its decider to say. */
export function planActionPages(area: ConsoleArea, ask: AskApi): readonly Page[] {
  const act = actionPage(area, ask);
  const common = (name: string, route = name) =>
    ({
      path: `/admin/plans/:id/${name}`,
      route: `POST /v1/payment_plans/:id/${route}`,
      access: 'plans:write',
      params: planParams,
    }) as const;
  const currencyOf = async (id: string, by: Asker) =>
    ((await ask('GET /v1/payment_plans/:id', { params: { id } }, by)).body as Plan).currency;
  return [
    act({
      ...common('prepay'),
      body: { parts: typedWhole.optional() },
      bodyOf: ({ parts }) => (parts === undefined ? {} : { parts }),
      done: 'They are due now.',
    }),
    act({
      ...common('skip', 'reschedule'),
      body: { part: typedWhole, to: typedDate.optional() },
      bodyOf: ({ part, to }) => ({ action: 'skip', part, ...(to === undefined ? {} : { to }) }),
      reasonInBody: true,
      done: 'The part is moved.',
    }),
    act({
      ...common('replan', 'reschedule'),
      body: { parts: z.string().max(20_000) },
      bodyOf: async ({ parts }, id, by) => ({
        action: 'replan',
        parts: partsTyped(parts, await currencyOf(id, by)),
      }),
      reasonInBody: true,
      done: 'What is open is arranged anew.',
    }),
    act({
      ...common('milestone', 'milestones'),
      body: { name: milestoneName },
      done: 'What waited for it is due.',
    }),
    act({ ...common('pause'), reasonInBody: true, done: 'No date counts until the plan goes on.' }),
    act({ ...common('resume'), reasonInBody: true, done: 'Dates count again.' }),
    act({ ...common('cancel'), reasonInBody: true, done: 'Nothing more is asked for by this plan.' }),
  ];
}

/**
 * A part a line: an amount, or `rest`, and the day that it is due on or the milestone that it waits for.
 * @throws Refused with the first line that is none
 */
function partsTyped(typed: string, currency: string) {
  return typed.split('\n').map((line) => {
    const [, amount, due] = /^\s*(rest|\d[\d.]*)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (amount === undefined || due === undefined) {
      throw refused('invalid_request', {
        detail: `"${line}" is not like "250.00 2027-01-31" or "rest delivery".`,
      });
    }
    return {
      amount: amount === 'rest' ? { kind: 'rest' } : { kind: 'fixed', amount: minorOf(amount, currency) },
      due: /^\d{4}-\d{2}-\d{2}$/.test(due) ? { kind: 'date', on: due } : { kind: 'milestone', name: due },
    };
  });
}

/** What its decider allows of a plan in its status. */
export function actionsOfPlan({ id, status, parts, terms, paused_on: pausedOn }: Plan): readonly Action[] {
  if (status === 'completed' || status === 'canceled') return [];
  const at = (name: string) => `/admin/plans/${id}/${name}`;
  const open = parts.filter((part) => part.status !== 'settled');
  const milestones = [...new Set(open.flatMap(({ milestone }) => milestone ?? []))];
  const later = open.filter((part) => part.status === 'scheduled').map(({ part }) => String(part));
  const skip: Action = {
    ...{ title: 'Move a part behind the last', path: at('skip'), button: 'Move it' },
    fields: [
      { name: 'part', label: 'Part', options: later },
      { name: 'to', label: 'To', type: 'date', hint: "The plan's next month if not said", optional: true },
    ],
  };
  const reach: Action = {
    ...{ title: 'A milestone is reached', path: at('milestone'), button: 'It is reached' },
    fields: [
      { name: 'name', label: 'Milestone', options: milestones.map((value) => ({ value, label: value })) },
    ],
  };
  return [
    {
      ...{ title: 'Prepay', path: at('prepay'), button: 'Make them due now' },
      fields: [
        { name: 'parts', label: 'How many of the next parts', hint: 'All if not said', optional: true },
      ],
    },
    ...(milestones.length > 0 ? [reach] : []),
    ...(later.length > 0 && terms.skips_max > 0 ? [skip] : []),
    {
      ...{ title: 'Arrange anew what is open', path: at('replan'), button: 'Arrange it' },
      fields: [
        {
          ...{ name: 'parts', label: 'Parts, one a line', type: 'lines' },
          hint: 'Such as "250.00 2027-01-31", "rest 2027-02-28" or "rest delivery".',
        },
      ],
    },
    pausedOn === null
      ? {
          ...{ title: 'Pause', path: at('pause'), button: 'Let no date count' },
          note: 'As while the invoice is disputed: nothing falls due, is missed or costs a late fee.',
        }
      : {
          ...{ title: 'Go on', path: at('resume'), button: 'Let dates count again' },
          note: `Dates that had not come on ${pausedOn} move by the days since then.`,
        },
    {
      ...{ title: 'Cancel', path: at('cancel'), button: 'Ask for nothing more', danger: true },
      note: 'The page says then what of the money paid can go back.',
    },
  ];
}
