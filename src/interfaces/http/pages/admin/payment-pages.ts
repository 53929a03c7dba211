import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import { knownDeclineWords } from '../../../../application/notification/decline-words.js';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { EventStore, RecordedEvent } from '../../../../application/ports/event-store.js';
import type { Notifications } from '../../../../application/ports/notifications.js';
import type { PaymentQueries, PaymentRow } from '../../../../application/ports/read-models.js';
import { paymentStatuses } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import type { ExistingPayment } from '../../../../domain/payment/state.js';
import type { PaymentId } from '../../../../domain/shared/ids.js';
import { parseCustomerId, parseOrderId, parsePaymentId } from '../../../../domain/shared/ids.js';
import { format } from '../../../../domain/shared/money.js';
import { httpTokens } from '../../http-tokens.js';
import { existing } from '../../payment/payment-answers.js';
import { paymentOfState } from '../../payment/payment-object.js';
import { currencyField, idField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi } from '../shared/ask-api.js';
import { formatId } from '../shared/format.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import { actionPage } from './action-page.js';
import type { Cell, Table } from './cells.js';
import { amount, count, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays, minorOf, typedAmount } from './form-fields.js';
import { listPages } from './list-page.js';
import { disputesOf, openDispute } from './payment-disputes.js';
import type { Action } from './record-page.js';
import { recordAnswer } from './record-page.js';
import { collectionOf, paymentRecovery } from './recovery-actions.js';
import { refundActions, refundsOf, whatWaits } from './refund-pages.js';

const paymentId = idField(parsePaymentId, 'pay');
const params = z.strictObject({ id: paymentId });

