import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentState, Refund } from '../../../src/domain/payment/state.js';
import {
  at,
  decline,
  details,
  intent,
  observe,
  refundId,
  refundNews,
  requestRefund,
  usd,
} from '../../support/payment-examples.js';

/** Where a payment goes from each of its states; staying is not written down. */
const table: Readonly<Record<PaymentState['status'], readonly PaymentState['status'][]>> = {
  absent: ['confirming', 'requires_payment_method'],
  requires_payment_method: [
    'authorized',
    'canceled',
    'canceling',
    'captured',
    'confirming',
    'processing',
    'requires_action',
  ],
  // The provider's answer may be any; only its definite refusal is a failure.
  confirming: [
    'authorized',
    'canceled',
    'captured',
    'failed',
    'processing',
    'requires_action',
    'requires_payment_method',
  ],
  requires_action: [
    'authorized',
    'canceled',
    'canceling',
    'captured',
    'processing',
    'requires_payment_method',
  ],
  processing: ['authorized', 'canceled', 'canceling', 'captured', 'requires_payment_method'],
  authorized: ['canceled', 'canceling', 'captured', 'capturing'],
  capturing: ['authorized', 'canceled', 'captured'],
  // A refused cancellation leads back to where it was asked for.
  canceling: [
    'authorized',
    'canceled',
    'captured',
    'processing',
    'requires_action',
    'requires_payment_method',
  ],
  captured: [],
  canceled: [],
  failed: [],
};
const ends: readonly PaymentState['status'][] = ['captured', 'canceled', 'failed'];

/** The same of each of its refunds; one that succeeded may still fail at the bank. */
const refundTable: Readonly<Record<'absent' | Refund['status'], readonly Refund['status'][]>> = {
  absent: ['requested', 'requires_approval'],
  requires_approval: ['rejected', 'requested'],
  rejected: [],
  requested: ['canceled', 'failed', 'pending', 'refused', 'succeeded'],
  pending: ['canceled', 'failed', 'succeeded'],
  succeeded: ['canceled', 'failed'],
  failed: [],
  canceled: [],
  refused: [],
};
const refundEnds: readonly string[] = ['succeeded', 'failed', 'canceled', 'rejected', 'refused'];

const statuses = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const;
const refundStatuses = ['pending', 'requires_action', 'succeeded', 'failed', 'canceled'] as const;
const refusal = { code: 'refused', message: 'No.' };
const [ann, bob] = [
  { actor: 'key_1', holder: 'ann' },
  { actor: 'key_2', holder: 'bob' },
];

/** Everything that can happen to one payment with one refund, as far as it may matter for where it goes. */
const alphabet: readonly PaymentCommand[] = [
  ...[null, 'pm_card_visa'].map((confirmWith) => ({
    type: 'CreatePayment' as const,
    at,
    details,
    confirmWith,
  })),
  { type: 'ConfirmPayment', at, paymentMethod: 'pm_card_visa' },
  { type: 'CapturePayment', at, amount: null },
  { type: 'CancelPayment', at },
  ...statuses.flatMap((status) => [observe(intent(status)), observe(intent(status), 1)]),
  ...[1, 2].map((attempt) => observe(intent('requires_payment_method', { decline: decline() }), attempt)),
  ...[true, false].map((final) => ({
    type: 'RecordConfirmRefused' as const,
    at,
    attempt: 1,
    refusal,
    final,
  })),
  { type: 'RecordCaptureRefused', at, refusal },
  { type: 'RecordCancelRefused', at, refusal },
  requestRefund(1, 2000),
  {
    type: 'RequestRefund',
    at,
    refundId: refundId(1),
    amount: usd(2000),
    refundReason: null,
    secondPerson: { by: ann, from: usd(1), saysWhy: true },
  },
  { type: 'ApproveRefund', at, refundId: refundId(1), by: bob },
  { type: 'RejectRefund', at, refundId: refundId(1), by: bob },
  { type: 'CancelRefund', at, refundId: refundId(1), by: bob },
  { type: 'RecordRefundRefused', at, refundId: refundId(1), refusal },
  { type: 'RecordRefundCancelRefused', at, refundId: refundId(1), refusal },
  ...refundStatuses.map((status) => refundNews(1, status, 2000)),
];

