import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';
import type { ObjectiveName } from '../ports/digest-queries.js';
import type { Share } from '../ports/success-figures.js';
import type { LinkVariable, NoticeFacts, ToldObjective } from './notice-kinds.js';

/** What a preview is filled with: one fact for each variable that any kind may name. */
export const exampleFacts: NoticeFacts = {
  amount: { amount: '123450', currency: 'EUR' },
  paid_on: { instant: '2026-11-01T09:30:00.000Z' },
  due_on: { date: '2026-12-01' },
  expires_on: { instant: '2026-12-31T22:59:59.000Z' },
  reference: { text: 'INV-2026-000042' },
  number: { text: 'INV-2026-000042' },
  part: { text: '2' },
  reason: { declined: 'insufficient_funds' },
  card: { text: 'visa •••• 4242' },
  expires: { text: '12/2026' },
  minutes: { text: '15' },
  payment: { text: 'pay_0193f1a0-0000-7000-8000-000000000001' },
  dispute: { text: 'dp_1Example' },
  dispute_reason: { text: 'product not received' },
  evidence_due: { instant: '2026-11-10T23:59:59.000Z' },
  day: { date: '2026-11-02' },
  first_day: { date: '2026-10-26' },
  last_day: { date: '2026-11-01' },
  as_of: { text: '2026-11-03T06:00:00.000Z' },
  position: { text: '48210' },
  figures: {
    daily: {
      payments: [
        { status: 'succeeded', currency: 'EUR', count: 195, minor: '975000' },
        { status: 'requires_payment_method', currency: 'EUR', count: 5, minor: '21000' },
        { status: 'succeeded', currency: 'JPY', count: 3, minor: '12000' },
      ],
      outcomes: {
        succeeded: 198,
        failed: 5,
        firstSucceeded: 190,
        firstFailed: 3,
        unfinished: 4,
        unanswered: 1,
      },
      declines: [
        { reason: 'insufficient_funds', count: 3 },
        { reason: 'expired_card', count: 2 },
      ],
      refunds: [{ status: 'succeeded', currency: 'EUR', count: 2, minor: '4200' }],
      stuck: 1,
      inDoubt: { count: 1, since: exampleInstant('2026-11-03T05:58:00.000Z') },
      alerts: [
        {
          rule: 'payment_success',
          openedAt: exampleInstant('2026-11-02T14:05:00.000Z'),
          closedAt: exampleInstant('2026-11-02T15:10:00.000Z'),
        },
      ],
      overdue: [{ currency: 'EUR', count: 2, minor: '83000' }],
      dueToday: [{ currency: 'EUR', count: 1, minor: '12000' }],
      webhooks: { handled: 412, failed: 1, waiting: 0, dismissed: 0 },
    },
  },
  objectives: {
    objectives: [
      exampleObjective('payment_success', 9_500, [1_386, 1_421, 35], [1_290, 1_330, 41]),
      exampleObjective('prompt_answer', 9_500, [1_370, 1_380, 41], [1_281, 1_290, 40]),
      exampleObjective('webhook_success', 9_900, [2_884, 2_890, 0], [2_700, 2_700, 0]),
      exampleObjective('uptime', 9_990, [10_060, 10_080, 0], [10_080, 10_080, 0]),
    ],
  },
};

/** They lead nowhere. */
export const exampleLinks: Readonly<Record<LinkVariable, string>> = {
  pay_link: 'https://pay.example/pay/example',
  portal_link: 'https://pay.example/portal',
  console_link: 'https://pay.example/admin',
  sign_in_link: 'https://pay.example/portal/sign-in/example',
};

function exampleInstant(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new RangeError(`${text} is no instant`);
  return instant;
}

type Numbers = readonly [good: number, total: number, excluded: number];

function exampleObjective(
  name: ObjectiveName,
  promised: number,
  week: Numbers,
  earlier: Numbers,
): ToldObjective {
  const share = ([good, total, excluded]: Numbers): Share => ({ good, total, excluded });
  return { name, promised, share: share(week), before: share(earlier) };
}