/** Payments, and all that is done to one but its refunds. */
@injectable()
export class PaymentPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
    @inject(httpTokens.paymentQueries) private readonly queries: PaymentQueries,
    @inject(httpTokens.notifications) private readonly notifications: Notifications,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const act = actionPage(area, ask);
    const at = (id: string) => `/admin/payments/${id}`;
    this.pages = [
      ...this.lists(area),
      page(area, {
        method: 'get',
        path: '/admin/payments/:id',
        access: 'payments:read',
        params,
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      page(area, {
        method: 'post',
        path: '/admin/payments/:id/capture',
        access: 'payments:write',
        params,
        form: z.strictObject({ amount: typedAmount.optional(), reason: reasonField }),
        back: ({ params: { id } }) => at(id),
        handle: async ({ visitor, params: { id }, form, context }) => {
          const body = form.amount === undefined ? {} : { amount: await this.minor(id, form.amount) };
          const by = { caller: visitor, context, reason: form.reason };
          await this.ask('POST /v1/payments/:id/capture', { params: { id }, body }, by);
          return { kind: 'redirect', to: at(id), told: { kind: 'good', text: 'The capture was asked for.' } };
        },
      }),
      act({
        path: '/admin/payments/:id/cancel',
        route: 'POST /v1/payments/:id/cancel',
        access: 'payments:write',
        params,
        done: 'The cancellation was asked for.',
      }),
      act({
        path: '/admin/payments/:id/recover',
        route: 'POST /v1/payments/:id/recover',
        access: 'payments:write',
        params,
        done: 'The payment is what the provider knows of it.',
      }),
    ];
  }

  private lists(area: ConsoleArea): readonly Page[] {
    return [
      ...listPages<PaymentRow, typeof paymentFilters>(area, {
        path: '/admin/payments',
        title: 'Payments',
        scope: 'payments:read',
        cursor: paymentId,
        fields: paymentFilters,
        filters: [
          { name: 'status', label: 'Status', options: paymentStatuses },
          { name: 'customer', label: 'Customer' },
          { name: 'order', label: 'Order' },
          { name: 'currency', label: 'Currency' },
          { name: 'declined', label: 'Declined', options: ['yes'] },
          { name: 'stuck', label: 'Stuck', options: ['yes'] },
          ...createdDayFilters,
        ],
        columns: [
          { title: 'Payment' },
          { title: 'Status' },
          { title: 'Amount', amounts: true },
          { title: 'Captured', amounts: true },
          { title: 'Refunded', amounts: true },
          { title: 'Customer' },
          { title: 'Description' },
          { title: 'Why not' },
          { title: 'Created' },
        ],
        load: (filters, request) => {
          const { status: wanted = null, customer = null, order = null, currency = null } = filters;
          return this.queries.list({
            ...request,
            ...createdIn(filters),
            status: wanted,
            customer,
            order,
            currency,
            ...(filters.declined === undefined ? {} : { declined: true }),
            ...(filters.stuck === undefined ? {} : { stuckAt: this.clock.now() }),
          });
        },
        cells: (row) => [
          idCell(row.id),
          status(row.status),
          amount(row.amount, row.currency),
          amount(row.amount_captured, row.currency),
          amount(row.amount_refunded, row.currency),
          idCell(row.customer),
          text(row.description),
          words(row.last_error?.decline_code ?? row.last_error?.code ?? null),
          time(row.created_at),
        ],
      }),
    ];
  }

  private async show(id: PaymentId, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const { state, revision } = existing(await this.payments.load(id));
    const by = { caller: operator, context, reason: null };
    const collection = await collectionOf(this.ask, state, by);
    const { ask, notifications } = this;
    const recovery = await paymentRecovery({ ask, notifications }, { state, collection }, by);
    const payment = paymentOfState(state, revision, false);
    const { currency, last_error: error } = payment;
    const events = await this.eventStore.readStream(`payment-${id}`);
    const fee = state.status === 'captured' ? state.fee : null;
    return recordAnswer(
      {
        title: 'Payment',
        id,
        status: payment.status,
        trouble:
          error === null
            ? (openDispute(state) ?? whatWaits(state, operator))
            : `${error.message} (${error.decline_code ?? error.code})`,
        advice: recovery.advice,
        figures: [
          { title: 'Amount', cell: amount(payment.amount, currency) },
          { title: 'Authorized', cell: amount(payment.amount_authorized, currency) },
          { title: 'Captured', cell: amount(payment.amount_captured, currency) },
          { title: 'Refunded', cell: amount(payment.amount_refunded, currency) },
          ...(fee === null ? [] : [{ title: 'Fee', cell: amount(fee.fee.minor, fee.fee.currency) }]),
        ],
        facts: [
          { title: 'Customer', cell: idCell(payment.customer) },
          { title: 'Order', cell: idCell(payment.order) },
          { title: 'Invoice', cell: idCell(collection?.invoice ?? null) },
          { title: 'Collection', cell: idCell(collection?.id ?? null) },
          { title: 'Payment plan', cell: planCell(collection) },
          { title: 'Description', cell: text(payment.description) },
          { title: 'Capture', cell: words(payment.capture_method) },
          { title: 'At Stripe', cell: text(payment.provider.payment_intent) },
          { title: 'Created', cell: time(payment.created_at) },
          { title: 'Revision', cell: count(revision) },
          ...Object.entries(payment.metadata).map(([title, value]) => ({ title, cell: text(value) })),
        ],
        tables: [attemptsOf(events), ...refundsOf(state), ...disputesOf(state)],
        actions: [...recovery.actions, ...actionsOf(id, state, operator)],
        stream: `payment-${id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }

  private async minor(id: PaymentId, typed: string): Promise<bigint> {
    const { state } = existing(await this.payments.load(id));
    return minorOf(typed, state.details.amount.currency);
  }
}

const paymentFilters = {
  ...createdDays,
  status: z.enum(paymentStatuses).optional(),
  customer: idField(parseCustomerId, 'cus').optional(),
  order: idField(parseOrderId, 'ord').optional(),
  currency: currencyField.optional(),
  declined: z.literal('yes').optional(),
  stuck: z.literal('yes').optional(),
};

/** A plan stands on the page of its invoice. */
function planCell(collection: Awaited<ReturnType<typeof collectionOf>>): Cell {
  if (collection === null || collection.payment_plan === null) return text(null);
  const label = `${formatId(collection.payment_plan)}, part ${collection.part}`;
  return link(label, `/admin/invoices/${collection.invoice}`);
}

/** Each request to collect, and what came of it. */
function attemptsOf(events: readonly RecordedEvent[]): Table {
  const ends = new Set(['PaymentDeclined', 'PaymentAuthorized', 'PaymentFailed', 'PaymentActionRequired']);
  const rows = events.flatMap((event, place) => {
    if (event.type !== 'PaymentConfirmRequested') return [];
    const after = events.slice(place + 1);
    const next = after.findIndex(({ type }) => type === 'PaymentConfirmRequested');
    const outcomes = (next === -1 ? after : after.slice(0, next)).filter(({ type }) => ends.has(type));
    const end = outcomes.at(-1);
    return [
      [
        time(event.recordedAt),
        text(String(event.data['paymentMethod'] ?? '')),
        status(end === undefined ? 'processing' : outcomeOf(end.type)),
        text(end?.type === 'PaymentDeclined' ? declinedBecause(end.data) : null),
        time(end?.recordedAt ?? null),
      ],
    ];
  });
  return {
    caption: 'Attempts',
    columns: [
      { title: 'Asked' },
      { title: 'Payment method' },
      { title: 'Outcome' },
      { title: 'In plain words' },
      { title: 'Answered' },
    ],
    rows,
  };
}

/** For the code of an issuer that nobody has words for, what the provider says. */
function declinedBecause({ declineCode, code, message }: RecordedEvent['data']): string {
  return (
    knownDeclineWords(String(declineCode), 'en') ?? knownDeclineWords(String(code), 'en') ?? String(message)
  );
}

function outcomeOf(type: string): string {
  if (type === 'PaymentAuthorized') return 'authorized';
  return type === 'PaymentActionRequired' ? 'requires_action' : 'failed';
}

/** What may be done now, by who is asking. */
function actionsOf(id: PaymentId, state: ExistingPayment, operator: Operator): readonly Action[] {
  const at = (name: string) => `/admin/payments/${id}/${name}`;
  const actions = [...refundActions(id, state, operator)];
  const { scopes } = operator;
  if (!scopes.includes('payments:write')) return actions;
  if (state.status === 'authorized') {
    actions.push({
      title: 'Capture',
      path: at('capture'),
      button: 'Capture',
      note: `${format(state.authorized)} is authorized.`,
      fields: [{ name: 'amount', label: 'Amount', optional: true, hint: 'All of it when empty.' }],
    });
  }
  if (['requires_payment_method', 'requires_action', 'processing', 'authorized'].includes(state.status)) {
    actions.push({ title: 'Cancel', path: at('cancel'), button: 'Cancel the payment', danger: true });
  }
  actions.push({
    title: 'Ask the provider',
    path: at('recover'),
    button: 'Recover',
    note: 'Records what Stripe knows of the payment. It moves no money.',
  });
  return actions;
}