/** What a state is for this search: where the payment and its refund stand, and what a command may depend on beside it. */
function nameOf(state: PaymentState): string {
  if (state.status === 'absent') return 'absent';
  const under = state.status === 'canceling' ? state.from.status : '';
  const { intentId, lastDecline } = state.attempts;
  const canceling = state.status === 'captured' ? state.refunds[0]?.cancelRequestedAt : null;
  return [state.status, under, refundOf(state), canceling, intentId, lastDecline?.code].join('|');
}

function refundOf(state: PaymentState): 'absent' | Refund['status'] {
  return (state.status === 'captured' ? state.refunds[0]?.status : undefined) ?? 'absent';
}

type Node = { readonly state: PaymentState; readonly next: Set<string> };

/** Every state that any sequence of these commands leads to, each with those one command further. */
function explore(): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>([['absent', { state: payment.initialState, next: new Set() }]]);
  // A map goes on to what is added while it is walked through.
  for (const { state, next } of nodes.values()) {
    for (const command of alphabet) {
      const decision = payment.decide(state, command);
      if (decision.outcome === 'rejected') continue;
      const after = decision.events.reduce(payment.evolve, state);
      next.add(nameOf(after));
      if (!nodes.has(nameOf(after))) nodes.set(nameOf(after), { state: after, next: new Set() });
    }
  }
  return nodes;
}

/** Which label leads to which, over all that was explored. */
function edges<L extends string>(
  nodes: ReadonlyMap<string, Node>,
  labels: readonly L[],
  labelOf: (state: PaymentState) => L,
): Readonly<Record<string, readonly string[]>> {
  const found = new Map<L, Set<L>>(labels.map((label) => [label, new Set<L>()]));
  for (const { state, next } of nodes.values()) {
    for (const name of next) {
      const to = labelOf((nodes.get(name) as Node).state);
      if (to !== labelOf(state)) found.get(labelOf(state))?.add(to);
    }
  }
  return Object.fromEntries([...found].map(([label, to]) => [label, [...to].sort()]));
}

/** The names of what cannot come to an end any more, whatever happens. */
function stuck(nodes: ReadonlyMap<string, Node>, isEnd: (state: PaymentState) => boolean): readonly string[] {
  const ending = new Set([...nodes].filter(([, { state }]) => isEnd(state)).map(([name]) => name));
  for (let before = -1; before !== ending.size; ) {
    before = ending.size;
    for (const [name, { next }] of nodes) if ([...next].some((to) => ending.has(to))) ending.add(name);
  }
  return [...nodes.keys()].filter((name) => !ending.has(name));
}

describe('the table of a payment’s states', () => {
  let nodes: ReadonlyMap<string, Node>;
  beforeAll(() => {
    nodes = explore();
  });

  it('is this one, and every state of it is reached', () => {
    const labels = Object.keys(table) as PaymentState['status'][];
    expect(new Set([...nodes.values()].map(({ state }) => state.status))).toEqual(new Set(labels));
    expect(edges(nodes, labels, ({ status }) => status)).toEqual(table);
  });

  it('leads from every state to an end, and from no end back', () => {
    expect(stuck(nodes, ({ status }) => ends.includes(status))).toEqual([]);
    for (const end of ends) expect(table[end]).toEqual([]);
  });

  it('is this one for a refund, and every state of it is reached', () => {
    const labels = Object.keys(refundTable) as (keyof typeof refundTable)[];
    const captured = new Map([...nodes].filter(([, { state }]) => state.status === 'captured'));
    expect(new Set([...captured.values()].map(({ state }) => refundOf(state)))).toEqual(new Set(labels));
    expect(edges(captured, labels, refundOf)).toEqual(refundTable);
  });

  it('leads from every refund that was asked for to an end', () => {
    const asked = new Map([...nodes].filter(([, { state }]) => refundOf(state) !== 'absent'));
    expect(stuck(asked, (state) => refundEnds.includes(refundOf(state)))).toEqual([]);
  });
});
