import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import type { RefundQueries } from '../../../../application/ports/read-models.js';
import { anyTime, refundStatuses } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import type { ExistingPayment, Refund } from '../../../../domain/payment/state.js';
import { refundable } from '../../../../domain/payment/state.js';
import type { PaymentId } from '../../../../domain/shared/ids.js';
import { parsePaymentId, parseRefundId } from '../../../../domain/shared/ids.js';
import { format } from '../../../../domain/shared/money.js';
import { httpTokens } from '../../http-tokens.js';
import { existing } from '../../payment/payment-answers.js';
import { refundOfState } from '../../payment/payment-object.js';
import { idField } from '../../shared/fields.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import type { Table } from './cells.js';
import { amount, idCell, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { minorOf, typedAmount } from './form-fields.js';
import { listPages } from './list-page.js';
import type { Action } from './record-page.js';

const paymentId = idField(parsePaymentId, 'pay');
const refundId = idField(parseRefundId, 're');
const params = z.strictObject({ id: paymentId });
const refundReasons = ['requested_by_customer', 'duplicate', 'fraudulent'] as const;

const at = (id: string) => `/admin/payments/${id}`;

/** Refunds: the list of them, and asking for, approving, rejecting and canceling one on its payment's page. */
@injectable()
export class RefundPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
    @inject(httpTokens.refundQueries) private readonly queries: RefundQueries,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...this.list(area),
      this.request(area),
      this.decision(area, 'approve', 'The refund is approved.'),
      this.decision(area, 'reject', 'The refund is rejected. Nothing was given back.'),
      this.decision(area, 'cancel', 'The refund is canceled.', 'The provider has not answered yet.'),
    ];
  }

  private request(area: ConsoleArea): Page {
    return page(area, {
      method: 'post',
      path: '/admin/payments/:id/refund',
      access: 'refunds:write',
      params,
      form: z.strictObject({
        amount: typedAmount.optional(),
        refund_reason: z.enum(refundReasons).optional(),
        reason: reasonField,
      }),
      back: ({ params: { id } }) => at(id),
      handle: async ({ visitor, params: { id }, form, context }) => {
        const body = {
          payment: id,
          ...(form.amount === undefined ? {} : { amount: await this.minor(id, form.amount) }),
          ...(form.refund_reason === undefined ? {} : { reason: form.refund_reason }),
        };
        const by = { caller: visitor, context, reason: form.reason };
        const answer = await this.ask('POST /v1/refunds', { body }, by);
        const { status: became } = answer.body as { readonly status: string };
        const done = answer.status === 201 ? 'The refund is made.' : 'The refund is on its way.';
        const waits = 'The refund waits until another person approves it.';
        const told = { kind: 'good', text: became === 'requires_approval' ? waits : done } as const;
        return { kind: 'redirect', to: at(id), told };
      },
    });
  }

  private decision(
    area: ConsoleArea,
    name: 'approve' | 'reject' | 'cancel',
    done: string,
    notYet = done,
  ): Page {
    return page(area, {
      method: 'post',
      path: `/admin/payments/:id/refunds/:refund/${name}`,
      access: 'refunds:write',
      params: params.extend({ refund: refundId }),
      form: z.strictObject({ reason: reasonField }),
      back: ({ params: { id } }) => at(id),
      handle: async ({ visitor, params: { id, refund }, form: { reason }, context }) => {
        const by = { caller: visitor, context, reason };
        const asked = { params: { id: refund }, body: { reason } };
        const { status: answered } = await this.ask(`POST /v1/refunds/:id/${name}`, asked, by);
        const told = answered === 202 ? notYet : done;
        return { kind: 'redirect', to: at(id), told: { kind: 'good', text: told } };
      },
    });
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/refunds',
      title: 'Refunds',
      scope: 'refunds:read',
      action: {
        label: 'What waits for approval',
        href: '/admin/refunds?status=requires_approval',
        scope: 'refunds:read',
      },
      cursor: refundId,
      fields: { status: z.enum(refundStatuses).optional(), payment: paymentId.optional() },
      filters: [
        { name: 'status', label: 'Status', options: refundStatuses },
        { name: 'payment', label: 'Payment' },
      ],
      columns: [
        { title: 'Refund' },
        { title: 'Status' },
        { title: 'Amount', amounts: true },
        { title: 'Payment' },
        { title: 'Reason' },
        { title: 'Why it failed' },
        { title: 'Asked by' },
        { title: 'Decided by' },
        { title: 'Created' },
      ],
      load: ({ status: wanted = null, payment = null }, request) =>
        this.queries.list({ ...request, ...anyTime, status: wanted, payment }),
      cells: (row) => [
        idCell(row.id),
        status(row.status),
        amount(row.amount, row.currency),
        idCell(row.payment),
        words(row.reason),
        text(row.failure_reason),
        idCell(row.requested_by),
        idCell(row.decided_by),
        time(row.created_at),
      ],
    });
  }

  private async minor(id: PaymentId, typed: string): Promise<bigint> {
    const { state } = existing(await this.payments.load(id));
    return minorOf(typed, state.details.amount.currency);
  }
}

