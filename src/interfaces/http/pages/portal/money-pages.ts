import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { CreditHandler } from '../../../../application/credit/credit-agenda.js';
import { declineWords } from '../../../../application/notification/decline-words.js';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import type { PlanHandler } from '../../../../application/plan/plan-tasks.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import type {
  CreditQueries,
  PaymentQueries,
  PaymentRow,
  RefundQueries,
} from '../../../../application/ports/read-models.js';
import { UnknownCursor } from '../../../../application/ports/read-models.js';
import type { CustomerId, PaymentId, PlanId } from '../../../../domain/shared/ids.js';
import { parseCreditId, parsePaymentId, parsePlanId } from '../../../../domain/shared/ids.js';
import { walletOf } from '../../credit/credit-object.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { idField } from '../../shared/fields.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { mustBeOwn, nothingHere, pageAfter } from './portal-area.js';

/** What a payment's status means to whoever paid. */
const paymentWords: Readonly<Record<PaymentRow['status'], string>> = {
  requires_payment_method: 'Did not go through',
  requires_action: 'Waits for your bank',
  processing: 'On its way',
  authorized: 'Held on your card',
  succeeded: 'Paid',
  partially_refunded: 'Paid, and partly refunded',
  refunded: 'Refunded',
  failed: 'Did not go through',
  canceled: 'Canceled',
};

const creditQuery = z.strictObject({
  after: idField(parseCreditId, 'crd').optional(),
  moves_after: z
    .string()
    .regex(/^[0-9a-f-]{36}\/\d{1,4}$/)
    .optional(),
});

/** Payments with their refunds, plans with their parts, and credit. */
@injectable()
export class MoneyPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
    @inject(httpTokens.paymentQueries) private readonly paymentQueries: PaymentQueries,
    @inject(httpTokens.refundQueries) private readonly refundQueries: RefundQueries,
    @inject(httpTokens.planHandler) private readonly planHandler: PlanHandler,
    @inject(httpTokens.planQueries) private readonly plans: PlanQueries,
    @inject(httpTokens.creditHandler) private readonly credits: CreditHandler,
    @inject(httpTokens.creditQueries) private readonly creditQueries: CreditQueries,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/portal/payments',
        access: 'signed_in',
        query: z.strictObject({ after: idField(parsePaymentId, 'pay').optional() }),
        handle: ({ visitor, query }) => this.showPayments(visitor, query.after),
      }),
      page(area, {
        method: 'get',
        path: '/portal/plans',
        access: 'signed_in',
        query: z.strictObject({ after: idField(parsePlanId, 'plan').optional() }),
        handle: ({ visitor, query }) => this.showPlans(visitor, query.after),
      }),
      page(area, {
        method: 'get',
        path: '/portal/credits',
        access: 'signed_in',
        query: creditQuery,
        handle: ({ visitor, query }) => this.showCredit(visitor, query),
      }),
    ];
  }

  private async showPayments(visitor: SignedIn, after: PaymentId | undefined): Promise<PageAnswer> {
    const { customerId } = visitor;
    if (after !== undefined) {
      const { state } = await this.payments.load(after);
      mustBeOwn(visitor, state.status === 'absent' ? null : state.details.customerId);
    }
    const found = await this.paymentQueries.list({
      ...pageAfter(after),
      ...{ status: null, customer: customerId, order: null, currency: null },
    });
    const rows = await Promise.all(
      found.rows.map(async (row) => ({
        ...row,
        // A card that was declined ends its payment here, and another one begins another.
        words: paymentWords[row.status === 'canceled' && row.last_error !== null ? 'failed' : row.status],
        why:
          row.last_error === null
            ? null
            : declineWords(row.last_error.decline_code ?? row.last_error.code, 'en'),
        refunds: row.amount_captured > 0n ? await this.refundsOf(row.id) : [],
      })),
    );
    const next = nextOf(found.rows, found.hasMore);
    return { kind: 'page', template: '/portal/payments', title: 'Payments', data: { rows, next } };
  }

  private async refundsOf(payment: string) {
    const { rows } = await this.refundQueries.list({ ...pageAfter(undefined, 100), payment, status: null });
    // What another person here has not approved is no promise to the customer.
    return rows.filter(({ status }) => status !== 'requires_approval' && status !== 'rejected');
  }

  private async showPlans(visitor: SignedIn, after: PlanId | undefined): Promise<PageAnswer> {
    if (after !== undefined) {
      const { state } = await this.planHandler.load(after);
      mustBeOwn(visitor, state.status === 'absent' ? null : state.details.customerId);
    }
    const { rows, hasMore } = await this.plans.list({
      ...pageAfter(after),
      ...{ status: null, customer: visitor.customerId, order: null, invoice: null },
    });
    const next = nextOf(rows, hasMore);
    return { kind: 'page', template: '/portal/plans', title: 'Plans', data: { rows, next } };
  }

  private async showCredit(
    visitor: SignedIn,
    { after, moves_after: movesAfter }: z.output<typeof creditQuery>,
  ): Promise<PageAnswer> {
    const { customerId } = visitor;
    if (after !== undefined) mustBeOwn(visitor, await this.creditQueries.findCustomer(after));
    const { state } = await this.credits.load(customerId);
    const { balances } = walletOf(customerId, state, this.clock.now(), this.settings.livemode);
    const grants = await this.creditQueries.list({
      ...pageAfter(after),
      ...{ customer: customerId, status: null, type: null, currency: null, expiresLte: null },
    });
    const moves = await this.movesAfter(customerId, movesAfter);
    const data = {
      ...{ balances, grants: grants.rows, moves: moves.rows },
      after: after ?? null,
      nextGrants: nextOf(grants.rows, grants.hasMore),
      movesAfter: movesAfter ?? null,
      nextMoves: nextOf(moves.rows, moves.hasMore),
    };
    return { kind: 'page', template: '/portal/credits', title: 'Credit', data };
  }

  private async movesAfter(customerId: CustomerId, after: string | undefined) {
    try {
      return await this.creditQueries.transactions(customerId, pageAfter(after));
    } catch (error) {
      if (error instanceof UnknownCursor) throw nothingHere();
      throw error;
    }
  }
}

/** Where the next page of a list begins; null on its last one. */
function nextOf(rows: readonly { readonly id: string }[], hasMore: boolean): string | null {
  return hasMore ? (rows.at(-1)?.id ?? null) : null;
}
