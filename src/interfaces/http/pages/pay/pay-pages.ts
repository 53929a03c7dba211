import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type {
  CollectionHandler,
  CollectionRunner,
} from '../../../../application/collection/collection-runner.js';
import type { GiveUpCollection } from '../../../../application/collection/give-up-collection.js';
import type { StartCollection } from '../../../../application/collection/start-collection.js';
import type { CreditHandler } from '../../../../application/credit/credit-agenda.js';
import type { CustomerOperations } from '../../../../application/customer/customer-effects.js';
import type { InvoiceOperations } from '../../../../application/invoice/invoice-operations.js';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import { askedNow } from '../../../../application/plan/asked-now.js';
import { planIdOf } from '../../../../application/plan/plan-ids.js';
import type { PlanHandler } from '../../../../application/plan/plan-tasks.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { CustomerProfiles } from '../../../../application/ports/customer-profiles.js';
import type { EventMetadata } from '../../../../application/ports/event-store.js';
import type { Links } from '../../../../application/ports/links.js';
import type { PaymentGateway } from '../../../../application/ports/payment-gateway.js';
import type { PaymentMethodVault } from '../../../../application/ports/payment-method-vault.js';
import { inPreferredOrder } from '../../../../domain/customer/payment-methods.js';
import type { IssuedInvoice } from '../../../../domain/invoice/state.js';
import { claimOn, isIssued, payableOf } from '../../../../domain/invoice/state.js';
import { parseInvoiceId } from '../../../../domain/shared/ids.js';
import { isZero, subtract } from '../../../../domain/shared/money.js';
import { cardPaymentsOf } from '../../collection/card-payments.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import type { Attempts } from '../../payment/card-testing.js';
import { refused } from '../../shared/problem.js';
import { cardText } from '../shared/card-text.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { simulatedBankPage, simulatedCardPage, stripeSources } from './card-entry.js';
import { invoiceView } from './invoice-view.js';
import { createPayArea } from './pay-area.js';
import { createPayState, dueChanged } from './pay-state.js';
import { createPayTenders } from './pay-tenders.js';

const params = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) });
const methodField = z.string().regex(/^pm_\w{1,250}$/);

/** Of an invoice that is paid in parts: what is due of it now, or all that is left. */
const whatField = z.enum(['due', 'all']);

const minorField = z.string().regex(/^\d{1,19}$/);
const payForm = z.strictObject({
  payment_method: methodField.optional(),
  use_credit: z.literal('yes').optional(),
  what: whatField.optional(),
  /** What the page showed as the amount, and as all that is left: they decide nothing, and are compared. */
  due: minorField,
  left: minorField,
});

const shownQuery = z.object({
  payment_method: methodField.optional(),
  back: z.literal('bank').optional(),
  what: whatField.optional(),
});

/** Nobody looks for what a link of somebody else's leads to: all of these are one answer. */
const linkGone = () =>
  refused('resource_missing', { detail: 'This link leads nowhere. Ask whoever sent it for a new one.' });

