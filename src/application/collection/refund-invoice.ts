import type { InvoiceCommandOf, RefundSource } from '../../domain/invoice/commands.js';
import { requestInvoiceRefund } from '../../domain/invoice/refunding.js';
import type { InvoiceRejection } from '../../domain/invoice/rejections.js';
import type {
  Application,
  InvoiceRefund,
  InvoiceState,
  IssuedInvoice,
  RefundPart,
} from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import type { ExistingPayment, Refund } from '../../domain/payment/state.js';
import { refundable, refundedAlone } from '../../domain/payment/state.js';
import type {
  CreditId,
  HoldId,
  InvoiceId,
  InvoiceRefundId,
  ManualPaymentId,
} from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, money, sum, zero } from '../../domain/shared/money.js';
import type { Person } from '../../domain/shared/person.js';
import type { RefundReason } from '../../domain/shared/refund-reason.js';
import { invoiceRefundIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { refundIdOf } from '../payment/payment-ids.js';
import type { RefundRule } from '../payment/refund-rule.js';
import { planIdOf } from '../plan/plan-ids.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { GiveBack } from '../policies/give-back.js';
import { keptCreditIdOf } from '../policies/kept-credit.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { PaymentGateway } from '../ports/payment-gateway.js';
import { Contention } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { RunPayment } from './card-driver.js';
import { createRefundCardPart } from './refund-card-part.js';

type RefundRequest = {
  readonly invoiceId: InvoiceId;
  /** Minor units of the invoice's currency; null for all that was paid and has not gone back. */
  readonly amount: bigint | null;
  readonly refundReason: RefundReason | null;
  readonly by: Person;
};

/** What goes back to one tender. Of a card, the refund tells how far it is; all else is with the customer. */
export type GivenBack = { readonly applicationId: string; readonly amount: Money } & (
  | {
      readonly kind: 'card';
      readonly payment: ExistingPayment;
      /** Null where the payment had no more to give. */
      readonly refund: Refund | null;
      /** Why there is none; null where there is. */
      readonly refusedAs: string | null;
    }
  | { readonly kind: 'credit'; readonly holdId: HoldId }
  | { readonly kind: 'manual'; readonly manualPaymentId: ManualPaymentId; readonly creditId: CreditId }
);

export type RefundedInvoice =
  | {
      readonly outcome: 'given_back';
      readonly invoiceRefundId: InvoiceRefundId;
      /** The last one applied is the first. */
      readonly parts: readonly GivenBack[];
    }
  | { readonly outcome: 'rejected'; readonly rejection: InvoiceRejection }
  /** Another person has to approve what goes back to cards, which is not to be had so; nothing was recorded. */
  | { readonly outcome: 'holder_required' | 'refund_reason_required' }
  /** The provider would not take a card's part; nothing was recorded. */
  | { readonly outcome: 'amount_refused'; readonly code: string; readonly message: string };

/**
 * Gives back what an invoice was paid with: the tender that was applied last first, or all in proportion where the plan says so.
 * The whole is recorded in the invoice's stream before any part is carried out; what this does not come to, a policy does. The same command id gives the same back.
 * @throws Contention when the invoice changes all the time
 */
export type RefundInvoice = (request: RefundRequest, metadata: EventMetadata) => Promise<RefundedInvoice>;

type Asked = {
  readonly outcome: 'asked';
  readonly invoice: IssuedInvoice;
  readonly refund: InvoiceRefund;
};

const attemptsMax = 5;

export function createRefundInvoice(parts: {
  readonly invoices: Pick<InvoiceOperations, 'load' | 'run'>;
  readonly plans: Pick<PlanHandler, 'load'>;
  readonly payments: RunPayment;
  readonly gateway: Pick<PaymentGateway, 'refuseAmount' | 'stepOf'>;
  readonly giveBack: GiveBack;
  readonly refundRule: RefundRule;
  readonly clock: Clock;
}): RefundInvoice {
  const { invoices, plans, payments, gateway, giveBack, refundRule, clock } = parts;
  const refundCardPart = createRefundCardPart({ invoices, payments, clock });

  return async (request, metadata) => {
    const asked = await ask(request, metadata);
    if (asked.outcome !== 'asked') return asked;
    const given: GivenBack[] = [];
    for (const part of asked.refund.parts) {
      given.push(await carryOut(asked.invoice, asked.refund, part, metadata));
    }
    return { outcome: 'given_back', invoiceRefundId: asked.refund.invoiceRefundId, parts: given };
  };

  /** Decides at the revision that the payments were looked up for, so that the parts are what was checked. */
  async function ask(
    { invoiceId, amount, refundReason, by }: RefundRequest,
    metadata: EventMetadata,
  ): Promise<Asked | Exclude<RefundedInvoice, { readonly outcome: 'given_back' }>> {
    const invoiceRefundId = invoiceRefundIdOf(metadata.commandId);
    const sharedOut = async (state: InvoiceState) => ({
      amount: amount === null || state.status === 'absent' ? null : money(amount, state.details.currency),
      sources: isIssued(state)
        ? await Promise.all(state.applications.map((one) => sourceOf(one, invoiceRefundId)))
        : [],
    });
    const { state: plan } = await plans.load(planIdOf(invoiceId));
    const order =
      plan.status === 'absent'
        ? 'last_payment_first'
        : (plan.details.terms.refundOrder ?? 'last_payment_first');
    const saysWhy = refundReason !== null || metadata.reason !== null;
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const known = await invoices.load(invoiceId);
      const begun = askedIn(known.state, invoiceRefundId);
      // A repeat goes on with what was recorded, whatever there would be to share out now.
      if (begun !== undefined) return begun;
      const command: InvoiceCommandOf<'RequestInvoiceRefund'> = {
        type: 'RequestInvoiceRefund',
        ...{ at: clock.now(), invoiceRefundId, refundReason, requestedBy: null },
        ...(await sharedOut(known.state)),
        order,
      };
      const toCards = cardPartsOf(known.state, command);
      const refused = refusalOf(toCards);
      if (refused !== null) return refused;
      const second = await secondPersonFor(toCards, known.state, { by, saysWhy });
      if (second.outcome !== 'settled') return second;
      const { requestedBy } = second;
      const options = { known, ifRevision: known.revision };
      const handled = await invoices.run(invoiceId, { ...command, requestedBy }, metadata, options);
      if (handled.outcome === 'rejected') return { outcome: 'rejected', rejection: handled.rejection };
      const recorded = askedIn(handled.state, invoiceRefundId);
      if (recorded !== undefined) return recorded;
    }
    throw new Contention(`${invoiceId} changed ${attemptsMax} times while its refund was shared out`);
  }

  /** Of a card, no more goes back than nobody has asked for yet. */
  async function sourceOf(
    { applicationId, tender }: Application,
    invoiceRefundId: InvoiceRefundId,
  ): Promise<RefundSource> {
    if (tender.kind !== 'card') {
      return { applicationId, reversalId: `${invoiceRefundId} of ${applicationId}`, atMost: null, step: 1n };
    }
    const { state } = await payments.load(tender.paymentId);
    if (state.status === 'absent') throw new Error(`there is no payment ${tender.paymentId}`);
    const reversalId = refundIdOf(
      commandIdOf('part of invoice refund', `${invoiceRefundId} of ${applicationId}`),
    );
    const atMost = state.status === 'captured' ? refundable(state) : zero(state.details.amount.currency);
    const { currency } = state.details.amount;
    return { applicationId, reversalId, atMost, step: gateway.stepOf(currency) };
  }

  /** What the provider would not take is refused before anything is recorded. */
  function refusalOf(toCards: readonly Money[]) {
    for (const amount of toCards) {
      const refusal = gateway.refuseAmount(amount, 'refund');
      if (refusal !== null) return { outcome: 'amount_refused', ...refusal } as const;
    }
    return null;
  }

  /**
   * What goes back to all cards counts together, with what one person has given back of them before: all of it takes two
   * people, or none of it does. What becomes credit leaves nobody's hands.
   */
  async function secondPersonFor(
    toCards: readonly Money[],
    invoice: InvoiceState,
    { by, saysWhy }: { readonly by: Person; readonly saysWhy: boolean },
  ) {
    const [first] = toCards;
    const rule = first === undefined ? null : refundRule({ by, currency: first.currency, saysWhy });
    const alone = { outcome: 'settled', requestedBy: null } as const;
    if (rule === null || !isIssued(invoice)) return alone;
    const before = await Promise.all(
      invoice.applications.map(async ({ tender }) => {
        const paid = tender.kind === 'card' ? (await payments.load(tender.paymentId)).state : null;
        return paid?.status === 'captured' ? refundedAlone(paid) : zero(rule.from.currency);
      }),
    );
    const total = sum(rule.from.currency, [...toCards, ...before]);
    if (compare(total, rule.from) < 0) return alone;
    if (by.holder === null) return { outcome: 'holder_required' } as const;
    if (!saysWhy) return { outcome: 'refund_reason_required' } as const;
    return { outcome: 'settled', requestedBy: by.holder } as const;
  }

  async function carryOut(
    { details: { invoiceId, customerId } }: IssuedInvoice,
    { refundReason, requestedBy }: InvoiceRefund,
    part: RefundPart,
    metadata: EventMetadata,
  ): Promise<GivenBack> {
    const { applicationId, reversalId, tender, amount } = part;
    const metadataOf = (step: string): EventMetadata => ({
      ...metadata,
      commandId: commandIdOf(`refund of invoice, ${step} ${applicationId}`, metadata.commandId),
    });
    const of = { applicationId, amount };
    switch (tender.kind) {
      case 'card': {
        const { paymentId } = tender;
        const asked = { invoiceId, paymentId, refundReason, requestedBy, part };
        const refunded = await refundCardPart(asked, metadataOf);
        return { kind: 'card', ...of, ...refunded };
      }
      case 'credit':
        await giveBack({ customerId, applicationId, reversalId, tender, amount }, metadataOf);
        return { ...tender, ...of };
      case 'manual':
        await giveBack({ customerId, applicationId, reversalId, tender, amount }, metadataOf);
        return { ...tender, ...of, creditId: keptCreditIdOf(reversalId) };
    }
  }
}

/** What would go back to each card; nothing where the invoice refuses. */
function cardPartsOf(
  state: InvoiceState,
  command: InvoiceCommandOf<'RequestInvoiceRefund'>,
): readonly Money[] {
  const decision = requestInvoiceRefund(state, command);
  if (decision.outcome === 'rejected') return [];
  return decision.events
    .flatMap((event) => (event.type === 'InvoiceRefundRequested' ? event.parts : []))
    .flatMap(({ tender, amount }) => (tender.kind === 'card' ? [amount] : []));
}

function askedIn(invoice: InvoiceState, invoiceRefundId: InvoiceRefundId): Asked | undefined {
  if (!isIssued(invoice)) return undefined;
  const refund = invoice.refunds.find((one) => one.invoiceRefundId === invoiceRefundId);
  return refund && { outcome: 'asked', invoice, refund };
}