/** The refunds of a payment, with who decided on them where somebody had to; no table where there are none. */
export function refundsOf(state: ExistingPayment): readonly Table[] {
  if (state.status !== 'captured' || state.refunds.length === 0) return [];
  const ofTwo = state.refunds.some(({ approval }) => approval !== null);
  return [
    {
      caption: 'Refunds',
      columns: [
        { title: 'Refund' },
        { title: 'Status' },
        { title: 'Amount', amounts: true },
        { title: 'Why it failed' },
        ...(ofTwo ? [{ title: 'Asked by' }, { title: 'Decided by' }] : []),
        { title: 'Asked' },
      ],
      rows: state.refunds.map((each) => {
        const refund = refundOfState(state, each, false);
        return [
          idCell(refund.id),
          status(refund.status),
          amount(refund.amount, refund.currency),
          text(refund.failure_reason),
          ...(ofTwo
            ? [idCell(each.approval?.requestedBy ?? null), idCell(each.approval?.decidedBy ?? null)]
            : []),
          time(refund.created_at),
        ];
      }),
    },
  ];
}

function waiting(state: ExistingPayment): readonly Refund[] {
  return state.status === 'captured'
    ? state.refunds.filter((refund) => refund.status === 'requires_approval')
    : [];
}

/** The provider took it on, and is not asked to stop it yet. */
function isStoppable({ status: now, cancelRequestedAt }: Refund): boolean {
  return now === 'pending' && cancelRequestedAt === null;
}

/** Said first on the payment's page; null where nothing of it waits for approval. */
export function whatWaits(state: ExistingPayment, { userId }: Operator): string | null {
  const [first] = waiting(state);
  if (first === undefined) return null;
  const what = `The refund of ${format(first.amount)}`;
  return first.approval?.requestedBy === userId
    ? `${what} waits: you asked for it, so another person has to approve it.`
    : `${what} waits for approval.`;
}

/** What may be done about refunds now, by who is asking. */
export function refundActions(
  id: PaymentId,
  state: ExistingPayment,
  { userId, scopes }: Operator,
): readonly Action[] {
  if (state.status !== 'captured' || !scopes.includes('refunds:write')) return [];
  const decisions = waiting(state).flatMap(({ refundId: refund, amount: asked, approval }) => {
    const to = (name: string) => `${at(id)}/refunds/${refund}/${name}`;
    const own = approval?.requestedBy === userId;
    const approve: Action = {
      title: `Approve the refund of ${format(asked)}`,
      path: to('approve'),
      button: 'Approve',
      note: `${format(asked)} goes back to the customer.`,
    };
    const reject: Action = {
      title: `${own ? 'Take back' : 'Reject'} the refund of ${format(asked)}`,
      path: to('reject'),
      button: own ? 'Take back' : 'Reject',
      danger: true,
    };
    return own ? [reject] : [approve, reject];
  });
  const cancellations = state.refunds.filter(isStoppable).map(
    ({ refundId: refund, amount: asked }): Action => ({
      title: `Cancel the refund of ${format(asked)}`,
      path: `${at(id)}/refunds/${refund}/cancel`,
      button: 'Cancel',
      note: 'The provider stops it only while it waits for something from the customer.',
      danger: true,
    }),
  );
  const started = [...decisions, ...cancellations];
  if (refundable(state).minor <= 0n) return started;
  return [
    ...started,
    {
      title: 'Refund',
      path: `${at(id)}/refund`,
      button: 'Refund',
      note: `${format(refundable(state))} can be given back.`,
      fields: [
        { name: 'amount', label: 'Amount', optional: true, hint: 'All that is left when empty.' },
        { name: 'refund_reason', label: 'For the customer', options: refundReasons, optional: true },
      ],
    },
  ];
}