/** The page on which whoever has its link pays an invoice. What is to be paid is the invoice's business, and nothing that is sent here. */
@injectable()
export class PayPages implements PageController {
  readonly pages: readonly Page[];
  readonly #state: ReturnType<typeof createPayState>;
  readonly #tenders: ReturnType<typeof createPayTenders>;

  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.links) private readonly links: Links,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.planHandler) private readonly plans: PlanHandler,
    @inject(httpTokens.collectionHandler) collections: CollectionHandler,
    @inject(httpTokens.startCollection) private readonly start: StartCollection,
    @inject(httpTokens.advanceCollection) private readonly advance: CollectionRunner['advance'],
    @inject(httpTokens.giveUpCollection) private readonly giveUp: GiveUpCollection,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
    @inject(httpTokens.paymentGateway) gateway: PaymentGateway,
    @inject(httpTokens.paymentMethodVault) private readonly vault: PaymentMethodVault,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.customerProfiles) private readonly records: CustomerProfiles,
    @inject(httpTokens.creditHandler) credits: CreditHandler,
    @inject(httpTokens.attempts) private readonly attempts: Attempts,
  ) {
    this.#state = createPayState({ collections, payments, gateway, clock });
    this.#tenders = createPayTenders({ credits, gateway, clock });
    const area = createPayArea(settings.businessName);
    this.pages = [
      page(area, {
        method: 'get',
        path: '/pay',
        access: 'anyone',
        handle: () => {
          throw refused('resource_missing', {
            detail: 'Open the link that you were sent: each invoice has its own.',
          });
        },
      }),
      page(area, {
        method: 'get',
        path: '/pay/:token',
        access: 'anyone',
        params,
        // What a provider's page adds on the way back is not ours to refuse.
        query: shownQuery,
        handle: ({ params: { token }, query, context }) => this.show(token, query, context),
      }),
      page(area, {
        method: 'post',
        path: '/pay/:token',
        access: 'anyone',
        params,
        form: payForm,
        back: ({ params: { token } }) => `/pay/${token}`,
        handle: ({ params: { token }, form, context }) => this.pay(token, form, context),
      }),
      page(area, {
        method: 'post',
        path: '/pay/:token/cancel',
        access: 'anyone',
        params,
        back: ({ params: { token } }) => `/pay/${token}`,
        handle: ({ params: { token }, context }) => this.cancel(token, context),
      }),
    ];
  }

  /** @throws Refused where a link leads nowhere, or is over */
  private async invoiceOf(token: string): Promise<IssuedInvoice> {
    const link = await this.links.look('pay', token);
    if (link === undefined) throw linkGone();
    if (link.expiresAt <= this.clock.now()) {
      throw refused('link_expired', {
        detail: 'This link is too old. Ask whoever sent it for a new one; nothing was paid by opening it.',
      });
    }
    const id = parseInvoiceId(link.target);
    const { state } = await this.invoices.load(id ?? '');
    if (id === undefined || !isIssued(state)) throw linkGone();
    return state;
  }

  private async show(
    token: string,
    { payment_method: given, back, what }: z.output<typeof shownQuery>,
    context: PageContext,
  ): Promise<PageAnswer> {
    const invoice = await this.upToDate(token, context);
    const view = invoiceView(invoice);
    if (invoice.status !== 'open' || isZero(view.due)) {
      return { kind: 'page', template: '/pay/settled', title: titleOf(invoice), data: { invoice: view } };
    }
    const { amount, asked } = await this.askedOf(invoice, what);
    const all = asked !== null && what === 'all';
    const here = `${context.origin}/pay/${token}`;
    const state = await this.#state.payStateOf(invoice);
    const { cardEntry } = this.settings;
    const simulated = cardEntry.kind === 'simulated' ? cardEntry.origin : null;
    const stripe =
      cardEntry.kind === 'stripe'
        ? { key: cardEntry.publishableKey, currency: amount.currency.toLowerCase(), amount: amount.minor }
        : null;
    const bankUrl =
      state.kind !== 'bank'
        ? null
        : simulated === null
          ? state.bankUrl
          : simulatedBankPage(simulated, state.intentId, `${here}?back=bank`);
    const credit = await this.#tenders.creditFor(invoice, amount);
    return {
      kind: 'page',
      template: '/pay/pay',
      title: `Pay invoice ${invoice.number}`,
      data: {
        ...{ invoice: view, state, bankUrl, stripe, token, credit, amount, asked, all },
        // The bank tells the provider, and the provider us: that takes a moment.
        isBack: back === 'bank',
        rest: subtract(amount, credit),
        given: given === undefined ? null : { id: given, text: await this.textOf(given) },
        saved: await this.savedOf(invoice),
        cardPage: simulated === null ? null : simulatedCardPage(simulated, all ? `${here}?what=all` : here),
      },
      ...(stripe === null ? {} : { outside: stripeSources }),
    };
  }

  /** Whoever looks does not wait for a worker to go on with what the provider has told meanwhile. */
  private async upToDate(token: string, context: PageContext): Promise<IssuedInvoice> {
    const invoice = await this.invoiceOf(token);
    const claim = claimOn(invoice);
    if (claim === undefined) return invoice;
    await this.advance(claim.collectionId, this.metadataOf(invoice, context));
    return this.invoiceOf(token);
  }

  private async pay(
    token: string,
    form: z.output<typeof payForm>,
    context: PageContext,
  ): Promise<PageAnswer> {
    const to = form.what === 'all' ? `/pay/${token}?what=all` : `/pay/${token}`;
    const invoice = await this.invoiceOf(token);
    const { invoiceId, customerId } = invoice.details;
    const { amount, due } = await this.askedOf(invoice, form.what);
    const bad = (text: string): PageAnswer => ({ kind: 'redirect', to, told: { kind: 'bad', text } });
    // A page that was loaded before something changed, or a form that somebody wrote anew.
    const isAsShown = form.due === String(amount.minor) && form.left === String(due.minor);
    if (invoice.status === 'open' && !isAsShown) return bad(dueChanged);
    const tenders = await this.#tenders.tendersOf(invoice, amount, form);
    if (typeof tenders === 'string') return bad(tenders);
    const pay = async () => {
      const started = await this.start(
        { invoiceId, planPart: null, amount: amount.minor, due, mode: 'all_or_nothing', tenders },
        this.metadataOf(invoice, context),
      );
      const collection = started.outcome === 'started' ? started.loaded.state : { status: 'absent' as const };
      return { started, collection, payments: await cardPaymentsOf(this.payments, collection) };
    };
    const { started, collection } = await this.attempts(customerId, context, pay, (made) =>
      made.payments.map(({ state }) => state),
    );
    if (started.outcome === 'invoice_already_being_collected') {
      return bad('A payment of this invoice is under way already. Nothing was taken twice.');
    }
    if (started.outcome === 'invoice_due_changed') return bad(dueChanged);
    // Whoever was second finds the invoice paid, and the page says so.
    if (started.outcome === 'invoice_not_open') return { kind: 'redirect', to };
    if (started.outcome !== 'started' || collection.status === 'absent') {
      return bad('Your credit has changed meanwhile. Look at the amounts again. Nothing was taken.');
    }
    if (collection.status === 'failed' || collection.status === 'undoing') {
      return bad(await this.#state.whyNot(collection));
    }
    if (collection.status !== 'succeeded') return { kind: 'redirect', to };
    return { kind: 'redirect', to, told: { kind: 'good', text: 'Thank you. Your payment was received.' } };
  }

  private async cancel(token: string, context: PageContext): Promise<PageAnswer> {
    const invoice = await this.invoiceOf(token);
    const to = `/pay/${token}`;
    const state = await this.#state.payStateOf(invoice);
    // What is with the bank already is not for the payer to take back.
    if (state.kind !== 'bank') return { kind: 'redirect', to };
    await this.giveUp(state.collectionId, this.metadataOf(invoice, context));
    return { kind: 'redirect', to };
  }

  private metadataOf({ details }: IssuedInvoice, context: PageContext): EventMetadata {
    return {
      commandId: context.commandId,
      correlationId: context.requestId,
      causationId: context.requestId,
      actor: { kind: 'customer', id: details.customerId },
      reason: null,
    };
  }

  /** What is to be paid now, and all that is due; `asked` tells the parts of a plan from an invoice that is paid as a whole. */
  private async askedOf(invoice: IssuedInvoice, what: 'due' | 'all' | undefined) {
    const due = payableOf(invoice);
    const { state } = await this.plans.load(planIdOf(invoice.details.invoiceId));
    const asked = askedNow(state, invoice);
    return { amount: asked === null || what === 'all' ? due : asked.amount, due, asked };
  }

  private async savedOf({ details }: IssuedInvoice) {
    const { state } = await this.customers.load(details.customerId);
    if (state.status === 'absent') return [];
    const profile = await this.records.findProfile(state.profile.profileId);
    const offered = inPreferredOrder(state, profile?.methodOrder ?? []);
    const known = await this.records.findDetails(offered.map(({ detailsId }) => detailsId));
    return offered.map(({ paymentMethodId: id, detailsId, kind }) => ({
      id,
      text: cardText(kind, known.get(detailsId)),
    }));
  }

  private async textOf(paymentMethod: string): Promise<string> {
    const found = await this.vault.fetchMethod(paymentMethod);
    return found.outcome === 'answered'
      ? cardText(found.value.kind, found.value.details)
      : 'the card you gave';
  }
}

function titleOf(invoice: IssuedInvoice): string {
  switch (invoice.status) {
    case 'open':
    case 'paid':
      return `Invoice ${invoice.number} is paid`;
    case 'void':
      return `Invoice ${invoice.number} was canceled`;
    case 'uncollectible':
      return `Invoice ${invoice.number} is closed`;
  }
}
