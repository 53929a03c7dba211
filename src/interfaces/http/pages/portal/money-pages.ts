import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { CreditHandler } from '../../../../application/credit/credit-agenda.js';
import { declineWords } from '../../../../application/notification/decline-words.js';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import type {
  CreditQueries,
  PaymentQueries,
  PaymentRow,
  RefundQueries,
} from '../../../../application/ports/read-models.js';
import { firstPage } from '../../../../application/ports/read-models.js';
import type { PaymentId } from '../../../../domain/shared/ids.js';
import { parsePaymentId } from '../../../../domain/shared/ids.js';
import { walletOf } from '../../credit/credit-object.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { idField } from '../../shared/fields.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { nothingHere, pageAfter } from './portal-area.js';

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
        handle: ({ visitor }) => this.showPlans(visitor),
      }),
      page(area, {
        method: 'get',
        path: '/portal/credits',
        access: 'signed_in',
        handle: ({ visitor }) => this.showCredit(visitor),
      }),
    ];
  }

  private async showPayments({ customerId }: SignedIn, after: PaymentId | undefined): Promise<PageAnswer> {
    if (after !== undefined) {
      const { state } = await this.payments.load(after);
      if (state.status === 'absent' || state.details.customerId !== customerId) throw nothingHere();
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
    const next = found.hasMore ? (found.rows.at(-1)?.id ?? null) : null;
    return { kind: 'page', template: '/portal/payments', title: 'Payments', data: { rows, next } };
  }

  private async refundsOf(payment: string) {
    const { rows } = await this.refundQueries.list({ ...pageAfter(undefined, 100), payment, status: null });
    return rows;
  }

  private async showPlans({ customerId }: SignedIn): Promise<PageAnswer> {
    const { rows } = await this.plans.list({
      ...pageAfter(undefined, 50),
      ...{ status: null, customer: customerId, order: null, invoice: null },
    });
    return { kind: 'page', template: '/portal/plans', title: 'Plans', data: { rows } };
  }

  private async showCredit({ customerId }: SignedIn): Promise<PageAnswer> {
    const { state } = await this.credits.load(customerId);
    const { balances } = walletOf(customerId, state, this.clock.now(), this.settings.livemode);
    const grants = await this.creditQueries.list({
      ...pageAfter(undefined, 50),
      ...{ customer: customerId, status: null, type: null, currency: null, expiresLte: null },
    });
    const page = firstPage(50);
    const moves = await this.creditQueries.transactions(customerId, page);
    const data = { balances, grants: grants.rows, moves: moves.rows };
    return { kind: 'page', template: '/portal/credits', title: 'Credit', data };
  }
}
